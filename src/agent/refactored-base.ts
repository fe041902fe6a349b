import { posix } from 'node:path';
import { asError } from '../core/errors.ts';
import { languageOf, testConfigOf } from '../languages/registry.ts';
import type { CheckReport } from '../languages/types.ts';
import type { Plan, StepState } from '../plan/types.ts';
import { operationSchema, carryOut, sourcesOf, type Operation, type OperationKind } from '../refactor/index.ts';
import { toolNamed } from '../tools/registry.ts';
import { resultsByKey } from '../verify/baseline.ts';
import { protectedChanges } from '../verify/protect.ts';
import { runChecks, type CheckRunner } from '../verify/run-check.ts';
import type { Baseline } from '../verify/types.ts';
import type { CheckpointId, RelativePath } from '../workspace/types.ts';
import type { Session } from './session.ts';
import type { Attempt, RunState } from './state.ts';

/** Operations after which tests have to follow, and that say nothing but the same in other names or places. A test into which a function was inlined would no longer test it. */
const FOLLOWED: ReadonlySet<OperationKind> = new Set(['rename', 'move_symbols', 'move_module', 'merge_modules', 'split_module', 'change_signature']);

/** Names by which runners find tests, what goes on around them, and their settings. */
const MEANT_FOR_RUNNERS = /^(?:test|Benchmark|Fuzz|pytest|load_tests$|runTest$|collect_ignore|__\w+__$|(?:set_?up|tear_?down)(?:_?(?:module|class|method|function))?$|(?:before|after)(?:each|all)?$)/i;
/** What can be written into calls and heads without doing anything: numbers, words, texts, dotted names, empty brackets. */
const PLAIN = /^(?:-?[\w.]+|'[^'\\\n{}]*'|"[^"\\\n{}]*"|\[\]|\{\}|\(\))$/u;
/** Types may have brackets and unions, but no calls. */
const PLAIN_TYPE = /^[\w.*&[\]|,\s<>?'"]+$/u;

/** Whether all that an operation writes into files is names and plain values, so that its outcome needs no look of its own. */
function isPlain(operation: Operation): boolean {
  if (operation.kind === 'rename') return !MEANT_FOR_RUNNERS.test(operation.to) && !MEANT_FOR_RUNNERS.test(lastOf(operation.symbol));
  if (operation.kind !== 'change_signature') return true;
  return (operation.add ?? []).every(({ default: given, value, type }) => [given, value].every((text) => text === undefined || PLAIN.test(text)) && (type === undefined || PLAIN_TYPE.test(type)));
}

/** The refactorings that a plan carried out, in its order: those that tests may follow, of product code alone. */
export function refactoringsOf(plan: Plan, states: Readonly<Record<string, StepState>>): Operation[] {
  return plan.steps.flatMap((step) => {
    if (states[step.id] !== 'done' || toolNamed(step.action)?.name !== 'refactor_code') return [];
    const operation = operationSchema.safeParse(step.args['operation']);
    if (!operation.success || !FOLLOWED.has(operation.data.kind)) return [];
    return sourcesOf(operation.data).some((path) => languageOf(path)?.isTestFile(path)) || !isPlain(operation.data) ? [] : [operation.data];
  });
}

/** The refactorings between the base and an attempt's files, those of the attempts that it builds upon first. */
export function refactoringsUpTo(attempt: Attempt, attempts: readonly Attempt[]): Operation[] {
  const parent = attempts.findLast((other) => other.n < attempt.n && other.to !== undefined && other.to === attempt.from);
  return [...(parent ? refactoringsUpTo(parent, attempts) : []), ...(attempt.refactorings ?? [])];
}

/**
 * What the gate compares an attempt with. A deterministic refactoring changes tests too: their imports and calls follow. So the same operations
 * are carried out on the base alone, and whatever differs from that is the change's own. Where they cannot be, the base itself is taken, and a
 * person is asked about the tests.
 *
 * Leaves the copy with other files than it had.
 */
export async function comparedWith(s: Session, state: RunState): Promise<{ base: CheckpointId; refactorings: Operation[] }> {
  const refactorings = refactoringsUpTo(state.attempts.at(-1)!, state.attempts);
  const plain = { base: state.base!, refactorings: [] };
  if (!refactorings.length) return plain;
  await s.bench.restore(state.base!);
  try {
    for (const operation of refactorings) await carryOut(operation, { bench: s.bench, sandbox: s.sandbox, signal: s.signal, gates: [] });
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'refactoring_refused') throw thrown;
    s.emit('warning', { message: `The refactorings cannot be carried out on the files as they were, so that tests they changed need your approval: ${error.message}` }, 'warn');
    return plain;
  }
  const base = await s.bench.checkpoint();
  const doubt = await beyondFollowing(s, state, base, refactorings);
  if (doubt === undefined) return { base, refactorings };
  s.emit('warning', { message: `Tests that the refactorings changed need your approval: ${doubt}` }, 'warn');
  return plain;
}

/** Names of declarations, with those around them, and their code. */
type Declared = Map<string, string>;

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
/** Names that an operation leaves an alias of. */
function keptBy(operation: Operation): string[] {
  if (!('keepOld' in operation) || !operation.keepOld) return [];
  return operation.kind === 'rename' ? [operation.symbol] : operation.kind === 'move_symbols' ? operation.symbols : operation.kind === 'split_module' ? operation.parts.flatMap((part) => part.symbols) : [];
}

/**
 * What refactorings did to tests, or the change to what they followed, that is more than following: tests and helpers of theirs that are declared no more,
 * new files of theirs, other settings, and a name given up that something else has now, which the tests would not see. Undefined: nothing.
 */
