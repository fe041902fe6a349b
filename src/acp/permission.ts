import { relative } from 'node:path';
import type { PermissionOption, RequestPermissionOutcome, RequestPermissionRequest, ToolCall, ToolCallUpdate, ToolKind } from '@agentclientprotocol/sdk';
import { asError } from '../core/errors.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../tools/types.ts';
import { textContent } from './calls.ts';
import { said, type RunView } from './run-view.ts';
import type { Session } from './session.ts';
import { fenced, oneLine } from './text.ts';
import type { TurnContext } from './turn.ts';
import { unsaved } from './unsaved.ts';

/** Each time anew: nothing is allowed for good, because the next change is another one. */
export const OPTIONS: PermissionOption[] = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

/** What the person's choice means. A dialog that was closed leaves the question open: the run waits. */
export function answerOf(outcome: RequestPermissionOutcome): ApprovalAnswer {
  if (outcome.outcome === 'cancelled') return { answer: 'pending', reason: 'the question was left open' };
  return { answer: outcome.optionId === 'allow' ? 'approved' : 'denied' };
}

const KINDS: Partial<Record<ApprovalRequest['kind'], ToolKind>> = { test_change: 'edit', dependency: 'edit' };

const ASKED: Record<ApprovalRequest['kind'], string> = {
  apply: 'Apply the change',
  test_change: 'Tests are protected; this change touches one',
  finding: 'The safety scan found something that blocks the change',
  dependency: 'A dependency is to be added',
  plan: 'The plan needs your agreement',
  tool: 'A tool needs your agreement',
};

/** What is to be decided, with its facts, for requests that are no diff. */
export function approvalText({ kind, detail }: ApprovalRequest): string {
  const facts = Object.entries(detail).filter(([, value]) => value !== undefined && value !== null);
  const lines = facts.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return lines.length ? `${ASKED[kind]}.\n\n${fenced(lines.join('\n'))}` : `${ASKED[kind]}.`;
}

/**
 * Asks the person before the editor. The files of a change are looked at first: what stands unsaved in a buffer would be lost, or would
 * overwrite the change.
 */
export async function askPermission({ session, signal }: TurnContext, view: RunView, request: ApprovalRequest): Promise<ApprovalAnswer> {
  if (request.kind !== 'apply') return askOther(session, signal, request);
  const { update, call } = view.apply.asked(request);
  const files = (call.locations ?? []).map(({ path }) => relative(session.directory, path));
  const edited = await unsaved(session.editor, session.id, session.directory, files);
  if (edited.length) session.send(said(`Not saved in the editor: ${edited.join(', ')}. Save or close them first: the change is made to the files on disk.`));
  session.send(update);
  const answer = answerOf(await choice(session, signal, call));
  session.send(...view.apply.answered(answer));
  return answer;
}

async function askOther(session: Session, signal: AbortSignal, request: ApprovalRequest): Promise<ApprovalAnswer> {
  const shown = { title: oneLine(request.subject), kind: KINDS[request.kind] ?? 'other', content: [textContent(approvalText(request))] } satisfies Omit<ToolCall, 'toolCallId'>;
  const { id, update } = session.calls.begin({ ...shown, status: 'pending' });
  session.send(update);
  const answer = answerOf(await choice(session, signal, { toolCallId: id, ...shown }));
  session.send(session.calls.become(id, answer.answer === 'approved' ? 'completed' : 'failed'));
  return answer;
}

/**
 * The choice. Rejects as soon as the turn is cancelled, whatever the editor does with its dialog. An editor that cannot ask, or has gone away
 * meanwhile, leaves the question open.
 */
async function choice(session: Session, signal: AbortSignal, toolCall: ToolCallUpdate): Promise<RequestPermissionOutcome> {
  const params: RequestPermissionRequest = { sessionId: session.id, toolCall, options: OPTIONS };
  try {
    const { outcome } = await session.editor.client.request('session/request_permission', params, { cancellationSignal: signal, stopWaitingOnCancel: true });
    return outcome;
  } catch (error) {
    signal.throwIfAborted();
    session.send(said(`The editor could not ask: ${oneLine(asError(error).message)}`));
    return { outcome: 'cancelled' };
  }
}
