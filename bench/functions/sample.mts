// Takes the samples of a suite ahead of it, at low priority: every request of the waves of every task, for several seeds. Kept in a file, each
// made durable as it comes: stop it at any time and start it again with the same words, it goes on where it was. The suite then runs from the
// file (`untilgreen fn suite … --samples FILE`), with the same --max-new-tokens, --candidates and seeds.
//
//   nice -n 19 node --import tsx bench/functions/sample.mts TASKS.jsonl… --samples FILE --base-url http://127.0.0.1:PORT --model NAME \
//     [--seeds 1,2,3] [--limit 60] [--candidates 21] [--max-new-tokens 256] [--api auto|chat|completion]
//
// --model names what is recorded; llama.cpp takes any name. In process: --model PATH.gguf and no --base-url. Without TASKS.jsonl: our own nine.
// One line a task: seed, task, seconds, and what is left.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/config/load.ts';
import { requestsAhead } from '../../src/functions/suite/ahead.ts';
import { keepSamples } from '../../src/functions/suite/kept.ts';
import { readTasks } from '../../src/functions/suite/rows.ts';
import { OWN_TASKS } from '../../src/functions/suite/own.ts';
import { FUNCTION_DEFAULTS } from '../../src/functions/options.ts';
import { readTask } from '../../src/functions/read.ts';
import { inferSignature } from '../../src/functions/infer.ts';
import { createModels } from '../../src/models/client.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: 'string' },
    'base-url': { type: 'string' },
    model: { type: 'string' },
    api: { type: 'string', default: 'auto' },
    seeds: { type: 'string', default: '1' },
    limit: { type: 'string' },
    candidates: { type: 'string', default: String(FUNCTION_DEFAULTS.candidates) },
    'max-new-tokens': { type: 'string', default: String(FUNCTION_DEFAULTS.maxNewTokens) },
  },
});
if (values.samples === undefined || values.model === undefined) throw new Error('Give --samples FILE and --model NAME.');

const config = await loadConfig({ flags: { 'models.default.model': values.model, 'models.default.base_url': values['base-url'], 'models.default.api': values.api } });
const files = positionals.length > 0 ? positionals : [OWN_TASKS];
const tasks = files.flatMap((file) => readTasks(readFileSync(file, 'utf8'), basename(String(file)))).slice(0, values.limit === undefined ? undefined : Number(values.limit));
const seeds = values.seeds.split(',').map(Number);
const sampler = await keepSamples(values.samples, async () => (await createModels(config)).sampler());

let left = tasks.length * seeds.length;
const began = performance.now();
for (const seed of seeds) {
  for (const { id, task } of tasks) {
    const started = performance.now();
    const options = { ...FUNCTION_DEFAULTS, seed, candidates: Number(values.candidates), maxNewTokens: Number(values['max-new-tokens']) };
    let said = '';
    try {
      const given = await readTask(task);
      const spec = { language: given.language, signature: given.signature ?? (await inferSignature(given)), doc: given.doc, examples: given.examples };
      for (const { request } of requestsAhead(spec, options)) await sampler.sample(request);
    } catch (error) {
      // A task that cannot be read is told by the suite; a model that is gone ends this.
      if ((error as { code?: string }).code !== 'bad_arguments') throw error;
      said = ` (${(error as Error).message})`;
    }
    left -= 1;
    const { kept, asked } = sampler.counts();
    const rest = asked === 0 ? 0 : ((performance.now() - began) / (tasks.length * seeds.length - left)) * left;
    console.log(`seed ${seed} ${id} ${((performance.now() - started) / 1_000).toFixed(1)} s, ${kept} kept, ${asked} asked, ${left} tasks left, about ${Math.ceil(rest / 60_000)} min${said}`);
  }
}
sampler.close();
process.exit(0);