async function beyondFollowing(s: Session, state: RunState, followed: CheckpointId, refactorings: readonly Operation[]): Promise<string | undefined> {
  const base = state.base!;
  const candidate = state.attempts.at(-1)!.to!;
  const text = async (at: CheckpointId, path: RelativePath): Promise<string> => new TextDecoder().decode((await s.bench.readAt(at, path)) ?? new Uint8Array());
  const declared = async (at: CheckpointId, path: RelativePath): Promise<Declared> => {
    const source = await text(at, path);
    const lines = source.split('\n');
    const found: Declared = new Map();
    for (const { name, parents, fromLine, toLine } of (await languageOf(path)?.parse(path, source))?.symbols ?? []) {
      const key = [...parents, name].join('.');
      found.set(key, `${found.get(key) ?? ''}\n${lines.slice(fromLine - 1, toLine).join('\n')}`);
    }
    return found;
  };
  const ofTests = (path: RelativePath): boolean =>
    languageOf(path)?.isTestFile(path) || s.languages.some((l) => l.isTestConfig(path)) || state.detections.some((d) => d.tests.some((folder) => folder !== '' && folder !== '.' && path.startsWith(`${folder}/`)));

  const deltas = await s.bench.deltas(base, followed);
  const testsOf = async (at: CheckpointId, path: RelativePath): Promise<string> => ((await languageOf(path)?.staticTests(path, await text(at, path))) ?? []).map((t) => t.name).join('\n');
  const product = new Set<string>();
  const givenUp = new Map<RelativePath, Declared>();
  for (const { path } of deltas) {
    if (ofTests(path)) continue;
    const [was, is] = [await declared(base, path), await declared(followed, path)];
    for (const name of new Set([...was.keys(), ...is.keys()])) if (was.has(name) !== is.has(name)) product.add(lastOf(name));
    givenUp.set(path, new Map([...was].filter(([name, code]) => is.get(name) !== code)));
  }
  const moved = deltas.filter((d) => d.kind === 'deleted' && ofTests(d.path));
  for (const { path, kind } of deltas) {
    if (kind === 'added') {
      const names = moved.length ? await testsOf(followed, path) : '';
      const same = await Promise.all(moved.map(async (d) => posix.basename(d.path) === posix.basename(path) && (await testsOf(base, d.path)) === names));
      if (same.includes(true)) moved.splice(same.indexOf(true), 1);
      else if (ofTests(path)) return `${path} would be new among the tests.`;
    }
    if (kind !== 'modified' || !ofTests(path)) continue;
    const [was, is] = [await declared(base, path), await declared(followed, path)];
    const other = [...was.keys(), ...is.keys()].find((name) => was.has(name) !== is.has(name) && !(path.endsWith('_test.go') && name.startsWith('Example')) && !(product.has(lastOf(name)) && !MEANT_FOR_RUNNERS.test(lastOf(name))));
    if (other !== undefined) return `${other} of ${path} belongs to the tests.`;
  }
  if (moved.length) return `${moved[0]!.path} would be gone.`;
  const settings = (await protectedChanges({ bench: s.bench, languages: s.languages, detections: state.detections, hadTests: true, testConfigOf }, base, followed)).find((c) => c.kind === 'config' && !languageOf(c.path));
  if (settings) return `${settings.path}: ${settings.detail}.`;

  const keptNames = new Set(refactorings.flatMap(keptBy).map(lastOf));
  for (const [path, names] of givenUp) {
    const [is, now] = [await declared(followed, path), await declared(candidate, path)];
    const kept = new Set((await text(followed, path)).split('\n').map((line) => line.trim()));
    const fresh = (await text(candidate, path)).split('\n').filter((line) => !kept.has(line.trim()));
    for (const name of names.keys()) {
      const alias = keptNames.has(lastOf(name));
      if (is.has(name) && !(alias && is.get(name) !== now.get(name))) continue;
      if (now.has(name) || fresh.some((line) => bindsAgain(line, lastOf(name)))) return `${name} of ${path} is something else now, and no test would look at it.`;
    }
  }
  return undefined;
}

/** Whether a line of code gives a meaning to a name. */
function bindsAgain(line: string, name: string): boolean {
  const word = `(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`;
  return new RegExp(`\\b(?:import|export|as|from)\\b.*${word}|\\b(?:const|let|var)\\b[^=]*${word}|^\\s*${word}\\s*(?::[^=]*)?=(?!=)|globals\\(\\).*['"]${name}['"]`).test(line);
}

/**
 * The baseline under the names that the refactorings gave its tests: a doctest has the name of its function, an example in Go too. Where tests of the
 * baseline are gone, the checks are run on what the refactorings alone make of the base; if no fewer tests pass there, and no fewer are red, these are the baseline.
 *
 * Leaves the copy with other files than it had.
 */
export async function baselineFollowing(s: Session, baseline: Baseline, base: CheckpointId, now: readonly CheckReport[], run: CheckRunner): Promise<Baseline> {
  const present = resultsByKey(now);
  const passed = (reports: readonly CheckReport[]): string[] => [...resultsByKey(reports)].flatMap(([key, { test }]) => (test.outcome === 'passed' ? [key] : []));
  const red = (reports: readonly CheckReport[]): number => [...resultsByKey(reports).values()].filter(({ test }) => test.outcome === 'failed' || test.outcome === 'error').length;
  if (passed(baseline.reports).every((key) => present.has(key))) return baseline;
  await s.bench.restore(base);
  const reports = await runChecks(baseline.checks, run);
  return passed(reports).length >= passed(baseline.reports).length && red(reports) >= red(baseline.reports) ? { ...baseline, reports } : baseline;
}
