// The same decisions with a model that breaks ties.
import { askWhichServes } from '../../src/capabilities/find/tie-break.ts';
import { UNSURE_FROM } from '../../src/capabilities/find/find.ts';
import { probabilityWith } from '../../src/capabilities/find/probability.ts';
import type { Coefficients } from '../../src/capabilities/find/coefficients.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createModels } from '../../src/models/client.ts';
import type { Decision } from './decisions.mts';
import { pointAt } from './curve.mts';
import { chance, shuffled } from './find-or-make-data.mts';
import { haveSameEffect, percent, table } from './find-or-make-tables.mts';

const SHOWN = 5;

interface Asked {
  decision: Decision;
  /** What is taken without a model, and how sure. */
  first: string | undefined;
  probability: number;
  /** What the model took. */
  chosen: string | undefined;
  shown: boolean;
}

/** Asks about every tool that is likely enough; what would have been taken without asking is told from the same answers. */
export async function askModel(decisions: readonly Decision[], coefficients: Coefficients, count: number, skip: number): Promise<void> {
  const [from, to] = [skip / 2, (skip + count) / 2].map(Math.floor);
  // As many of each kind, each request once, mixed so that the order tells nothing to whoever answers.
  const seen = new Set<string>();
  const once = decisions.filter(({ asked }) => !seen.has(asked.id) && seen.add(asked.id));
  const sample = shuffled([true, false].flatMap((kind) => once.filter(({ absent }) => absent === kind).slice(from, to)), chance(count + skip));
  const config = await loadConfig({ directory: process.cwd(), env: process.env });
  const models = await createModels(config);
  const asked = await Promise.all(sample.map(async (decision, index): Promise<Asked> => {
    const matches = decision.near.map(({ tool, features }) => ({ tool, probability: probabilityWith(features, coefficients) })).toSorted((a, b) => b.probability - a.probability).slice(0, SHOWN);
    const [best] = matches;
    const answer = best && best.probability >= UNSURE_FROM ? await askWhichServes(decision.asked.request, matches, { models, key: `tie-break/${index}` }) : undefined;
    return { decision, first: best?.tool.name, probability: best?.probability ?? 0, chosen: answer?.tool, shown: matches.some(({ tool }) => tool.name === decision.asked.tool) };
  }));
  report(asked);
}

function report(asked: readonly Asked[]): void {
  console.log(`\n## With a model as tie-break: ${asked.length} decisions at all tools\n`);
  const taken = (threshold: number) => asked.map(({ decision, first, probability, chosen }) => {
    const tool = probability >= threshold ? first : chosen;
    const right = !decision.absent && tool === decision.asked.tool;
    return { present: !decision.absent, tool, probability: 1, right, same: tool !== undefined && haveSameEffect(tool, decision.asked.tool) };
  });
  console.log(table(['taken without asking from', 'asked', 'recall', 'wrong reuse', 'of another effect'], [0.5, 0.6, 0.75, 0.9, 1.01].map((threshold) => {
    const point = pointAt(taken(threshold), 0);
    const questions = asked.filter(({ probability }) => probability >= UNSURE_FROM && probability < threshold).length;
    return [threshold > 1 ? 'never' : String(threshold), String(questions), percent(point.recall), percent(point.wrong), percent(point.wrongEffect)];
  })));
  const present = asked.filter(({ decision }) => !decision.absent);
  const missed = present.filter(({ decision, chosen }) => chosen !== decision.asked.tool);
  const not = missed.filter(({ probability, shown }) => probability >= UNSURE_FROM && !shown).length;
  const low = missed.filter(({ probability }) => probability < UNSURE_FROM).length;
  console.log(`Of ${present.length} with a right tool ${missed.length} are missed when all are asked: ${low} not asked, ${not} where the tool was not shown, ${missed.length - low - not} by the model.\n`);
  for (const { decision, chosen } of asked) {
    const right = decision.absent ? undefined : decision.asked.tool;
    if (chosen !== right) console.log(`- "${decision.asked.request.replaceAll(/\s+/g, ' ').slice(0, 140)}": ${right ?? `none (${decision.asked.tool} is not there)`}; the model said ${chosen ?? 'none'}`);
  }
}
