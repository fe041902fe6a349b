import { posix } from 'node:path';
import { languageOf, testConfigOf } from '../languages/registry.ts';
import type { Operation } from '../refactor/index.ts';
import { protectedChanges } from '../verify/protect.ts';
import type { CheckpointId, RelativePath } from '../workspace/types.ts';
import type { Session } from './session.ts';
import type { RunState } from './state.ts';

/** Names by which runners find tests, what goes on around them, and their settings. */
export const MEANT_FOR_RUNNERS = /^(?:test|Benchmark|Fuzz|pytest|load_tests$|runTest$|collect_ignore|__\w+__$|(?:set_?up|tear_?down)(?:_?(?:module|class|method|function))?$|(?:before|after)(?:each|all)?$)/i;

/** Names of declarations, with those around them, and their code. */
type Declared = Map<string, string>;

/** The last part of a dotted name. */
export const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Names that an operation leaves an alias of. */
function keptBy(operation: Operation): string[] {
  if (!('keepOld' in operation) || !operation.keepOld) return [];
  return operation.kind === 'rename' ? [operation.symbol] : operation.kind === 'move_symbols' ? operation.symbols : operation.kind === 'split_module' ? operation.parts.flatMap((part) => part.symbols) : [];
}

/**
 * What refactorings did to tests, or the change to what they followed, that is more than following: tests and helpers of theirs that are declared no more,
 * new files of theirs, other settings, and a name given up that something else has now, which the tests would not see. Undefined: nothing.
 */
export async function beyondFollowing(s: Session, state: RunState, followed: CheckpointId, refactorings: readonly Operation[]): Promise<string | undefined> {
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
