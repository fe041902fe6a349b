// What lies in kept samples, without a job and without a model: for every task and seed whether the greedy candidate is right by the hidden tests, how
// many of the 20 others are, and how many meet the task's own examples. All candidates of a task run in one sandboxed process, the hidden tests as one
// more case, which is quicker than the runner of test files that `untilgreen fn suite --measure` takes, and less guarded. HumanEval's form, Python only.
//
//   npx tsx bench/functions/oracle.mts TASKS.jsonl --samples FILE --model NAME [--seeds 1,2,3] [--max-new-tokens 128] [--out FILE]
import { appendFileSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { UntilgreenError } from '../../src/core/errors.ts';
import { requestsAhead } from '../../src/functions/suite/ahead.ts';
import { estimate, passAtK } from '../../src/functions/suite/estimate.ts';
import { keepSamples } from '../../src/functions/suite/kept.ts';
import { readTasks } from '../../src/functions/suite/rows.ts';
import { FUNCTION_DEFAULTS } from '../../src/functions/options.ts';
import { readTask } from '../../src/functions/read.ts';
import { meets } from '../../src/languages/function/expect.ts';
import { pythonFunctions as language } from '../../src/languages/python/function/language.ts';
import { openSandbox } from '../../src/sandbox/open.ts';

/** Samples besides the greedy one: waves of 4, 8 and 8. */
const OTHERS = 20;
/** Milliseconds of one example, or of all hidden tests together. */
const CASE_MS = 5_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string' }, model: { type: 'string' }, seeds: { type: 'string', default: '1' }, 'max-new-tokens': { type: 'string', default: '512' }, out: { type: 'string' } },
});
if (values.samples === undefined || values.model === undefined || positionals.length === 0) throw new Error('Give TASKS.jsonl, --samples FILE and --model NAME.');
const tasks = positionals.flatMap((file) => readTasks(readFileSync(file, 'utf8'), basename(file)));
const sampler = await keepSamples(values.samples, () => {
  throw new UntilgreenError('no_model', 'The file lacks samples of these tasks and seeds.');
});
const sandbox = await openSandbox();
const rows: { task: string; seed: number; greedy: boolean; right: number; meet: number }[] = [];
for (const seed of values.seeds.split(',').map(Number)) {
  for (const { id, task, hidden } of tasks) {
    const { signature, doc, examples } = await readTask(task);
    if (!signature) throw new Error(`${id} has no head.`);
    const stub = language.stub(signature, doc, examples);
    const options = { ...FUNCTION_DEFAULTS, seed, candidates: OTHERS + 1, maxNewTokens: Number(values['max-new-tokens']) };
    const codes: (string | undefined)[] = [];
    for (const { request } of requestsAhead({ language, signature, doc, examples }, options)) {
      const { samples, form } = await sampler.sample(request);
      for (const { text } of samples) codes.push(await language.extract(text, form, signature, stub));
    }
    const different = [...new Set(codes.filter((code) => code !== undefined))];
    const judged = { setup: hidden.source.replace(/^from solution import .*$/gm, ''), expression: 'test_hidden()' };
    const reports = await language.check({ sandbox, signature, candidates: different.map((code, index) => ({ id: `${index}`, code })), cases: [...examples, judged], caseMs: CASE_MS });
    const told = codes.map((code) => {
      const outcomes = code === undefined ? [] : (reports.find((report) => report.id === `${different.indexOf(code)}`)?.outcomes ?? []);
      return { right: outcomes.at(-1)?.kind === 'value', meets: outcomes.length > 0 && examples.every(({ expected }, index) => meets(expected, outcomes[index]!)) };
    });
    const [greedy, ...others] = told;
    rows.push({ task: id, seed, greedy: greedy?.right === true, right: others.filter(({ right }) => right).length, meet: told.filter((one) => one.meets).length });
    if (values.out !== undefined) appendFileSync(values.out, `${JSON.stringify(rows.at(-1))}\n`);
    const { right, meet } = rows.at(-1)!;
    console.log(`seed ${seed} ${id} ${greedy?.right ? 'greedy right' : 'greedy wrong'}, ${right} of ${others.length} right, ${meet} meet the examples`);
  }
}
sampler.close();

const share = (name: string, of: (row: (typeof rows)[number]) => number): void => {
  const told = estimate(tasks.map(({ id }) => rows.filter(({ task }) => task === id).map(of)));
  if (told) console.log(`${name.padEnd(18)} ${[told.mean, told.low, told.high].map((one) => `${(one * 100).toFixed(1)} %`).join(', ')}`);
};
console.log('\nmean, and the interval of 95 of 100 resamples over tasks');
share('pass@1, greedy', ({ greedy }) => Number(greedy));
for (const k of [1, 5, 10, 20]) share(`pass@${k}, sampled`, ({ right }) => passAtK(OTHERS, right, k) ?? 0);
share('any meets examples', ({ meet }) => Number(meet > 0));
process.exit(0);
