import type { RelativePath } from '../../workspace/types.ts';
import type { Mutation, Place } from '../types.ts';
import { build, discard, type Build } from './build.ts';
import type { Call } from './harness.ts';

type Made = Build | { problem: string };

/** What is kept of a place between the steps of one exploration: compiling is what takes time. */
interface Kept {
  mutations: readonly Mutation[];
  /** The compiler refused these before. */
  invalid: Set<number>;
  calls?: { key: string; made: Promise<Made> };
  tests?: { key: string; made: Promise<Made> };
}

/** More mutants than these are not compiled in before it is known which of them are tried: each is a copy of its function. */
const MOST = 450;

const kept = new WeakMap<Place, Kept>();

function keptOf(place: Place): Kept {
  const mine = kept.get(place) ?? { mutations: [], invalid: new Set<number>() };
  kept.set(place, mine);
  return mine;
}

/** All mutants of a place: they are compiled in before any is tried. */
export function keepMutations(place: Place, mutations: readonly Mutation[]): void {
  kept.set(place, { mutations, invalid: new Set() });
}

/** Those to compile in before any is asked for. */
export function mutationsOf(place: Place): readonly Mutation[] {
  const { mutations } = keptOf(place);
  return mutations.length > MOST ? [] : mutations;
}

/** A binary that makes these calls. The last one serves where it holds all that is asked for: what observed new cases also tries mutants with them. */
export async function buildOfCalls(place: Place, mutations: readonly Mutation[], calls: ReadonlyMap<number, Call>): Promise<Made> {
  const mine = keptOf(place);
  const key = [...calls.keys()].join(',');
  while (mine.calls) {
    const last = mine.calls;
    const there = await last.made;
    // Another asked meanwhile: what it builds may serve.
    if (mine.calls !== last) continue;
    if (last.key === key || (isWithin(key, last.key) && holds(there, mutations))) return there;
    drop(there);
    break;
  }
  const made = build(place, { mutations: all(mine, mutations), cases: calls, invalid: mine.invalid });
  mine.calls = { key, made };
  return made;
}

/** A binary with these test files, kept until others are asked for. */
export async function buildOfTests(place: Place, mutations: readonly Mutation[], tests: readonly RelativePath[]): Promise<Made> {
  const mine = keptOf(place);
  const texts = await Promise.all(tests.map(async (path) => (await place.bench.readText(path)).text));
  const key = JSON.stringify([tests, texts]);
  if (mine.tests) {
    const there = await mine.tests.made;
    if (mine.tests.key === key && holds(there, mutations)) return there;
    drop(there);
  }
  const made = build(place, { mutations: all(mine, mutations), tests, invalid: mine.invalid });
  mine.tests = { key, made };
  return made;
}

/** Those of the place, where they hold what is asked for. Of many, the first that are asked for become those of the place. */
function all(mine: Kept, mutations: readonly Mutation[]): readonly Mutation[] {
  if (mine.mutations.length > MOST) {
    if (mutations.length > 0) mine.mutations = mutations;
    return mutations;
  }
  const there = new Map(mine.mutations.map((one) => [one.id, one]));
  return mutations.every((one) => there.get(one.id)?.text === one.text && there.get(one.id)?.begin === one.begin) ? mine.mutations : mutations;
}

const holds = (there: Made, mutations: readonly Mutation[]): boolean => !('problem' in there) && mutations.every(({ id }) => there.mutants.has(id) || there.invalid.has(id));

function drop(there: Made): void {
  if (!('problem' in there)) discard(there.folder);
}

function isWithin(some: string, whole: string): boolean {
  const there = new Set(whole.split(','));
  return some.split(',').every((one) => there.has(one));
}
