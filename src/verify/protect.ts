import type { Detection, Language, StaticTest } from '../languages/types.ts';
import { PROJECT_FILES } from '../config/paths.ts';
import { canonicalJson } from '../core/hash.ts';
import type { CheckpointId, Delta, Workbench } from '../workspace/types.ts';
import type { ProtectedChange } from './types.ts';

const decoder = new TextDecoder();
const OWN_SETTINGS: ReadonlySet<string> = new Set([...PROJECT_FILES, '.env', 'allowed_deps.json']);
/** Languages that share files with other purposes (package.json, pyproject.toml) say which of their keys steer the tests. */
export type TestConfigOf = (path: string, source: string) => unknown;

export interface Protection {
  bench: Workbench;
  languages: readonly Language[];
  detections: readonly Detection[];
  /** With no test in the baseline there is nothing to protect: new test configuration is free. */
  hadTests: boolean;
  testConfigOf?: TestConfigOf;
}

/**
 * Existing tests that the change edits, deletes, skips or loosens, and test configuration that it touches.
 * New tests in new files, and new tests added to an existing file, are free.
 */
export async function protectedChanges(p: Protection, from: CheckpointId, to?: CheckpointId): Promise<ProtectedChange[]> {
  const changes: ProtectedChange[] = [];
  for (const delta of await p.bench.deltas(from, to)) {
    const before = delta.before ? text(await p.bench.readAt(from, delta.path)) : undefined;
    const after = delta.after ? text(to ? await p.bench.readAt(to, delta.path) : await p.bench.readBytes(delta.path)) : undefined;
    changes.push(...(await changesOf(p, delta, before, after)));
  }
  return changes;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && decoder.decode(bytes);
}

async function changesOf(p: Protection, delta: Delta, before: string | undefined, after: string | undefined): Promise<ProtectedChange[]> {
  const { path } = delta;
  // It would hold for the next run: its known failures, its sandbox, the model that it asks.
  if (OWN_SETTINGS.has(path)) return [{ path, kind: 'config', detail: `settings of the next run were ${delta.kind}` }];
  const config = await configChange(p, delta, before, after);
  if (config) return [config];
  if (before === undefined) return [];
  const language = p.languages.find((l) => l.extensions.some((e) => path.endsWith(e)) && l.isTestFile(path));
  if (language) {
    const tests = await language.staticTests(path, before);
    if (after === undefined) {
      return tests.length
        ? tests.map((t) => ({ path, test: t.name, kind: 'deleted' as const, detail: 'the file was deleted' }))
        : [{ path, kind: 'deleted', detail: 'the test file was deleted' }];
    }
    const now = await language.staticTests(path, after);
    const plain = language.name === 'go' ? plainImports : (source: string) => source;
    return [...testChanges(path, tests, now), ...outsideTests(path, plain(before), tests, plain(after), now)];
  }
  if (p.hadTests && underTests(p.detections, path)) {
    return [{ path, kind: after === undefined ? 'deleted' : 'edited', detail: 'a file that the tests use' }];
  }
  return [];
}

async function configChange(p: Protection, delta: Delta, before: string | undefined, after: string | undefined): Promise<ProtectedChange | undefined> {
  if (!p.hadTests || !p.languages.some((l) => l.isTestConfig(delta.path))) return undefined;
  if (p.testConfigOf) {
    const was = before === undefined ? undefined : p.testConfigOf(delta.path, before);
    const is = after === undefined ? undefined : p.testConfigOf(delta.path, after);
    if (was !== undefined || is !== undefined) {
      if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return undefined;
      return { path: delta.path, kind: 'config', detail: 'its test settings were changed' };
    }
    // A shared file (package.json) whose test keys are absent on both sides steers nothing.
    if (/(^|\/)(package\.json|pyproject\.toml|setup\.cfg|tox\.ini)$/.test(delta.path)) return undefined;
  }
  return { path: delta.path, kind: 'config', detail: `test configuration was ${delta.kind}` };
}

function underTests(detections: readonly Detection[], path: string): boolean {
  return detections.some((d) => d.tests.some((folder) => folder !== '' && folder !== '.' && path.startsWith(`${folder.replace(/\/$/, '')}/`)));
}

function testChanges(path: string, before: readonly StaticTest[], after: readonly StaticTest[]): ProtectedChange[] {
  const changes: ProtectedChange[] = [];
  // The same name may stand twice in a file (a redefinition hides the first): compare in order.
  const left = [...after];
  for (const test of before) {
    const i = left.findIndex((t) => t.name === test.name);
    const now = i >= 0 ? left.splice(i, 1)[0] : undefined;
    if (!now) changes.push({ path, test: test.name, kind: 'deleted', detail: 'the test is gone' });
    else if (now.skipped && !test.skipped) changes.push({ path, test: test.name, kind: 'skipped', detail: 'the test is skipped now' });
    else if (now.body !== test.body) changes.push(edited(path, test, now));
  }
  const names = new Set(before.map((t) => t.name));
  for (const extra of left) {
    if (names.has(extra.name)) changes.push({ path, test: extra.name, kind: 'edited', detail: 'a second test of the same name hides it' });
  }
  return changes;
}

