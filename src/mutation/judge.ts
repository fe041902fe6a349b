import type { Language } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import type { Mutation, MutationLanguage, Place } from './types.ts';

/** Runs of new tests on the present code, each in another order and with another hash seed. */
export const RUNS = [11, 22, 33] as const;

export interface Judged {
  path: RelativePath;
  /** The file with the tests that count; undefined where none does. */
  text: string | undefined;
  kept: { name: string; kills: number }[];
  /** `name` is empty where the whole file was dropped. */
  dropped: { name: string; why: string }[];
  /** Tests that noticed a mutant, by its id. */
  kills: Map<number, string[]>;
  /** Lines of the source that the kept tests reach. */
  lines: number[];
}

export interface JudgeRequest {
  language: MutationLanguage;
  known: Language;
  path: RelativePath;
  /** What a test has to notice one of. */
  mutations: readonly Mutation[];
  /** The file without some tests; undefined where they cannot be taken out. `seed`: as it is tried in one of the three runs. */
  write(without: ReadonlySet<string>, seed?: number): Promise<string | undefined>;
  /** A test that notices only what tests before it notice is dropped; they are taken in this order. */
  order?: readonly string[];
}

/**
 * Which tests of a file count: those that pass on the present code in three runs, and notice at least one of the mutants. The file stands
 * in the copy only while it is judged.
 */
export async function judge(place: Place, request: JudgeRequest): Promise<Judged> {
  const { language, known, path, mutations } = request;
  const dropped = new Map<string, string>();
  const result = (text?: string): Judged => ({ path, text, kept: [], dropped: [...dropped].map(([name, why]) => ({ name, why })), kills: new Map(), lines: [] });
  const whole = (why: string): Judged => {
    dropped.set('', why);
    return result();
  };
  const put = async (seed?: number): Promise<string | undefined> => {
    const text = await request.write(new Set(dropped.keys()), seed);
    if (text === undefined) return undefined;
    const formatted = await known.format(path, text, place.bench);
    await place.bench.write([{ kind: 'write', path, content: formatted }]);
    return formatted;
  };
  try {
    const outcomes = new Map<string, Set<string>>();
    for (const seed of RUNS) {
      if ((await put(seed)) === undefined) return whole('it cannot be written down');
      const run = await language.runTests(place, { tests: [path], seed });
      if (run.broken.length > 0) return whole(`it cannot be run: ${lastLine(run.broken[0]!)}`);
      for (const [id, outcome] of Object.entries(run.results)) outcomes.set(nameOf(id), (outcomes.get(nameOf(id)) ?? new Set()).add(outcome));
    }
    if (outcomes.size === 0) return whole('it holds no test that is found');
    for (const [name, seen] of outcomes) {
      if (seen.has('failed')) dropped.set(name, seen.size > 1 ? 'it does not pass every time on the present code' : 'it fails on the present code');
      else if (!seen.has('passed') || seen.size > 1) dropped.set(name, 'it is skipped');
    }
    if (dropped.size === outcomes.size) return result();

    let text = await put();
    if (text === undefined) return whole('a test of it does not count and cannot be taken out');
    let run = await language.runTests(place, { tests: [path], mutations });
    const noticed = new Map<string, Set<number>>([...outcomes.keys()].filter((name) => !dropped.has(name)).map((name) => [name, new Set()]));
    for (const { id, killed } of run.mutants) for (const test of killed) noticed.get(nameOf(test))?.add(id);
    const more = useless(noticed, request.order);
    for (const [name, why] of more) {
      dropped.set(name, why);
      noticed.delete(name);
    }
    if (noticed.size === 0) return result();

    if (more.length > 0) {
      // What is left is run as it will stand: a test may have leaned on one that was taken out.
      text = await put();
      if (text === undefined) return whole('a test of it does not count and cannot be taken out');
      const ids = new Set([...noticed.values()].flatMap((mine) => [...mine]));
      run = await language.runTests(place, { tests: [path], mutations: mutations.filter(({ id }) => ids.has(id)) });
    }
    if (run.code !== 0) return whole('what is left of it does not pass by itself');
    const kills = new Map(run.mutants.filter(({ killed }) => killed.length > 0).map(({ id, killed }) => [id, killed]));
    return { ...result(text), kept: [...noticed].map(([name, mine]) => ({ name, kills: mine.size })), kills, lines: run.lines };
  } finally {
    if (await place.bench.exists(path)) await place.bench.write([{ kind: 'delete', path }]);
  }
}

function useless(noticed: ReadonlyMap<string, ReadonlySet<number>>, order: readonly string[] | undefined): [string, string][] {
  const found: [string, string][] = [];
  const before = new Set<number>();
  for (const name of order?.filter((one) => noticed.has(one)) ?? noticed.keys()) {
    const mine = noticed.get(name)!;
    if (mine.size === 0) found.push([name, 'it notices no mutant that it should']);
    else if (order && [...mine].every((id) => before.has(id))) found.push([name, 'it notices nothing that the tests before it do not']);
    for (const id of mine) before.add(id);
  }
  return found;
}

/** `tests/test_a.py::TestB::test_c[1-2]` → `TestB.test_c`. */
export function nameOf(id: string): string {
  const parts = id.replace(/\[.*$/s, '').split('::');
  return (parts.length > 1 ? parts.slice(1) : parts).join('.');
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)!.replace(/^E\s+/, '').slice(0, 200);
