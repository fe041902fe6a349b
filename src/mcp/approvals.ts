import { acceptedContent, inputRequired, inputResponse, type InputRequiredResult } from '@modelcontextprotocol/server';
import type { ApprovalAnswer, ApprovalRequest, Approve } from '../tools/types.ts';
import { shortened } from '../tools/text.ts';
import type { CallState } from './types.ts';

const KEY = 'approval';
/** Characters of a diff that stand in a question: clients show it in a dialog. */
const SHOWN_DIFF = 6_000;

/** What the user said to a question of an earlier round. */
export interface Decision {
  shown: ReadonlySet<string>;
  answer: ApprovalAnswer;
}

const idOf = ({ kind, subject }: Pick<ApprovalRequest, 'kind' | 'subject'>): string => `${kind} ${subject}`;

/**
 * Who answers the approvals of a run. What the user was shown is answered as the user did; applying is agreed to where the caller said so in
 * advance and nothing stricter is configured. All else stays open, and is collected to be asked for.
 */
export function approver({ decision, applies }: { decision?: Decision | undefined; applies: boolean }): { approve: Approve; open: ApprovalRequest[] } {
  const open: ApprovalRequest[] = [];
  return {
    open,
    approve: async (request) => {
      if (decision?.shown.has(idOf(request)) && decision.answer.answer !== 'pending') return decision.answer;
      if (request.kind === 'apply' && applies) return { answer: 'approved', reason: 'apply: green' };
      open.push(request);
      return { answer: 'pending', reason: 'nobody was asked yet' };
    },
  };
}

/** The question of a run that waits: one for all that is open, with the diff where the change is to be applied. */
export function questionFor(open: readonly ApprovalRequest[], sealed: string): InputRequiredResult {
  const parts = open.map(({ subject, detail }) => {
    const diff = detail['diff'];
    return typeof diff === 'string' && diff !== '' ? `${subject}\n\n${shortened(diff, SHOWN_DIFF)}` : subject;
  });
  return inputRequired({
    requestState: sealed,
    inputRequests: {
      [KEY]: inputRequired.elicit({
        message: parts.join('\n\n'),
        requestedSchema: { type: 'object', properties: { approve: { type: 'boolean', title: 'Approve', description: 'Without it nothing of this is done.' } }, required: ['approve'] },
      }),
    },
  });
}

/** What a run's state hands to the round after the question. */
export const stateOf = (run: string, directory: string, open: readonly ApprovalRequest[]): CallState => ({ run, directory, shown: open.map(idOf) });

/** The user's word: a dialog that was closed is none. */
export function decisionOf(state: CallState, responses: Record<string, unknown> | undefined): Decision {
  const shown = new Set(state.shown);
  const response = inputResponse(responses, KEY);
  if (response.kind !== 'elicit' || response.action === 'cancel') return { shown, answer: { answer: 'pending' } };
  const content = acceptedContent<{ approve?: unknown }>(responses, KEY);
  return { shown, answer: { answer: content?.approve === true ? 'approved' : 'denied', reason: 'asked over MCP' } };
}
