import { UntilgreenError } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';
import { Explorer, type Explored } from './explore.ts';
import { propertyTests, writtenTests, type FurtherTests, type Made, type WriteTests } from './further.ts';
import { greedy } from './greedy.ts';
import { RUNS, nameOf } from './judge.ts';
import { mutationOf } from './registry.ts';
import { coverageOf, scores, spread, type Coverage, type FunctionScore } from './score.ts';
import { freeTestPath } from './test-path.ts';
import { isKilled, type Case, type Mutation, type MutationLanguage, type ObservedCase, type Place, type Rendered, type Struck, type Target, type TestRun } from './types.ts';

export interface CharacteriseOptions {
  /** Source files; test files among them are left out. */
  paths: readonly RelativePath[];
  /** Only these functions (`area`, `Circle.area`), private ones too. Default: all public ones. */
  functions?: readonly string[];
  bench: Workbench;
  sandbox: Sandbox;
  languages: readonly Language[];
  /** Mutation score of a file at which no more inputs are looked for, 0 to 1. Default 0.8. */
  target?: number;
  /** Mutants of a file, spread over its functions. Default 400. */
  maxMutants?: number;
  /** Milliseconds for a file, after which it goes on with what there is. Default 180,000. */
  budgetMs?: number;
  /** The same seed makes the same inputs. Default 1. */
  seed?: number;
  /** Processes beside each other. Default: the cores of the machine, at most 4. */
  workers?: number;
  /** Tests of laws that hold, where the language has property testing. Default true. */
  properties?: boolean;
  /** Asked for tests of what survives, once for each file. Default: nobody is asked. */
  write?: WriteTests;
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}

export interface CharacterisedFunction extends FunctionScore {
  path: RelativePath;
  /** Calls whose outcome is pinned. */
  cases: number;
}

export interface CharacterisedFile {
  path: RelativePath;
  test: RelativePath | undefined;
  /** Tests of laws, and those that `write` gave: what was kept and what was not, and why. */
  further: FurtherTests[];
  functions: CharacterisedFunction[];
  /** Lines of the source that the project's tests reach before, and with the new ones. */
  coverage: { before: Coverage; after: Coverage };
}

export interface Characterisation {
  /** New test files. Each passed three times on the present code, in other orders and with other hash seeds, and each test in them kills a mutant. */
  files: { path: RelativePath; text: string }[];
  sources: CharacterisedFile[];
  functions: CharacterisedFunction[];
  /** Functions and files without tests, and why. */
  skipped: { path: RelativePath; name: string; why: string }[];
}

/** Rounds of inputs near surviving mutants. */
const ROUNDS = 8;
/** Rows that a function's tests may have: more is no longer read. */
const LONGEST_TABLE = 90;

/**
 * Writes tests that pin what functions do at present: makes inputs, sees in the sandbox what comes of them, and keeps the
 * fewest that kill the most mutants. Functions that read the clock, use chance, touch files or the network are skipped with the reason.
 *
 * Nothing is written: the files are returned. All work is done in a copy of the workbench.
 *
 * @throws `sandbox_error` where a language's tools are missing; `file_missing`; `cancelled`
 * @example
 * const { files, functions } = await characterise({ paths: ['src/shop/prices.py'], bench, sandbox, languages });
 */
export async function characterise(options: CharacteriseOptions): Promise<Characterisation> {
  const result: Characterisation = { files: [], sources: [], functions: [], skipped: [] };
  const copy = await options.bench.fork(await options.bench.checkpoint());
  try {
    for (const path of options.paths) {
      options.signal?.throwIfAborted();
      await characteriseFile(path, { ...options, bench: copy }, result);
    }
  } finally {
    await copy.dispose();
  }
  return result;
}

