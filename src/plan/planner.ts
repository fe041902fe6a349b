import { UntilgreenError } from '../core/errors.ts';
import { silent, type Emit } from '../core/events.ts';
import type { Message, Models } from '../models/types.ts';
import { argumentsSchema } from '../tools/arguments.ts';
import type { Tool } from '../tools/types.ts';
import type { Workbench } from '../workspace/types.ts';
import type { Language } from '../languages/types.ts';
import { normalisePlan } from './normalise.ts';
import { planSchema } from './schema.ts';
import type { Plan } from './types.ts';
import { problemsText, validatePlan } from './validate.ts';

export interface AskPlannerOptions {
  models: Models;
  /** Text of the planner's prompt, after the user's overrides. The tools are appended to it: one prefix for every call. */
  prompt: string;
  tools: readonly Tool[];
  bench: Pick<Workbench, 'exists' | 'readText'>;
  languages: readonly Language[];
  maxSteps: number;
  /** The user's request. */
  goal: string;
  /** Outline of the project, files, failing tests: as much as fits. */
  context: string;
  /** What was tried before and what the reflector made of it. */
  tried?: string;
  /** Name of the call inside the run, `it2/plan`. */
  key?: string;
  signal?: AbortSignal;
  onText?: (piece: string) => void;
  emit?: Emit;
}

interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Shape[];
  default?: unknown;
}

function shapeText(shape: Shape | undefined): string {
  if (shape?.const !== undefined) return JSON.stringify(shape.const);
  if (shape?.oneOf) return shape.oneOf.map(shapeText).join(' or ');
  if (shape?.enum) return shape.enum.map((v) => JSON.stringify(v)).join('|');
  if (shape?.properties) {
    const keys = Object.entries(shape.properties).map(([name, inner]) => `${name}${shape.required?.includes(name) && inner.default === undefined ? '' : '?'}: ${shapeText(inner)}`);
    return `{${keys.join(', ')}}`;
  }
  if (shape?.items) return `[${shapeText(shape.items)}]`;
  return shape?.type === 'integer' ? 'number' : String(shape?.type ?? 'any');
}

/** The tools in compact form, one line each: `edit_file {path: string, edits: [{oldText: string, newText: string}]}: …`. */
export function toolList(tools: readonly Tool[]): string {
  return tools.map((tool) => `- ${tool.name} ${shapeText(argumentsSchema(tool) as Shape)}: ${tool.description}`).join('\n');
}

/** The planner's system prompt: equal from call to call, so that a server can keep it. */
export function plannerSystem(prompt: string, tools: readonly Tool[]): string {
  return `${prompt.trimEnd()}\n\nTools\n${toolList(tools)}\n`;
}

/**
 * Asks the planner's model for a plan, puts it in safe order and validates it. A plan with problems goes back once, with the
 * problems in words.
 * @returns a plan that validated
 * @throws `plan_invalid` with the problems after the second try, and the models' own errors
 */
export async function askPlanner(options: AskPlannerOptions): Promise<Plan> {
  const { models, tools, bench, languages, maxSteps, emit = silent } = options;
  const tried = options.tried ? `\n\nTried before:\n${options.tried}` : '';
  const messages: Message[] = [{ role: 'user', content: `${options.context}${tried}\n\nGoal:\n${options.goal}` }];
  const key = options.key ?? 'plan';
  const ask = async (k: string) => {
    const answer = await models.ask<Plan>({
      role: 'planner', system: plannerSystem(options.prompt, tools), messages, schema: planSchema, schemaName: 'plan', key: k,
      ...(options.signal ? { signal: options.signal } : {}), ...(options.onText ? { onText: options.onText } : {}),
    });
    const plan = await normalisePlan(answer.value, { tools, bench });
    // The planner may only plan what its own steps hold: the form was checked by the schema, the rest is checked here.
    return { text: answer.text, plan, problems: await validatePlan(plan, { tools, bench, languages, hasModel: true, maxSteps }) };
  };
  const first = await ask(key);
  if (first.problems.length === 0) return first.plan;
  emit('plan_refused', { problems: first.problems }, 'warn');
  messages.push(
    { role: 'assistant', content: first.text },
    { role: 'user', content: `The plan cannot run:\n${problemsText(first.problems)}\n\nSend the whole corrected plan as one JSON object.` },
  );
  const second = await ask(`${key}/again`);
  if (second.problems.length === 0) return second.plan;
  throw new UntilgreenError('plan_invalid', `The planner's plan cannot run:\n${problemsText(second.problems)}\n`, { problems: second.problems, plan: second.plan }, 'Word the request more narrowly, or give a plan with --plan FILE.');
}
