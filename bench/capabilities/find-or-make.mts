// Find or make: how often the right tool is taken, and how often a wrong one, over the requests of the Berkeley function-calling leaderboard.
// For half of the requests the right tool is taken out of the library first. Fitted on one half of the requests, scored on the other.
//
//   npx tsx bench/capabilities/find-or-make.mts [--data FOLDER] [--vectors FILE] [--write] [--ask N [--skip N]] [--distinct]
//
// --distinct scores libraries without doubles: tools that do the same as the right one are taken out with or beside it (the fit stays).
// --write writes the coefficients into src; --ask lets the configured model break ties in N decisions of the scored half, all tools in the library.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COEFFICIENTS, type Coefficients } from '../../src/capabilities/find/coefficients.ts';
import { COMMON_FEATURES, DIRECTION, FEATURES, type Feature } from '../../src/capabilities/find/features.ts';
import { probabilityWith } from '../../src/capabilities/find/probability.ts';
import { cacheDir } from '../../src/config/paths.ts';
import { minilmEmbedder } from '../../src/models/embedding/minilm.ts';
import { ngramEmbedder } from '../../src/models/embedding/ngram.ts';
import { askModel } from './find-or-make-model.mts';
import { bestWithin, pointAt, type Taken } from './curve.mts';
import { decideAll, type Decision } from './decisions.mts';
import { chance, readData, remembering, shuffled } from './find-or-make-data.mts';
import { fitLogistic } from './logistic.mts';
import { haveSameEffect, percent, table } from './find-or-make-tables.mts';

const { values: options } = parseArgs({ options: { data: { type: 'string', default: '../shared/data' }, vectors: { type: 'string' }, write: { type: 'boolean' }, ask: { type: 'string' }, skip: { type: 'string', default: '0' }, distinct: { type: 'boolean' } } });

const SPLIT_SEED = 7;
const SIZES = [5, 20, 50, 200, 347];
/** Draws of each size: about as many decisions of each. */
const DRAWS = SIZES.map((size) => ({ size, draws: Math.max(2, Math.round(300 / size)) }));
const DEFAULT_THRESHOLD = 0.75;
const MOST_WRONG = 0.02;
/** Candidates of a request that are fitted on: the likeliest by the order of `near`. */
const FITTED = 2;

/** Fits on the figures of `features`; those that speak the wrong way round are left out, and the rest is fitted again. */
function fit(decisions: readonly Decision[], features: readonly Feature[], absentCounts: number): Coefficients {
  const rows = decisions.flatMap((one) => one.near.slice(0, FITTED).map(({ tool, features: figures }) => ({ figures, right: !one.absent && tool.name === one.asked.tool, counts: one.absent ? absentCounts : 1 })));
  for (let used = [...features]; ; ) {
    const { bias, weights } = fitLogistic(rows.map(({ figures }) => used.map((name) => figures[name])), rows.map(({ right }) => right), rows.map(({ counts }) => counts));
    const good = used.filter((name, i) => weights[i]! * DIRECTION[name] >= 0);
    if (good.length === used.length) return { bias, weights: Object.fromEntries(used.map((name, i) => [name, weights[i]!])) };
    used = good;
  }
}

export function take(decision: Decision, coefficients: Coefficients): Taken {
  const [best] = decision.near.map(({ tool, features }) => ({ tool: tool.name, probability: probabilityWith(features, coefficients) })).toSorted((a, b) => b.probability - a.probability);
  const right = !decision.absent && best?.tool === decision.asked.tool;
  return { present: !decision.absent, tool: best?.tool, probability: best?.probability ?? 0, right, same: !right && best !== undefined && haveSameEffect(best.tool, decision.asked.tool) };
}

const ofSize = <T,>(decisions: readonly Decision[], size: number, map: (decision: Decision) => T): T[] => decisions.filter((one) => one.size === size).map(map);

/**
 * How often a request whose tool is missing counts: the least number for which at the default threshold no size of library has more wrong reuse
 * than wanted, on the half that is fitted.
 */
function absentCount(decisions: readonly Decision[], features: readonly Feature[]): number {
  for (let count = 1; ; count += 1) {
    const coefficients = fit(decisions, features, count);
    if (count === 10 || SIZES.every((size) => pointAt(ofSize(decisions, size, (one) => take(one, coefficients)), DEFAULT_THRESHOLD).wrong <= MOST_WRONG)) return count;
  }
}

const { tools, requests } = readData(options.data);
const order = shuffled(requests, chance(SPLIT_SEED));
const [fitted, scored] = [order.slice(0, order.length / 2), order.slice(order.length / 2)];
const embedders = [minilmEmbedder(cacheDir(process.env)), ngramEmbedder].map((embedder) => remembering(embedder, options.vectors));
const found: Record<string, Coefficients> = {};
const scores = new Map<string, Decision[]>();
const fits: Decision[] = [];

