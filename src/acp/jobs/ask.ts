import type { PromptResponse, SessionUpdate } from '@agentclientprotocol/sdk';
import type { Capabilities } from '../../capabilities/interfaces.ts';
import type { AskResult, StepResult } from '../../capabilities/types.ts';
import { AskView } from '../ask-view.ts';
import { textContent } from '../calls.ts';
import { refuse } from '../errors.ts';
import { said } from '../run-view.ts';
import type { Session } from '../session.ts';
import { clean } from '../text.ts';
import type { AskContext } from '../turn.ts';

/** Answers a question with a tool of the library; one that is missing is made, passes the gate, and is kept. */
export async function answerWithTool({ session, signal, text, turn }: AskContext, capabilities: Capabilities): Promise<PromptResponse> {
  if (!text) throw refuse('Say what you want to know: /ask What is 15 percent of 300?');
  const view = new AskView(session.calls);
  const result = await capabilities.ask(text, { signal, emit: (event, data = {}) => session.send(...view.updates(event, data)) });
  const { id, outcome, usage, steps } = result;
  turn.answer = answerOf(result);
  session.send(...steps.flatMap((step) => toolCall(session, step)), said(turn.answer));
  return { stopReason: outcome === 'cancelled' || signal.aborted ? 'cancelled' : 'end_turn', _meta: { untilgreen: { ask: id, outcome, usage, steps } } };
}

function toolCall(session: Session, { tool, version, arguments: args, result, made }: StepResult): SessionUpdate[] {
  const { id, update } = session.calls.begin({ title: `${tool} ${version}${made ? ', made for this request' : ''}`, kind: 'execute', status: 'in_progress', rawInput: args });
  const shown = result.ok ? JSON.stringify(result.result) : result.message;
  return [update, session.calls.become(id, result.ok ? 'completed' : 'failed', { content: [textContent(shown)], rawOutput: result })];
}

function answerOf({ answer, steps }: AskResult): string {
  const used = [...new Set(steps.map(({ tool, version }) => `\`${tool}\` ${version}`))];
  return used.length ? `${clean(answer)}\n\nBy ${used.join(', ')}.` : clean(answer);
}
