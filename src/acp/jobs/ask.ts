import type { PromptResponse, SessionUpdate } from '@agentclientprotocol/sdk';
import type { AskResult, StepResult } from '../../capabilities/types.ts';
import type { Emit } from '../../core/events.ts';
import { textContent } from '../calls.ts';
import { text as textOf } from '../data.ts';
import { refuse } from '../errors.ts';
import { said } from '../run-view.ts';
import type { Session, TurnContext } from '../session.ts';
import { clean, oneLine } from '../text.ts';

/** Answers a question with a tool of the library; one that is missing is made, passes the gate, and is kept. */
export async function answerWithTool({ session, config, signal, text, turn }: TurnContext): Promise<PromptResponse> {
  if (!text) throw refuse('Say what you want to know: /ask What is 15 percent of 300?');
  const open = session.options.openCapabilities;
  if (!open) throw refuse('/ask is not available here.');
  const capabilities = await open(config);
  try {
    const result = await capabilities.ask(text, { signal, emit: thinkingAloud(session) });
    session.send(...result.steps.flatMap((step) => toolCall(session, step)), said(answerOf(result)));
    turn.answer = answerOf(result);
    const { id, outcome, usage } = result;
    return { stopReason: result.outcome === 'cancelled' || signal.aborted ? 'cancelled' : 'end_turn', _meta: { untilgreen: { ask: id, outcome, usage, steps: result.steps } } };
  } finally {
    await capabilities.close();
  }
}

/** What goes on meanwhile, as thoughts: making a tool takes a while. */
function thinkingAloud(session: Session): Emit {
  return (event, data = {}) => {
    const words = textOf(data, 'message') || textOf(data, 'says');
    if (event === 'text' || event === 'model_call') return;
    session.send({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: `${oneLine([event.replaceAll('_', ' '), words].filter(Boolean).join(': '))}\n\n` } });
  };
}

function toolCall(session: Session, { tool, version, arguments: args, result, made }: StepResult): SessionUpdate[] {
  const { id, update } = session.calls.begin({ title: `${tool} ${version}${made ? ', made now' : ''}`, kind: 'other', status: 'in_progress', rawInput: args });
  const shown = result.ok ? JSON.stringify(result.result) : result.message;
  return [update, session.calls.become(id, result.ok ? 'completed' : 'failed', { content: [textContent(shown)], rawOutput: result })];
}

function answerOf({ answer, steps }: AskResult): string {
  const used = [...new Set(steps.map(({ tool, version }) => `\`${tool}\` ${version}`))];
  return used.length ? `${clean(answer)}\n\nBy ${used.join(', ')}.` : clean(answer);
}