async function characteriseFile(path: RelativePath, options: CharacteriseOptions, result: Characterisation): Promise<void> {
  const { bench, sandbox, languages } = options;
  const skip = (name: string, why: string): void => void result.skipped.push({ path, name, why });
  const known = languages.find((one) => one.extensions.some((extension) => path.endsWith(extension)));
  const language = known && mutationOf(known.name);
  if (!known || !language) return skip('', 'tests for its language cannot be generated');
  if (known.isTestFile(path)) return skip('', 'it is a test file');
  if (!(await bench.exists(path))) throw new UntilgreenError('file_missing', `${path} does not exist.`, { path }, 'Give a source file of the project.');
  const { text: source } = await bench.readText(path);
  const files = new Set((await bench.list()).map((file) => file.path));
  const place: Place = { bench, sandbox, path, source, files, ...(options.workers ? { workers: options.workers } : {}), ...(options.signal ? { signal: options.signal } : {}) };

  const { targets, classes, problem } = await language.targets(place);
  if (problem !== undefined) return skip('', problem);
  const wanted = targets.filter((target) => (options.functions ? options.functions.some((name) => target.name === name || target.name.startsWith(`${name}.`)) : target.public || target.kind === 'constructor'));
  if (wanted.length === 0) return skip('', options.functions ? `it has no function named ${options.functions.join(', ')}` : 'it has no public function');
  const say = (text: string): void => options.onProgress?.(`${path}: ${text}`);

  // Helpers of the file are judged through those that call them.
  const judged = options.functions ? wanted : targets;
  const mutations = spread(await language.mutations(place, judged.map(({ name }) => name)), options.maxMutants ?? 400);
  const until = Date.now() + (options.budgetMs ?? 180_000);
  const explored = await new Explorer(place, language, wanted, classes, mutations, { goal: Math.max(options.target ?? 0.8, 0.9), rounds: ROUNDS, until, seed: options.seed ?? 1, onProgress: say }).run();
  if (explored.problem !== undefined) return skip('', explored.problem);
  for (const [name, why] of explored.skipped) skip(name, why);

  const before = await baseline(place, language, known);
  const made = await settle(place, { language, known, targets: wanted, explored, mutations, say });
  const finals = made ? made.run : before;
  const met: Struck[] = made ? finals.mutants : mutations.map(({ id }) => ({ id, killed: [], fate: 'survived' }));
  const struck = new Map(met.map((one) => [one.id, one]));
  const scored = (): FunctionScore[] => scores(place, mutations, [...struck.values()], untold(mutations, explored));

  const further: FurtherTests[] = [];
  const reached = new Set(finals.lines);
  const take = (found: Made | undefined): void => {
    if (!found) return;
    further.push(found.tests);
    for (const [id, killed] of found.judged.kills) if (!isKilled(struck.get(id)?.fate ?? 'survived')) struck.set(id, { id, killed, fate: 'killed' });
    for (const line of found.judged.lines) reached.add(line);
  };
  const request = { language, known, targets: wanted, cases: [...explored.cases.values()], mutations, say };
  if (options.properties ?? true) take(await propertyTests(place, request));
  if (options.write) {
    const alive = mutations.filter(({ id }) => struck.get(id)?.fate === 'survived');
    take(await writtenTests(place, { ...request, write: options.write, mutations: alive, survivors: scored().flatMap(({ survivors }) => survivors) }));
  }

  const kept = made?.kept ?? [];
  const functions = scored().map((one) => ({ ...one, path, cases: kept.filter((item) => item.function === one.name).length }));
  result.functions.push(...functions);
  if (made) result.files.push({ path: made.path, text: made.rendered.text });
  for (const { path: test, text } of further) if (text !== undefined) result.files.push({ path: test, text });
  if (!made && further.every(({ text }) => text === undefined)) skip('', 'no test could be kept');
  const executable = finals.executable.length > 0 ? finals.executable : before.executable;
  result.sources.push({ path, test: made?.path, further, functions, coverage: { before: coverageOf({ lines: before.lines, executable }), after: coverageOf({ lines: [...new Set([...before.lines, ...reached])], executable }) } });
}

/** What the project's own tests reach of the file. */
async function baseline(place: Place, language: MutationLanguage, known: Language): Promise<TestRun> {
  const tests = (await language.testFiles(place)).filter((path) => known.isTestFile(path));
  return tests.length > 0 ? language.runTests(place, { tests }) : { code: 0, results: {}, rows: {}, broken: [], lines: [], executable: [], seconds: 0, mutants: [] };
}

const untold = (mutations: readonly Mutation[], explored: Explored): Set<number> => new Set(mutations.filter(({ id }) => (explored.kills.get(id)?.size ?? 0) === 0 && explored.fates.get(id) === 'survived').map(({ id }) => id));

interface Settled {
  path: RelativePath;
  rendered: Rendered;
  kept: ObservedCase[];
  /** The last run: on the present code and on all mutants. */
  run: TestRun;
}

