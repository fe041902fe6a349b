// What eight candidates of one prompt cost in this process, against one of the same length: together, one after another with the
// prompt still known, and one after another without. CPU seconds, because they hold on a busy machine; wall beside them.
//
//   npx tsx bench/functions/batch.mts [--model smollm2|gemma] [--n 8] [--threads 1] [--rounds 3] [--out PATH]
import { parseArgs } from 'node:util';
import { openEngine, type LocalEngine } from '../../src/models/local/engine.ts';
import { fetchSmallModel, type SmallModelName } from '../../src/models/local/small-models.ts';
import { load, machine, report, round, table } from '../sandbox/measure.mts';

const { values } = parseArgs({
  options: { model: { type: 'string', default: 'smollm2' }, n: { type: 'string', default: '8' }, threads: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, out: { type: 'string' } },
});
const N = Number(values.n);
const TOKENS = 64;
const PROMPT_TOKENS = 400;

/** A text of about 400 tokens that goes on and on; its first line differs each time, so that nothing of an earlier one is still known. */
let serial = 0;
function prompt(engine: LocalEngine): string {
  serial += 1;
  let text = `${serial} is the number of this text.\n\n`;
  let chapter = 1;
  for (; engine.tokenCount(text) < PROMPT_TOKENS - 20; chapter += 1) {
    text += `Chapter ${chapter}. The town lay between the river and the hills, and nobody had counted its ${chapter * 17} windows.\n\n`;
  }
  return `${text}Chapter ${chapter}. The town`;
}

interface Cost {
  cpu: number;
  wall: number;
  promptTokens: number;
  evaluated: number;
  written: number;
}

async function cost(engine: LocalEngine, prompts: readonly string[], n: number, seed: number, maxTokens: number = TOKENS): Promise<Cost> {
  const before = process.cpuUsage();
  const began = performance.now();
  const total = { promptTokens: 0, evaluated: 0, written: 0 };
  for (const [index, text] of prompts.entries()) {
    const result = await engine.generate({ prompt: text, special: false, n, temperature: 0.3, topP: 0.95, seed: seed + index, maxTokens, stop: [] });
    total.promptTokens += result.promptTokens;
    total.evaluated += result.promptTokens - result.cachedTokens;
    total.written += result.samples.reduce((sum, sample) => sum + sample.tokens, 0);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - began) / 1000, ...total };
}

const times = <T,>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const VARIANTS: Record<string, (engine: LocalEngine, seed: number) => Promise<Cost>> = {
  'prompt and one token': (engine, seed) => cost(engine, [prompt(engine)], 1, seed, 1),
  'one candidate': (engine, seed) => cost(engine, [prompt(engine)], 1, seed),
  [`${N} together, prompt once`]: (engine, seed) => cost(engine, [prompt(engine)], N, seed),
  [`${N} one by one, prompt kept`]: (engine, seed) => {
    const same = prompt(engine);
    return cost(engine, times(N, () => same), 1, seed);
  },
  [`${N} one by one, prompt anew`]: (engine, seed) => cost(engine, times(N, () => prompt(engine)), 1, seed),
};

const loadBefore = load();
const path = await fetchSmallModel(values.model as SmallModelName);
const engine = await openEngine(path, { threads: Number(values.threads), sequences: N });
await cost(engine, [prompt(engine)], N, 1); // the context is made with the first request
const costs = new Map<string, Cost[]>(Object.keys(VARIANTS).map((name) => [name, []]));
for (let attempt = 0; attempt < Number(values.rounds); attempt += 1) {
  for (const [name, run] of Object.entries(VARIANTS)) costs.get(name)!.push(await run(engine, 100 * (attempt + 1)));
}
await engine.close();

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
const [prompts = []] = costs.values();
const rows = [...costs].map(([name, all]) => {
  const candidates = /^\d+/.test(name) ? N : 1;
  /** A candidate that ended early would make its variant look cheap: what was written is brought to the same length, the prompt left as it is. */
  const full = (c: Cost, of: 'cpu' | 'wall'): number => {
    if (all === prompts) return c[of];
    const reading = (median(prompts.map((p) => p[of])) * c.evaluated) / prompts[0]!.evaluated;
    return reading + ((c[of] - reading) * TOKENS * candidates) / c.written;
  };
  const middle = (of: 'cpu' | 'wall'): number => median(all.map((c) => full(c, of)));
  return { name, cpu: middle('cpu'), wall: middle('wall'), evaluated: all[0]!.evaluated, written: all.map((c) => c.written) };
});
const [alone, one, together] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
/** Tokens in a CPU second, which on one thread is a second of a quiet machine. */
const speed = {
  prompt: alone.evaluated / alone.cpu,
  one: (TOKENS - 1) / (one.cpu - alone.cpu),
  together: (N * (TOKENS - 1)) / (together.cpu - alone.cpu),
};
const text = [
  `${engine.info.name}, ${values.threads} thread(s), prompt ${costs.get('one candidate')?.[0]?.promptTokens} tokens, ${TOKENS} tokens a candidate, median of ${values.rounds}`,
  table(
    ['', 'CPU s', 'wall s', 'x CPU of one', 'x wall of one', 'prompt tokens evaluated', 'tokens written'],
    rows.map((row) => [row.name, round(row.cpu, 2), round(row.wall, 2), round(row.cpu / one.cpu, 2), round(row.wall / one.wall, 2), row.evaluated, row.written.join(' ')]),
  ),
  `tokens in a CPU second: prompt ${round(speed.prompt)}, one candidate ${round(speed.one)}, ${N} together ${round(speed.together)}`,
  `load before ${loadBefore}, after ${load()}`,
].join('\n\n');
report(text, { machine: machine(), model: engine.info, threads: Number(values.threads), rows, speed, costs: Object.fromEntries(costs), load: { before: loadBefore, after: load() } }, values.out);
