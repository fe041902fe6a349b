import { unlinked } from '../compose/link.ts';
import { mutationOf } from '../../mutation/registry.ts';
import { changed, spread } from '../../mutation/score.ts';
import type { Place } from '../../mutation/types.ts';
import { codeFileName } from '../library/files.ts';
import { inFolder } from './place.ts';
import type { GateContext, SurvivingChange } from './types.ts';

/** One small change of the tool's own code. */
export interface Mutant {
  code: string;
  change: SurvivingChange;
  description: string;
}

/** Mutants that are tried, spread over the code. Each of Go's is compiled. */
const MOST = { python: 60, javascript: 60, typescript: 60, go: 24 } as const;

/** Mutants of the functions that the tool has of its own. What it calls of other tools was tested with them. */
export async function mutantsOf({ draft, language, input }: GateContext): Promise<{ mutants: Mutant[]; all: number }> {
  const engine = mutationOf(language.name);
  const path = codeFileName(draft);
  if (!engine) return { mutants: [], all: 0 };
  return inFolder([{ name: path, text: draft.code }], async (bench) => {
    const place: Place = { bench, sandbox: input.sandbox, path, source: draft.code, files: new Set([path]), ...(input.signal ? { signal: input.signal } : {}) };
    const bare = unlinked(draft.code);
    const own = bare === draft.code ? undefined : new Set((await engine.targets({ ...place, source: bare })).targets.map(({ name }) => name));
    const { targets } = await engine.targets(place);
    const names = targets.map(({ name }) => name).filter((name) => own?.has(name) ?? true);
    const all = (await engine.mutations(place, names)).filter(({ header }) => !header);
    return { all: all.length, mutants: spread(all, MOST[language.name]).map((mutation) => mutantOf(draft.code, mutation)) };
  });
}

function mutantOf(source: string, mutation: Parameters<typeof changed>[1] & { line: number; description: string }): Mutant {
  const code = changed(source, mutation);
  const [lines, others] = [source.split('\n'), code.split('\n')];
  const at = lines[mutation.line - 1] === others[mutation.line - 1] ? Math.max(0, lines.findIndex((line, index) => line !== others[index])) : mutation.line - 1;
  return { code, description: mutation.description, change: { line: at + 1, before: (lines[at] ?? '').trim(), after: (others[at] ?? '').trim() } };
}
