import type { RelativePath } from '../../../../workspace/types.ts';
import type { MoveSymbols, Note, SplitModule } from '../../../refactor/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { stateOf, verified } from '../check/verify.ts';
import { loadGraph, refuseNewCircles } from '../move/cycles.ts';
import { relocated } from '../move/relocate.ts';
import type { Project } from '../project/project.ts';
import type { Outcome } from './outcome.ts';

/** Files that follow and are checked as a whole, types included. */
const CHECKED = 12;

/** Moves symbols to another module; everyone who imports them follows. */
export function moveSymbols(project: Project, { from, symbols, to, keepOld }: MoveSymbols): Outcome {
  const { names, notes, others } = carriedOut(project, [{ from, symbols, to }], keepOld ?? false);
  return { notes, summary: `Moved ${listed(names)} from ${from} to ${to}: ${others} other ${others === 1 ? 'file follows' : 'files follow'}.` };
}

/** Moves symbols of one module into several others. */
export function splitModule(project: Project, { path, parts, keepOld }: SplitModule): Outcome {
  const twice = parts.flatMap((p) => p.symbols).find((s, i, all) => all.indexOf(s) !== i);
  if (twice !== undefined) throw refuse('ambiguous', `${twice} is named for two parts.`, { symbol: twice }, 'Name it once.');
  const { notes, others } = carriedOut(project, parts.map((p) => ({ from: path, symbols: p.symbols, to: p.to })), keepOld ?? false);
  return { notes, summary: `Split ${path} into ${parts.map((p) => p.to).join(', ')}: ${others} other ${others === 1 ? 'file follows' : 'files follow'}.` };
}

function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function carriedOut(project: Project, moves: readonly { from: RelativePath; symbols: string[]; to: RelativePath }[], keepOld: boolean): { names: string[]; notes: Note[]; others: number } {
  const graph = loadGraph(project);
  const notes: Note[] = [];
  const names: string[] = [];
  const changed = new Set<RelativePath>();
  const stands = new Map<RelativePath, RelativePath>();
  const gone = new Set<string>();
  for (const { from, symbols, to } of moves) {
    // What went along with an earlier part is there already.
    const left = symbols.filter((s) => !gone.has(s));
    if (!left.length) continue;
    if (!project.files.has(to)) stands.set(to, from);
    const one = relocated(project, from, left, to, keepOld);
    // Others had their imports changed, which is checked for every file; checking all that a few hundred of them say of types takes minutes.
    const closely = [...one.texts.keys()].filter((p, _, all) => p === from || p === to || all.length <= CHECKED);
    const before = stateOf(project, closely.filter((p) => project.files.has(p)));
    project.stage(one.texts);
    verified(project, closely, before);
    for (const name of one.names) gone.add(name);
    for (const path of one.texts.keys()) changed.add(path);
    notes.push(...one.notes);
    names.push(...one.names);
  }
  refuseNewCircles(graph, loadGraph(project), changed, stands);
  const main = new Set(moves.flatMap((m) => [m.from, m.to]));
  return { names, notes, others: [...changed].filter((p) => !main.has(p)).length };
}
