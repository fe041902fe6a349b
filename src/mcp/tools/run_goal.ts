import { z } from 'zod';
import type { Face, Outcome } from '../../agent/types.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { functionLanguages } from '../../languages/function/registry.ts';
import { shortened } from '../../tools/text.ts';
import { answered } from '../answers.ts';
import { approver, decisionOf, questionFor, stateOf } from '../approvals.ts';
import type { Entered, Places } from '../places.ts';
import { readEvidence, runUri } from '../runs.ts';
import type { Answer, BuiltIn, Call, McpJobs } from '../types.ts';

/** Characters of the diff in a result; the resource has all of it. */
const SHOWN_DIFF = 30_000;

const schema = z
  .strictObject({
    directory: z.string().min(1).optional().describe('the project; default: the directory that this server may work on'),
    request: z.string().trim().min(1).optional().describe('what is to be done, in words'),
    resume: z.string().min(1).optional().describe('id of a run that was interrupted or waits: goes on with it, in place of a request'),
    checks: z.array(z.string().trim().min(1)).max(20).optional().describe('commands that must succeed, besides the tests that are found'),
    apply: z.enum(['ask', 'green', 'never']).optional().describe('ask (default): the user is asked where the client can do that, else nothing is applied and the diff is given; green: the directory is changed once all is green; never'),
    language: z.enum(functionLanguages.map(({ name }) => name)).optional().describe('of a project made from nothing'),
  })
  .refine(({ request, resume }) => (request === undefined) !== (resume === undefined), { error: 'give either request or resume' });
type Args = z.infer<typeof schema>;

const result = z.object({
  run: z.string(),
  outcome: z.enum(['green', 'not_green', 'plan_refused', 'approval', 'budget', 'stuck', 'no_sandbox', 'no_model', 'cancelled', 'error']),
  summary: z.string(),
  iterations: z.number(),
  tokens: z.number(),
  cost: z.number().optional().describe('US dollars, where the price is known'),
  applied: z.boolean(),
  files: z.array(z.string()).describe('files of the directory that were changed'),
  diff: z.string().describe('the change, shortened where it is long'),
  waitingFor: z.array(z.string()).describe('what a person has to agree to'),
  next: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  resources: z.object({ receipt: z.string(), report: z.string(), diff: z.string() }).optional().describe('the evidence, of a run that came so far'),
});

/** The goal job, with the directory changed once, at the end, or not at all. */
export const runGoal = ({ openEngine, runs }: Pick<McpJobs, 'openEngine' | 'runs'>, places: Places): BuiltIn<Args> => ({
  name: 'run_goal',
  title: 'Work on a project until its tests are green',
  description: 'Plan, code, test and reflect on a project until its checks are green, in a private copy; then apply the change as one transaction, which `undo` takes back. Takes minutes. A run that is cancelled can be resumed.',
  schema,
  result,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run(args, call) {
    const place = await placeOf(args, call, runs, places);
    if ('question' in place) return place.question;
    const { engine, apply } = await openEngine(place.directory, { apply: args.apply ?? 'ask' });
    try {
      const decision = call.state && decisionOf(call.state, call.responses);
      const { approve, open } = approver({ decision, applies: apply === 'green' });
      const face: Face = { onEvent: call.onEvent, approve, signal: call.signal };
      const id = call.state?.run ?? args.resume;
      const { request = '', checks, language } = args;
      const outcome = id === undefined
        ? await engine.run({ directory: place.directory, request, ...(checks && { checks }), ...(language && { language }) }, face)
        : await engine.resume(id, face);
      // A dialog that was closed is not opened again.
      const asks = outcome.outcome === 'approval' && open.length > 0 && call.client.elicits && decision?.answer.answer !== 'pending';
      if (asks) return questionFor(open, await call.seal(stateOf(outcome.run, place.directory, open)));
      return await told(outcome, open.map(({ subject }) => subject));
    } finally {
      await engine.close();
    }
  },
});

/** Where the call works. A later round of a call works where its first did: the state is sealed. */
async function placeOf({ directory, resume }: Args, call: Call, runs: McpJobs['runs'], places: Places): Promise<Entered> {
  if (call.state) return { directory: call.state.directory };
  const run = resume === undefined ? undefined : (await runs.show(resume)).run;
  const place = await places.enter(directory ?? run?.directory, call);
  if (run && 'directory' in place && place.directory !== run.directory) {
    throw new UntilgreenError('usage', `Run ${run.id} works on ${run.directory}, not on ${place.directory}.`, { run: run.id }, 'Leave the directory out, or give that one.');
  }
  return place;
}

async function told(outcome: Outcome, waitingFor: string[]): Promise<Answer> {
  const { run, summary, iterations, tokens, cost, error } = outcome;
  const diff = (await readEvidence(outcome.folder, 'diff')) ?? '';
  const next = nextOf(outcome);
  const leaves = (await readEvidence(outcome.folder, 'receipt')) !== undefined;
  const resources = leaves ? { receipt: runUri(run, 'receipt'), report: runUri(run, 'report'), diff: runUri(run, 'diff') } : undefined;
  const data = {
    run, outcome: outcome.outcome, summary, iterations, tokens, cost, applied: (outcome.applied?.files.length ?? 0) > 0,
    files: outcome.applied?.files.map(({ path }) => path) ?? [], diff: shortened(diff, SHOWN_DIFF), waitingFor, next, error, resources,
  };
  const text = [
    `${outcome.outcome}: ${summary}`, ...(next ? [next] : []), ...(resources ? [`Receipt: ${resources.receipt}`] : []), ...(diff && !data.applied ? ['', data.diff] : []),
  ].join('\n');
  return answered(text, data, { isError: outcome.outcome !== 'green' && outcome.outcome !== 'approval' });
}

/** What can be done about an end that is none. */
function nextOf({ outcome, run }: Outcome): string | undefined {
  switch (outcome) {
    case 'approval': return `Nothing is applied yet. \`untilgreen resume ${run} --approve all\` agrees to what it waits for; where that is the change alone, so does run_goal with resume: "${run}" and apply: "green".`;
    case 'cancelled': return `run_goal with resume: "${run}" goes on with it.`;
    case 'budget': return `Nothing was applied. With a larger budget run_goal with resume: "${run}" goes on with it.`;
    default: return undefined;
  }
}