for (const embedder of embedders) {
  await embedder.embed(requests.map(({ request }) => request));
  const fitDecisions = await decideAll({ tools, requests: fitted, history: scored, embedder }, DRAWS);
  scores.set(embedder.model, await decideAll({ tools, requests: scored, history: fitted, embedder, distinct: options.distinct ?? false }, DRAWS));
  embedder.save();
  fits.push(...fitDecisions);
  const count = absentCount(fitDecisions, FEATURES);
  found[embedder.model] = fit(fitDecisions, FEATURES, count);
  console.log(`${embedder.model}: ${fitDecisions.length} decisions fitted, those without a tool counted ${count} times`);
}
const count = absentCount(fits, COMMON_FEATURES);
found['any'] = fit(fits, COMMON_FEATURES, count);
console.log(`any: those without a tool counted ${count} times\n`);

for (const [model, decisions] of scores) {
  for (const name of [model, 'any']) {
    console.log(`## ${model}${name === 'any' ? ', judged as a model that was not measured' : ''}\n`);
    console.log(table(['tools', 'decisions', 'right tool first', 'among five', `at ${DEFAULT_THRESHOLD}: recall`, 'wrong reuse', 'of another effect', 'at wrong reuse ≤ 2 %: recall', 'threshold', 'by effect: recall'], SIZES.map((size) => row(decisions, size, found[name]!))));
  }
  const all = ofSize(decisions, SIZES.at(-1)!, (one) => take(one, found[model]!));
  console.log(`Curve at all ${tools.length} tools:\n`);
  console.log(table(['threshold', 'recall', 'wrong reuse', 'of another effect'], [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95].map((at) => {
    const point = pointAt(all, at);
    return [String(at), percent(point.recall), percent(point.wrong), percent(point.wrongEffect)];
  })));
  console.log('From where a model is asked, at all tools: requests with a tool that are lost without asking, requests without one that cost a question:\n');
  console.log(table(['from', 'lost', 'asked in vain'], [0.005, 0.01, 0.02, 0.03, 0.05, 0.1].map((from) => {
    const share = (present: boolean, below: boolean): string => {
      const those = all.filter((one) => one.present === present);
      return percent(those.filter(({ probability }) => probability < from === below).length / those.length);
    };
    return [String(from), share(true, true), share(false, false)];
  })));
  console.log('What a probability says, over all sizes:\n');
  console.log(table(['probability', 'decisions', 'right'], bands(decisions.map((one) => take(one, found[model]!)))));
}

function row(decisions: readonly Decision[], size: number, coefficients: Coefficients): string[] {
  const taken = ofSize(decisions, size, (one) => take(one, coefficients));
  const present = decisions.filter((one) => one.size === size && !one.absent);
  const within = (places: number): number => present.filter(({ near, asked }) => near.map(({ tool, features }) => ({ tool, probability: probabilityWith(features, coefficients) })).toSorted((a, b) => b.probability - a.probability).slice(0, places).some(({ tool }) => tool.name === asked.tool)).length / present.length;
  const [point, best, effect] = [pointAt(taken, DEFAULT_THRESHOLD), bestWithin(taken, MOST_WRONG), bestWithin(taken, MOST_WRONG, 'wrongEffect')];
  return [String(size), String(taken.length), percent(within(1)), percent(within(5)), percent(point.recall), percent(point.wrong), percent(point.wrongEffect), percent(best.recall), best.threshold.toFixed(2), percent(effect.recall)];
}

function bands(taken: readonly Taken[]): string[][] {
  const edges = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01];
  return edges.slice(0, -1).map((from, i) => {
    const inside = taken.filter(({ probability }) => probability >= from && probability < edges[i + 1]!);
    return [`${from} to ${Math.min(1, edges[i + 1]!)}`, String(inside.length), inside.length ? percent(inside.filter(({ right }) => right).length / inside.length) : ''];
  });
}

if (options.write) {
  const text = Object.entries(found).map(([name, { bias, weights }]) => `  '${name}': {\n    bias: ${bias.toFixed(3)},\n    weights: { ${Object.entries(weights).map(([feature, weight]) => `${feature}: ${weight.toFixed(3)}`).join(', ')} },\n  },\n`).join('');
  const file = join(import.meta.dirname, '../../src/capabilities/find/coefficients.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(COEFFICIENTS[^\n]*= \{\n)[^]*?\n\};/, (_, head: string) => `${head}${text}};`));
  console.log(`written: ${file}`);
} else if (JSON.stringify(Object.keys(found)) !== JSON.stringify(Object.keys(COEFFICIENTS))) console.log('The coefficients in src are of other models.');

if (options.ask) {
  const model = embedders[0]!.model;
  await askModel(ofSize(scores.get(model)!, SIZES.at(-1)!, (one) => one), found[model]!, Number(options.ask), Number(options.skip));
}
process.exit(0);
