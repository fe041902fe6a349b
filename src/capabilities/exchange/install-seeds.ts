import type { Library } from '../interfaces.ts';
import { GATES, type Evidence } from '../types.ts';
import { seedTools, type Seed } from './seeds.ts';
import { incoming, save, stopped, takeBeside, type Admit, type ImportDeps, type Imported, type Taking } from './taking.ts';

/** Tools whose cases run at the same time: each waits for a few processes, and most machines have as many cores. */
const SIDE_BY_SIDE = 4;

/**
 * Puts the tools that come with the product into a library. They passed the whole gate when they were put there, and its evidence comes with them; here their
 * cases run once more, since this machine has other versions of the languages. One without whole evidence for its content passes the whole gate, and so
 * does one that is to be the next version of what is there.
 *
 * @param names only these; default: all
 * @throws `not_found` for a name that no seed has
 */
export async function installSeeds(library: Library, admit: Admit, names: readonly string[] | undefined, deps: ImportDeps): Promise<Imported[]> {
  const taking: Taking = { library, admit, deps, origin: { by: 'seed' } };
  const seeds = await seedTools(names);
  const done: Imported[] = [];
  for (let at = 0; at < seeds.length; at += SIDE_BY_SIDE) {
    deps.signal?.throwIfAborted();
    done.push(...(await Promise.all(seeds.slice(at, at + SIDE_BY_SIDE).map((seed) => installSeed(taking, seed)))));
  }
  return done;
}

async function installSeed(taking: Taking, { tool, evidence }: Seed): Promise<Imported> {
  const { name, version } = tool;
  const here = await taking.library.read(name);
  if (here) return takeBeside(taking, tool, here);
  const draft = incoming(taking, tool);
  const proven = evidence !== undefined && isWhole(evidence) ? evidence : undefined;
  const report = await taking.admit(draft, proven && ['visible_cases', 'hidden_cases']);
  if (!report.ok) return { name, version, ok: false, why: stopped(report) };
  await save(taking, draft, version, proven ? { cases: draft.cases, evidence: proven } : report);
  return { name, version, ok: true, why: 'new' };
}

const isWhole = ({ gates }: Evidence): boolean => GATES.every((gate) => gates.some((each) => each.gate === gate && each.ok));
