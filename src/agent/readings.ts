import type { Plan } from '../plan/types.ts';
import type { Tool, ToolResult } from '../tools/types.ts';

/** Characters of one reading that go on to the next prompt. */
const READING_CHARS = 12_000;

/** What the reading steps of a plan showed, as text for the next prompt. */
export function readingsOf(plan: Plan, results: Readonly<Record<string, ToolResult>>, tools: readonly Tool[]): string[] {
  return plan.steps.flatMap((step) => {
    const tool = tools.find((t) => t.name === step.action);
    const result = results[step.id];
    if (!result?.ok || (tool?.effect !== 'read' && tool?.name !== 'shell')) return [];
    const { data } = result;
    const field = ['text', 'content', 'stdout'].map((k) => (data as Record<string, unknown> | null)?.[k]).find((v) => typeof v === 'string') as string | undefined;
    const text = typeof data === 'string' ? data : (field ?? JSON.stringify(data, null, 1));
    const shown = text.length > READING_CHARS ? `${text.slice(0, READING_CHARS)}\n… ${text.length - READING_CHARS} characters more` : text;
    return [`${step.action} ${JSON.stringify(step.args)} showed:\n${shown}`];
  });
}
