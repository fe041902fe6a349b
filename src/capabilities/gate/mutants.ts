import { link, unlinked } from '../compose/link.ts';
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

/**
 * Mutants of the functions that the tool has of its own. What it calls of other tools was tested with them, where it is what the library has; a section that
 * says so and holds something else is the tool's own. `unseen`: its function is none that is declared as one, so that nothing of it can be changed or watched.
 */
export async function mutantsOf(context: GateContext): Promise<{ mutants: Mutant[]; all: number; unseen?: boolean }> {
  const { draft, language, input } = context;
  const engine = mutationOf(language.name);
  const path = codeFileName(draft);
  if (!engine) return { mutants: [], all: 0 };
  return inFolder([{ name: path, text: draft.code }], async (bench) => {
    const place: Place = { bench, sandbox: input.sandbox, path, source: draft.code, files: new Set([path]), ...(input.signal ? { signal: input.signal } : {}) };
    const bare = (await isLinked(context)) ? unlinked(draft.code) : draft.code;
    const own = bare === draft.code ? undefined : new Set((await engine.targets({ ...place, source: bare })).targets.map(({ name }) => name));
    const { targets } = await engine.targets(place);
    if (!targets.some(({ name }) => name === draft.name)) return { mutants: [], all: 0, unseen: true };
    const names = targets.map(({ name }) => name).filter((name) => own?.has(name) ?? true);
    const all = (await engine.mutations(place, names)).filter(({ header }) => !header);
    return { all: all.length, mutants: spread(all, MOST[language.name]).map((mutation) => mutantOf(draft.code, mutation)) };
  });
}

/** Is what stands in the marked section the code of the tools that it is said to be of. */
async function isLinked({ draft, input }: GateContext): Promise<boolean> {
  if (unlinked(draft.code) === draft.code) return false;
  const used = draft.uses.flatMap(({ name, hash }) => input.tools.find((tool) => tool.name === name && tool.hash === hash) ?? []);
  if (used.length < draft.uses.length || used.length === 0) return false;
  const anew = await link(draft.code, used, draft.language).catch(() => undefined);
  return anew?.replaceAll('\r\n', '\n') === draft.code.replaceAll('\r\n', '\n');
}

function mutantOf(source: string, mutation: Parameters<typeof changed>[1] & { line: number; description: string }): Mutant {
  const code = changed(source, mutation);
  const [lines, others] = [source.split('\n'), code.split('\n')];
  const at = lines[mutation.line - 1] === others[mutation.line - 1] ? Math.max(0, lines.findIndex((line, index) => line !== others[index])) : mutation.line - 1;
  return { code, description: mutation.description, change: { line: at + 1, before: (lines[at] ?? '').trim(), after: (others[at] ?? '').trim() } };
}
