import type { Library } from '../interfaces.ts';
import { GATES, type Evidence } from '../types.ts';
import { draftOf } from '../life/effects.ts';
import type { Admit, ImportDeps, Imported } from './import.ts';
import { seedTools, type Seed } from './seeds.ts';

/** Tools whose cases run at the same time: each waits for a few processes, and most machines have as many cores. */
const SIDE_BY_SIDE = 4;

/**
 * Puts the tools that come with the product into a library. They passed the whole gate when they were put there, and its evidence comes with them; here their cases run once
 * more, since this machine has other versions of the languages. One without whole evidence for its content passes the whole gate.
 *
 * @param names only these; default: all
 * @throws `not_found` for a name that no seed has
 */
export async function installSeeds(library: Library, admit: Admit, names?: readonly string[], { saved, signal }: Pick<ImportDeps, 'saved' | 'signal'> = {}): Promise<Imported[]> {
  const done: Imported[] = [];
  const seeds = await seedTools(names);
  for (let at = 0; at < seeds.length; at += SIDE_BY_SIDE) {
    signal?.throwIfAborted();
    done.push(...(await Promise.all(seeds.slice(at, at + SIDE_BY_SIDE).map((seed) => installSeed(seed, library, admit, saved)))));
  }
  return done;
}

async function installSeed({ tool, evidence }: Seed, library: Library, admit: Admit, saved: ImportDeps['saved']): Promise<Imported> {
  const { name, version } = tool;
  const here = await library.read(name);
  if (here) {
    const same = here.tool.name === name && here.tool.hash === tool.hash;
    return { name, version: here.tool.version, ok: same, why: same ? 'already there' : `there is another ${name} here` };
  }
  const draft = draftOf(tool, { ...tool.made, at: new Date().toISOString(), by: 'seed' });
  const proven = evidence !== undefined && isWhole(evidence) ? evidence : undefined;
  const report = await admit(draft, proven && ['visible_cases', 'hidden_cases']);
  if (!report.ok) return { name, version, ok: false, why: `stopped by the gate ${report.stoppedBy}: ${report.gates.at(-1)?.says ?? ''}` };
  const shown = proven ?? report.evidence;
  const kept = await library.save(proven ? draft : { ...draft, cases: report.cases }, version, shown);
  await saved?.(kept, shown);
  return { name, version, ok: true, why: 'new' };
}

const isWhole = ({ gates }: Evidence): boolean => GATES.every((gate) => gates.some((each) => each.gate === gate && each.ok));
