import { silent, type Emit } from '../core/events.ts';
import { languageOf } from '../languages/registry.ts';
import { refuse } from '../languages/refactor/refuse.ts';
import type { FileEdit, Note, Operation, Problem, RefactorContext } from '../languages/refactor/types.ts';
import type { FileChange, RelativePath, Workbench } from '../workspace/types.ts';
import { computeAll, together, type Computed } from './compute.ts';
import { newProblems } from './problems.ts';

/** In this order: what is cheap and says most first. The tests come after them and are the caller's. */
export const GATES = ['parses', 'lint', 'load', 'types'] as const;
export type GateName = (typeof GATES)[number];

export interface GateResult {
  gate: GateName;
  /** `absent`: the project has no such check, or it cannot run here. */
  result: 'held' | 'absent';
}

/** A refactoring that was written to the copy and held. */
export interface Carried {
  summary: string;
  notes: Note[];
  edits: FileEdit[];
  /** Every path written, removed or moved, sorted. */
  changed: RelativePath[];
  gates: GateResult[];
}

export interface CarryOutOptions extends RefactorContext {
  emit?: Emit;
  /** Default: all. An empty list writes without looking; for copies that are only compared. */
  gates?: readonly GateName[];
}

/**
 * Computes a refactoring, writes it to the copy and holds it against the gates: every changed file parses, no name is newly undefined and
 * no import newly unused, every changed module loads alone, the type check is no worse. What was wrong before is not held against it.
 *
 * @throws `refactoring_refused` with `data.reason`; reason `gate` has `data.gate` and `data.problems`. The copy is then as it was. `cancelled`
 * @example
 * const { summary, notes } = await carryOut({ kind: 'rename', symbol: 'area', to: 'surface' }, { bench, sandbox });
 */
export async function carryOut(operation: Operation, options: CarryOutOptions): Promise<Carried> {
  const { bench, emit = silent, gates = GATES } = options;
  const computed = await computeAll(operation, options);
  const withEdits = computed.filter(({ refactoring }) => refactoring.edits.length);
  const held: Carried = { ...together(computed), changed: [], gates: [] };
  if (held.edits.length === 0) return held;
  held.changed = changedPaths(held.edits);
  const from = await bench.checkpoint();
  const before = await findings(withEdits, 'before', gates, options);
  emit('refactoring_computed', { summary: held.summary, files: held.changed.length });
  try {
    await bench.write(await fileChanges(held.edits, bench));
    if (gates.includes('parses')) await assertParses(held.edits, before.broken, bench);
    const after = await findings(withEdits, 'after', gates, options);
    for (const gate of gates) {
      if (gate === 'parses') {
        held.gates.push({ gate, result: 'held' });
        continue;
      }
      const now = after.problems[gate];
      if (now === undefined || before.problems[gate] === undefined) {
        held.gates.push({ gate, result: 'absent' });
        continue;
      }
      const fresh = newProblems(before.problems[gate], now, operation, gate === 'load');
      if (fresh.length) throw gateRefusal(gate, fresh);
      held.gates.push({ gate, result: 'held' });
      emit('refactoring_gate', { gate, ok: true });
    }
  } catch (thrown) {
    await bench.restore(from);
    throw thrown;
  }
  return held;
}

function gateRefusal(gate: GateName, problems: readonly Problem[]): Error {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const what = { parses: 'would not parse', lint: 'would have a new fault', load: 'would not load any more', types: 'would have a new type error' }[gate];
  return refuse('gate', `After it ${first?.path} ${what}: ${first?.line ? `line ${first.line}: ` : ''}${first?.code} ${first?.message}${more}.`, { gate, problems }, 'Everything was put back.');
}

type Findings = { problems: Partial<Record<Exclude<GateName, 'parses'>, Problem[]>>; broken: ReadonlySet<RelativePath> };

/** What the gates see in the files concerned: those that are there before, or those that are there after. */
async function findings(computed: readonly Computed[], when: 'before' | 'after', gates: readonly GateName[], context: CarryOutOptions): Promise<Findings> {
  const problems: Findings['problems'] = {};
  const add = (gate: Exclude<GateName, 'parses'>, found: readonly Problem[] | undefined): void => {
    if (found !== undefined) problems[gate] = [...(problems[gate] ?? []), ...found];
  };
  const broken = new Set<RelativePath>();
  for (const { engine, refactoring } of computed) {
    context.signal?.throwIfAborted();
    const concerned: string[] = [];
    for (const edit of refactoring.edits) {
      const path = edit.kind === 'moved' && when === 'before' ? edit.from : edit.path;
      if ((when === 'before' || edit.kind !== 'delete') && engine.languages.some((name) => languageOf(path)?.name === name) && (await context.bench.exists(path))) concerned.push(path);
    }
    if (when === 'before') for (const path of concerned) if (await syntaxError(path, context.bench)) broken.add(path);
    if (gates.includes('lint')) add('lint', await engine.lint(concerned, context));
    if (gates.includes('load')) add('load', await engine.load(concerned, context));
    if (gates.includes('types')) add('types', await engine.types(context));
  }
  return { problems, broken };
}

async function syntaxError(path: RelativePath, bench: Workbench): Promise<Problem | undefined> {
  const { text } = await bench.readText(path);
  const parsed = await languageOf(path)?.parse(path, text);
  return parsed?.ok === false ? { path, line: parsed.error?.line ?? 1, code: 'syntax', message: parsed.error?.message ?? 'syntax error' } : undefined;
}

async function assertParses(edits: readonly FileEdit[], brokenBefore: ReadonlySet<RelativePath>, bench: Workbench): Promise<void> {
  for (const edit of edits) {
    if (edit.kind === 'delete' || (edit.kind === 'moved' && edit.text === undefined)) continue;
    if (brokenBefore.has(edit.kind === 'moved' ? edit.from : edit.path)) continue;
    const error = await syntaxError(edit.path, bench);
    if (error) throw gateRefusal('parses', [error]);
  }
}

function changedPaths(edits: readonly FileEdit[]): RelativePath[] {
  return [...new Set(edits.flatMap((edit) => (edit.kind === 'moved' ? [edit.from, edit.path] : [edit.path])))].toSorted();
}

/** Edits as the copy takes them. A file keeps its permission bits when it is written or moved. */
async function fileChanges(edits: readonly FileEdit[], bench: Workbench): Promise<FileChange[]> {
  const entries = new Map((await bench.list()).map((file) => [file.path, file]));
  const changes: FileChange[] = [];
  const written = new Set(edits.flatMap((edit) => (edit.kind === 'delete' ? [] : [edit.path])));
  for (const edit of edits) {
    if (edit.kind === 'write') {
      const mode = entries.get(edit.path)?.mode;
      changes.push({ kind: 'write', path: edit.path, content: edit.text, ...(mode === undefined ? {} : { mode }) });
    } else if (edit.kind === 'delete') {
      changes.push({ kind: 'delete', path: edit.path });
    } else {
      const entry = entries.get(edit.from);
      changes.push({ kind: 'write', path: edit.path, content: edit.text ?? (await bench.readBytes(edit.from)), ...(entry ? { mode: entry.mode } : {}) });
      if (!written.has(edit.from)) changes.push({ kind: 'delete', path: edit.from });
    }
  }
  return changes;
}
