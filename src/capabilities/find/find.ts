import { spoken } from '../catalogue/words.ts';
import type { Catalogue, Near } from '../interfaces.ts';
import type { Capability, Found, JsonObject, Match, Query, UseResult } from '../types.ts';
import { tryExamples } from './examples.ts';
import { featuresOf } from './features.ts';
import { bindingOf, fitOf, parametersOf } from './fit.ts';
import { instead, opposed } from './opposites.ts';
import { probabilityOf } from './probability.ts';

export { bindingOf } from './fit.ts';

export interface FindDeps {
  catalogue: Pick<Catalogue, 'near'>;
  /** Probability from which on a tool is taken without asking: `capabilities.similarity_threshold`. */
  threshold: number;
  /** `Embedder.model`: which coefficients hold. */
  embedderModel: string;
  /** Runs a tool, in the sandbox. */
  run(tool: Capability, args: JsonObject): Promise<UseResult>;
  /** A threshold of its own for a tool that was taken wrongly before; see `thresholdOf`. */
  thresholds?: (name: string) => number | undefined;
}

/** Most matches that are given. */
const MOST = 5;
/**
 * Below this nobody is asked about a tool. Measured by bench/capabilities/find-or-make.mts at 347 tools: of the requests whose tool was there, 3 in 100
 * stand lower with MiniLM and 1 in 200 with n-grams. A question costs a hundredth of the synthesis that it may save.
 */
export const UNSURE_FROM = 0.01;
/** What a tool gets at most for which something speaks against it that figures do not see. It stays below every threshold in use. */
const CAP = 0.5;

/**
 * Looks a wish up in the library. Examples decide where there are any: a tool that gives them is taken, one that gives something else is out. Then the
 * probability decides; what lies between is for a model to tell.
 *
 * Nothing is taken without examples where the words are opposed (`ascending` for `descending`), where the values do not fit the parameters, or
 * where the embedder was never measured.
 */
export async function find(query: Query, deps: FindDeps): Promise<Found> {
  const start = performance.now();
  const near = await deps.catalogue.near(query);
  const judged = near.map((one) => judge(query, one, deps.embedderModel)).toSorted((a, b) => b.match.probability - a.match.probability).slice(0, MOST);
  const matches = await withExamples(query, judged, deps);
  const done = (decision: Found['decision'], why: string): Found => ({ decision, why, matches, ms: performance.now() - start });

  const given = matches.find(({ examples }) => examples && examples.reproduced > 0);
  if (given) return done('reuse', `${given.tool.name} gives ${given.examples!.reproduced === 1 ? 'the example' : `all ${given.examples!.reproduced} examples`} of the request.`);
  const best = matches[0];
  if (!best) return done('make', near.length > 0 ? 'No tool gives the examples of the request.' : 'No tool is near the request.');
  const likely = percent(best.probability);
  const against = judged.find(({ match }) => match.tool === best.tool)?.against;
  const threshold = Math.max(deps.threshold, deps.thresholds?.(best.tool.name) ?? 0);
  if (!against && best.probability >= threshold) return done('reuse', `${best.tool.name} serves it with a probability of ${likely}.`);
  if (best.probability < UNSURE_FROM) return done('make', `The nearest tool, ${best.tool.name}, serves it with a probability of ${likely} only.`);
  return done('unsure', against ? `${best.tool.name} is near, but ${against}.` : `${best.tool.name} serves it with a probability of ${likely}, and ${percent(threshold)} is asked for.`);
}

interface Judged {
  match: Match;
  /** Why it may not be taken without examples or a model. */
  against?: string;
}

function judge(query: Query, near: Near, embedderModel: string): Judged {
  const { tool } = near;
  const features = featuresOf(query, near);
  const { probability, measured } = probabilityOf(features, embedderModel);
  const against = objection(query, tool) ?? (measured ? undefined : `the embeddings of ${embedderModel} were never measured`);
  const binding = bindingOf(query, tool);
  const capped = against === undefined ? probability : Math.min(probability, CAP);
  return { match: { tool, probability: capped, figures: { ...near.figures, ...features }, ...(binding ? { binding } : {}) }, ...(against ? { against } : {}) };
}

/** What the figures do not see. */
function objection(query: Query, tool: Capability): string | undefined {
  const wish = [query.request, query.description ?? '', spoken(query.name ?? '')].join('. ');
  const turned = opposed(wish, [spoken(tool.name), tool.description].join('. '));
  if (turned) return `it says "${turned.has}" where the request says "${turned.wished}"`;
  const other = instead(
    { name: query.name, words: wish },
    { name: tool.name, words: [tool.description, ...tool.aliases.map(spoken), ...tool.requests, ...parametersOf(tool).map(({ name }) => spoken(name))].join('. ') },
  );
  if (other) return `its name says "${other.has}" where the request means "${other.wished}"`;
  if (query.values?.length && fitOf(query.values, tool).bound < 1) return 'not all values of the request fit its parameters';
  return undefined;
}

/** Matches without those that give something else than an example; those that give them first. */
async function withExamples(query: Query, judged: readonly Judged[], { run }: FindDeps): Promise<Match[]> {
  const { examples } = query;
  if (!examples?.length) return judged.map(({ match }) => match);
  const tried = await Promise.all(judged.map(async ({ match }) => ({ ...match, examples: await tryExamples(examples, match.tool, run) })));
  const left = tried.filter((match) => !match.examples?.contradicted);
  return left
    .toSorted((a, b) => (b.examples?.reproduced ?? 0) - (a.examples?.reproduced ?? 0))
    .map(({ examples: result, ...match }) => (result ? { ...match, examples: result } : match));
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
