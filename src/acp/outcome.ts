import { RequestError, type PromptResponse, type StopReason } from '@agentclientprotocol/sdk';
import type { Outcome } from '../agent/types.ts';
import { clean, fenced, plural } from './text.ts';

const INTERNAL_ERROR = -32603;

/** Outcomes that kept a run from being tried, or broke it: errors of the prompt, not answers to it. */
const FAILURES: ReadonlySet<Outcome['outcome']> = new Set(['no_model', 'no_sandbox', 'error']);

/** Why the turn stopped. What the checks decided is told in words: for the protocol a turn that came to its end has ended. */
export function stopReasonOf({ outcome, error }: Pick<Outcome, 'outcome' | 'error'>): StopReason {
  switch (outcome) {
    case 'cancelled': return 'cancelled';
    case 'plan_refused': return 'refusal';
    // A budget of tokens, money or time names itself; the other one is that of iterations.
    case 'budget': return error?.code === 'budget' ? 'max_tokens' : 'max_turn_requests';
    default: return 'end_turn';
  }
}

/** The answer to the prompt that a run was for. Throws an error of the protocol where the run could not be tried. */
export function responseOf(outcome: Outcome, cancelled: boolean): PromptResponse {
  const { run, outcome: name, exitCode, iterations, tokens, cost, folder } = outcome;
  const facts = { run, outcome: name, exitCode, iterations, tokens, ...(cost !== undefined && { cost }), folder };
  if (FAILURES.has(name) && !cancelled) throw new RequestError(INTERNAL_ERROR, clean(outcome.error?.message ?? outcome.summary), { ...facts, code: outcome.error?.code ?? 'internal' });
  return { stopReason: cancelled ? 'cancelled' : stopReasonOf(outcome), _meta: { untilgreen: facts } };
}

/** The end of a run in words: what came out, what became of the files, and what can be said now. */
export function closingWords(outcome: Pick<Outcome, 'outcome' | 'summary' | 'applied' | 'run' | 'iterations' | 'error'>): string {
  const lines = [clean(outcome.summary.replaceAll('`untilgreen undo`', '`/undo`'))];
  for (const file of outcome.applied?.files ?? []) {
    lines.push(`- ${{ added: 'added', modified: 'changed', deleted: 'deleted' }[file.kind]} \`${clean(file.path)}\`${file.merged ? ', merged with your own change' : ''}`);
  }
  const next = nextStep(outcome.outcome);
  if (next) lines.push(next);
  lines.push(`Run \`${outcome.run}\`, ${plural(outcome.iterations, 'iteration')}.`);
  return lines.join('\n');
}

/** A plan that was asked for, and nothing else. */
export function plannedWords(plan: string): string {
  return `${fenced(clean(plan))}\n\nNothing was changed. \`/go\` carries it out.`;
}

function nextStep(outcome: Outcome['outcome']): string | undefined {
  switch (outcome) {
    case 'approval': return 'Your files are as they were. `/resume` asks again.';
    case 'cancelled': return 'Stopped; your files are as they were. `/resume` goes on where it was.';
    case 'budget': return 'Your files are as they were. `/resume` goes on, once the limit is raised in the configuration.';
    case 'not_green':
    case 'stuck':
    case 'plan_refused': return 'Your files are as they were.';
    default: return undefined;
  }
}
