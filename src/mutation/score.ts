import type { RelativePath } from '../workspace/types.ts';
import { counts, isKilled, type Mutation, type Place, type Struck, type TestRun } from './types.ts';

/** A mutant that no test noticed. */
export interface Survivor {
  path: RelativePath;
  function: string;
  line: number;
  description: string;
  /** The line as it is, and as the mutant has it. */
  before: string;
  after: string;
  /** No input that was made tells it from the present code: perhaps it is the same behaviour. It counts against the score all the same. */
  perhapsEquivalent: boolean;
}

export interface FunctionScore {
  name: string;
  /** Killed mutants over all that count: those that compile and are not proven to be the same program. 1 without any. */
  score: number;
  mutants: number;
  killed: number;
  timeouts: number;
  /** Proven: the mutant compiles to the same code. */
  equivalent: number;
  survivors: Survivor[];
}

/** Lines of a file that tests reach, of those that can be reached. */
export interface Coverage {
  covered: number;
  lines: number;
}

/**
 * The score of each function. Time-outs and crashes are killed: a test would have noticed. A mutant is proven equivalent only where it compiles to
 * the very same code; any other that survives counts, however alike it looks.
 *
 * @param untold ids of mutants that no made input told apart, to be named as perhaps equivalent
 */
export function scores(place: Pick<Place, 'path' | 'source'>, mutations: readonly Mutation[], struck: readonly Struck[], untold?: ReadonlySet<number>): FunctionScore[] {
  const fates = new Map(struck.map((one) => [one.id, one.fate]));
  const names = [...new Set(mutations.map((mutation) => mutation.function))];
  return names.map((name) => {
    const mine = mutations.filter((mutation) => mutation.function === name && fates.has(mutation.id));
    const counted = mine.filter(({ id }) => counts(fates.get(id)!));
    const killed = counted.filter(({ id }) => isKilled(fates.get(id)!));
    const survivors = counted.filter(({ id }) => !isKilled(fates.get(id)!)).map((mutation) => survivorOf(place, mutation, untold?.has(mutation.id) ?? false));
    return {
      name, mutants: counted.length, killed: killed.length, survivors,
      score: counted.length === 0 ? 1 : killed.length / counted.length,
      timeouts: counted.filter(({ id }) => fates.get(id) === 'timeout').length,
      equivalent: mine.filter(({ id }) => fates.get(id) === 'equivalent').length,
    };
  });
}

/** The mean over functions that have mutants; 1 without any. */
export function meanScore(functions: readonly FunctionScore[]): number {
  const scored = functions.filter(({ mutants }) => mutants > 0);
  return scored.length === 0 ? 1 : scored.reduce((sum, { score }) => sum + score, 0) / scored.length;
}

export const coverageOf = (run: Pick<TestRun, 'lines' | 'executable'>): Coverage => {
  const possible = new Set(run.executable);
  return { covered: run.lines.filter((line) => possible.has(line)).length, lines: possible.size };
};

/** The file with a change put in. */
export function changed(source: string, { begin, end, text }: Pick<Mutation, 'begin' | 'end' | 'text'>): string {
  const mark = source.startsWith('\uFEFF') ? '\uFEFF' : '';
  const bytes = Buffer.from(source.slice(mark.length));
  return mark + Buffer.concat([bytes.subarray(0, begin), Buffer.from(text), bytes.subarray(end)]).toString();
}

function survivorOf({ path, source }: Pick<Place, 'path' | 'source'>, mutation: Mutation, perhapsEquivalent: boolean): Survivor {
  const [before, after] = [source, changed(source, mutation)].map((text) => (text.split('\n')[mutation.line - 1] ?? '').trim());
  // A change further down a statement of several lines leaves its first line as it is.
  const shown = before === after ? firstDifference(source, changed(source, mutation)) : [before!, after!];
  return { path, function: mutation.function, line: mutation.line, description: mutation.description, before: shown[0]!, after: shown[1]!, perhapsEquivalent };
}

function firstDifference(one: string, other: string): [string, string] {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  return [left[at]?.trim() ?? '', right[at]?.trim() ?? ''];
}

/** At most `limit` mutants of each function, spread over its lines. */
export function spread(mutations: readonly Mutation[], limit: number): Mutation[] {
  const total = mutations.length;
  if (total <= limit) return [...mutations];
  const byFunction = new Map<string, Mutation[]>();
  for (const mutation of mutations) byFunction.set(mutation.function, [...(byFunction.get(mutation.function) ?? []), mutation]);
  // Every function keeps its share, and none less than four.
  return [...byFunction.values()].flatMap((mine) => {
    const share = Math.max(4, Math.floor((mine.length * limit) / total));
    return mine.length <= share ? mine : Array.from({ length: share }, (_, at) => mine[Math.floor((at * mine.length) / share)]!);
  });
}