/** Chooses cases, writes them down, and throws out what fails, flickers or kills nothing, until all that is left counts. */
async function settle(place: Place, given: { language: MutationLanguage; known: Language; targets: readonly Target[]; explored: Explored; mutations: readonly Mutation[]; say: (text: string) => void }): Promise<Settled | undefined> {
  const { language, known, targets, explored, mutations, say } = given;
  const path = await freeTestPath(await known.testPathFor(place.path, place.bench), place.bench, known);
  let kept = chosen(explored);
  const write = async (): Promise<Rendered> => {
    const rendered = language.render({ place, path, targets, kept });
    const text = await known.format(path, rendered.text, place.bench);
    await place.bench.write([{ kind: 'write', path, content: text }]);
    return { ...rendered, text };
  };
  try {
    for (let attempt = 0; attempt < 4 && kept.length > 0; attempt += 1) {
      const rendered = await write();
      say(`${kept.length} cases in ${rendered.tests.length} tests, run three times`);
      const failing = new Set<string>();
      let unrunnable: string | undefined;
      for (const seed of RUNS) {
        const run = await language.runTests(place, { tests: [path], seed });
        if (run.broken.length > 0) unrunnable = run.broken[0];
        for (const [id, outcome] of Object.entries(run.results)) if (outcome !== 'passed') failing.add(nameOf(id));
      }
      if (unrunnable !== undefined) throw new UntilgreenError('internal', `The generated ${path} cannot be run: ${unrunnable}`, { path });
      if (failing.size > 0) {
        const out = new Set(rendered.tests.filter(({ name }) => failing.has(name)).flatMap(({ cases }) => cases));
        kept = kept.filter(({ id }) => !out.has(id));
        continue;
      }
      const rowOf = new Map(rendered.tests.flatMap(({ name, cases }) => cases.map((id, at) => [id, `${name}#${at}`] as const)));
      const run = await language.runTests(place, { tests: [path], mutations, stop: true, prefer: preferred(kept, explored, rowOf) });
      const useful = new Set(run.mutants.flatMap(({ killed }) => killed));
      const out = new Set(kept.filter(({ id }) => !useful.has(run.rows[rowOf.get(id)!] ?? '') && !hangs(explored, id)).map(({ id }) => id));
      if (out.size === 0) return { path, rendered, kept, run };
      kept = kept.filter(({ id }) => !out.has(id));
    }
    return undefined;
  } finally {
    if (await place.bench.exists(path)) await place.bench.write([{ kind: 'delete', path }]);
  }
}

/** Mutants that hang or die name no test: cases that reach one of those stay. */
const hangs = (explored: Explored, id: string): boolean => [...explored.kills].some(([mutant, cases]) => cases.has(id) && ['timeout', 'crashed'].includes(explored.fates.get(mutant) ?? ''));

/** The rows that are to kill each mutant. A case that was chosen for a mutant comes before others that kill it too, so that each gets its own. */
function preferred(kept: readonly ObservedCase[], explored: Explored, rowOf: ReadonlyMap<string, string>): Map<number, string[]> {
  const credit = new Map(kept.map(({ id }) => [id, 0]));
  const wanted = new Map<number, string[]>();
  for (const [mutant, cases] of [...explored.kills].toSorted(([, a], [, b]) => a.size - b.size)) {
    const mine = [...cases].filter((id) => credit.has(id)).toSorted((a, b) => credit.get(a)! - credit.get(b)!);
    if (mine.length === 0) continue;
    credit.set(mine[0]!, credit.get(mine[0]!)! + 1);
    wanted.set(mutant, mine.slice(0, 4).map((id) => rowOf.get(id)!));
  }
  return wanted;
}

function chosen(explored: Explored): ObservedCase[] {
  const byCase = new Map<string, Set<number>>();
  for (const [mutant, cases] of explored.kills) for (const id of cases) byCase.set(id, (byCase.get(id) ?? new Set()).add(mutant));
  const cost = (id: string): number => costOf(explored.cases.get(id)!);
  const ids = greedy(byCase, cost);
  const perFunction = new Map<string, number>();
  return ids.flatMap((id) => {
    const one = explored.cases.get(id)!;
    const many = (perFunction.get(one.function) ?? 0) + 1;
    perFunction.set(one.function, many);
    return many <= LONGEST_TABLE ? [one] : [];
  });
}

/** A short call with a short answer reads best; an exception tells less than a value. */
function costOf(one: ObservedCase & Case): number {
  const written = one.arguments.reduce((sum, { text }) => sum + text.length, 0) + (one.receiver?.length ?? 0);
  return written + one.outcome.key.length + (one.outcome.kind === 'raises' ? 60 : 0) + (one.outcome['form'] === 'object' ? 40 : 0);
}
