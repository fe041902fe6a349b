import { UntilgreenError, asError } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import { judge, type Judged } from './judge.ts';
import { spread, type Survivor } from './score.ts';
import { freeTestPath } from './test-path.ts';
import type { Mutation, MutationLanguage, ObservedCase, Place, Target } from './types.ts';

/** What a writer of tests is told. */
export interface WriteTestsRequest {
  /** The source file. */
  path: RelativePath;
  /** Where the tests will stand. */
  test: RelativePath;
  /** Changes of the source that no test notices so far, at most twelve. */
  survivors: readonly Survivor[];
  /** Documentation of their functions, where there is some. */
  docs: readonly { function: string; text: string }[];
  signal?: AbortSignal;
}
/** Writes a test file, or says why it did not. What it writes is judged before it is kept. */
export type WriteTests = (request: WriteTestsRequest) => Promise<{ text: string } | { why: string }>;

/** A test file that was made beside the pinned calls: laws with made values, or what a model wrote. */
export interface FurtherTests {
  by: 'properties' | 'model';
  path: RelativePath;
  /** Undefined where nothing of it was kept. */
  text: string | undefined;
  /** Tests, with how many mutants each notices. */
  kept: { name: string; kills: number }[];
  /** `name` is empty where it is all of them. */
  dropped: { name: string; why: string }[];
}

export interface FurtherRequest {
  language: MutationLanguage;
  known: Language;
  targets: readonly Target[];
  cases: readonly ObservedCase[];
  mutations: readonly Mutation[];
  say(text: string): void;
}

export interface Made {
  tests: FurtherTests;
  judged: Judged;
}

/** Mutants that laws are tried on: each runs fifty examples. */
const TRIED_ON = 60;
/** Survivors that a writer is told of: more make no better tests. */
const TOLD = 12;
/** Of them, those of one function. */
const TOLD_OF_ONE = 4;
/** Characters of documentation of one function. */
const LONGEST_DOC = 800;

/** One test for each law that holds, passes with other values in three runs, and notices a mutant that no law before it does. Undefined without any law. */
export async function propertyTests(place: Place, request: FurtherRequest): Promise<Made | undefined> {
  const { language, known, targets, cases, mutations, say } = request;
  if (!language.laws) return undefined;
  const { laws, problem } = await language.laws.held(place, targets, cases);
  if (laws.length === 0) return undefined;
  const { render } = language.laws;
  const path = await freeTestPath(await known.testPathFor(place.path, place.bench), place.bench, known, 'properties');
  if (problem !== undefined) return nothing('properties', path, `${laws.length} laws hold, but ${problem}`);
  say(`${laws.length} laws hold on the inputs, tried with others`);
  const about = new Set(laws.flatMap(({ functions }) => functions));
  const judged = await judge(place, {
    language, known, path, order: laws.map(({ test }) => test),
    mutations: spread(mutations.filter((one) => about.has(one.function)), TRIED_ON),
    write: async (without, seed) => render(place, laws.filter(({ test }) => !without.has(test)), seed),
  });
  return { judged, tests: told('properties', judged) };
}

/**
 * Asks `write` for tests of what survives, and keeps those that pass three times and notice one of the survivors.
 *
 * @param survivors those that count, with their mutations
 * @throws `cancelled`. Any other failure of `write` is a reason to have no such tests.
 */
export async function writtenTests(place: Place, request: FurtherRequest & { write: WriteTests; survivors: readonly Survivor[] }): Promise<Made | undefined> {
  const { language, known, mutations, survivors, say } = request;
  if (survivors.length === 0) return undefined;
  say(`the tester is asked about ${survivors.length} changes that no test notices`);
  const test = await freeTestPath(await known.testPathFor(place.path, place.bench), place.bench, known, 'behaviour');
  const none = (why: string): Made => nothing('model', test, why);
  const shown = chosen(survivors);
  const docs = request.targets.flatMap(({ name, doc }) => (doc !== undefined && shown.some((one) => one.function === name) ? [{ function: name, text: doc.slice(0, LONGEST_DOC) }] : []));
  let reply: Awaited<ReturnType<WriteTests>>;
  try {
    reply = await request.write({ path: place.path, test, survivors: shown, docs, ...(place.signal ? { signal: place.signal } : {}) });
  } catch (thrown) {
    place.signal?.throwIfAborted();
    const error = asError(thrown);
    if (error instanceof UntilgreenError && error.code === 'no_model') return undefined;
    return none(error.message);
  }
  if ('why' in reply) return none(reply.why);
  const { text } = reply;
  const without = async (tests: ReadonlySet<string>): Promise<string | undefined> => (tests.size === 0 ? text : language.withoutTests?.(text, tests));
  const judged = await judge(place, { language, known, path: test, mutations, write: without });
  return { judged, tests: told('model', judged) };
}

function nothing(by: FurtherTests['by'], path: RelativePath, why: string): Made {
  const judged: Judged = { path, text: undefined, kept: [], dropped: [{ name: '', why }], kills: new Map(), lines: [] };
  return { judged, tests: told(by, judged) };
}

const told = (by: FurtherTests['by'], { path, text, kept, dropped }: Judged): FurtherTests => ({ by, path, text, kept, dropped });

/** Those that are no equivalents as far as is known come first, some of each function. */
function chosen(survivors: readonly Survivor[]): Survivor[] {
  const lines = new Map<string, number>();
  const sorted = survivors.toSorted((a, b) => Number(a.perhapsEquivalent) - Number(b.perhapsEquivalent));
  return sorted
    .filter(({ function: name }) => {
      lines.set(name, (lines.get(name) ?? 0) + 1);
      return lines.get(name)! <= TOLD_OF_ONE;
    })
    .slice(0, TOLD);
}