const ASSERTION = /\bassert\w*|\bexpect\b|\braises\b|\bthrows\b|\brejects\b/g;
function edited(path: string, before: StaticTest, after: StaticTest): ProtectedChange {
  const was = before.body.match(ASSERTION)?.length ?? 0;
  const is = after.body.match(ASSERTION)?.length ?? 0;
  return is < was
    ? { path, test: before.name, kind: 'loosened', detail: `${was} assertions became ${is}` }
    : { path, test: before.name, kind: 'edited', detail: 'its body was changed' };
}

/** Code of a test file that belongs to no test (helpers, fixtures, patches): it may gain imports of new names and nothing else. */
function outsideTests(path: string, before: string, testsBefore: readonly StaticTest[], after: string, testsAfter: readonly StaticTest[]): ProtectedChange[] {
  const was = residue(before, testsBefore);
  const left = new Map<string, number>();
  for (const line of residue(after, testsAfter)) left.set(line, (left.get(line) ?? 0) + 1);
  const lost: string[] = [];
  for (const line of was) {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    else lost.push(line);
  }
  const gained = [...left].filter(([, n]) => n > 0).map(([line]) => line);
  const words = new Set(before.match(/[A-Za-z_$][\w$]*/g) ?? []);
  const importsLost = lost.every((line) => IMPORT.test(line) && gained.some((g) => g.startsWith(line.replace(/[\s)},;]*$/, ''))));
  if (!importsLost) return [{ path, kind: 'edited', detail: `code outside the tests was changed: ${lost[0]?.trim() ?? ''}` }];
  for (const line of gained) {
    if (CONTAINER.test(line)) continue;
    const bound = importedNames(line);
    if (!bound) return [{ path, kind: 'edited', detail: `code outside the tests was added: ${line.trim()}` }];
    const taken = bound.find((name) => words.has(name) && !lost.some((l) => importedNames(l)?.includes(name)));
    if (taken && !lost.length) return [{ path, kind: 'edited', detail: `an import rebinds '${taken}'` }];
  }
  return [];
}

/** Go's imports in the form of JavaScript's, each on its line, whatever block it stands in. One that runs a package alone (`_`) or hides where names come from (`.`) stays code. */
function plainImports(source: string): string {
  let inside = false;
  return source
    .split(/\r?\n/)
    .map((line) => {
      const opens = /^import\s*\(\s*$/.test(line);
      if (opens || (inside && line.startsWith(')'))) {
        inside = opens;
        return '';
      }
      const spec = /^(?:import\b)?\s*(?:(\w+)\s+)?["`]([^"`]+)["`]\s*(?:\/\/.*)?$/.exec(inside || line.startsWith('import') ? line : '');
      return spec && spec[1] !== '_' ? `import ${spec[1] ?? spec[2]!.replace(/\/v\d+$/, '').split('/').pop()} from '${spec[2]}'` : line;
    })
    .join('\n');
}

const IMPORT = /^\s*(import\b|from\s+\S+\s+import\b|(const|let|var)\s+.*=\s*require\()/;
/** A new class or describe block around new tests, or what closes one. */
const CONTAINER = /^\s*(class\s+\w+.*:|describe(\.\w+)?\(.*|suite\(.*|@pytest\.mark\.\w+.*|"""[^"]*"""|[\])};,\s]*)\s*$/;

function importedNames(line: string): string[] | undefined {
  if (!IMPORT.test(line)) return undefined;
  const python = /^\s*from\s+\S+\s+import\s+(.*)$/.exec(line) ?? /^\s*import\s+([\w.,\s]+?(?:\s+as\s+\w+)?)$/.exec(line);
  const list = python ? python[1]! : line.replace(/\bfrom\s+['"].*$/, '').replace(/=\s*require\(.*$/, '').replace(/^\s*(import|const|let|var)\s+/, '');
  return list
    .replace(/[{}()]/g, ',')
    .split(',')
    .map((part) => part.trim().split(/\s+as\s+|\s*:\s*/).pop()?.split('.')[0] ?? '')
    .filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
}

function residue(source: string, tests: readonly StaticTest[]): string[] {
  const inside = new Set<number>();
  for (const test of tests) for (let line = test.fromLine; line <= test.toLine; line += 1) inside.add(line);
  return source
    .split(/\r?\n/)
    .filter((_, i) => !inside.has(i + 1))
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '' && !/^\s*(#|\/\/(?!go:| \+build))/.test(line));
}
