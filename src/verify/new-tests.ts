import type { Check, CheckReport, Language, TestResult } from '../languages/types.ts';
import type { CheckpointId, Delta, RelativePath, Workbench } from '../workspace/types.ts';
import { testKey } from './baseline.ts';
import { runCheck, type CheckRunner } from './run-check.ts';
import type { NewTest } from './types.ts';

/** Mutants tried for a test that is green on old and new code alike. Each costs one run of the new test files. */
const MUTANTS_TRIED = 8;

interface Candidate {
  check: Check;
  test: TestResult;
}

export interface NewTestsInput extends CheckRunner {
  base: CheckpointId;
  /** The state that was tested. */
  candidate: CheckpointId;
  deltas: readonly Delta[];
  /** Keys of the tests in the baseline. */
  known: ReadonlySet<string>;
  reports: readonly CheckReport[];
}

/**
 * Decides for every test that the baseline did not have whether it counts as evidence: seen red on the old code for the
 * reason it names, or, green on both, killing a mutant of the changed code.
 */
export async function judgeNewTests(input: NewTestsInput): Promise<NewTest[]> {
  const fresh: Candidate[] = [];
  for (const report of input.reports) {
    if (report.check.framework === 'command' || report.check.framework === 'acceptance') continue;
    for (const test of report.tests) if (!input.known.has(testKey(report.check, test))) fresh.push({ check: report.check, test });
  }
  const judged: NewTest[] = [];
  const passing = fresh.filter((c) => c.test.outcome === 'passed');
  for (const c of fresh) {
    if (c.test.outcome === 'passed') continue;
    judged.push({ check: c.check.id, id: c.test.id, outcome: c.test.outcome, counts: false, reason: `it is ${c.test.outcome}` });
  }
  if (!passing.length) return judged;
  const added = await addedNames(input);
  const old = await oldResults(input, passing);
  const greenOnBoth: Candidate[] = [];
  for (const c of passing) {
    const result = old.get(testKey(c.check, c.test));
    const red = result?.test ?? result?.fileError;
    if (result?.test?.outcome === 'passed') {
      greenOnBoth.push(c);
      continue;
    }
    judged.push(redVerdict(c, red, added));
  }
  if (greenOnBoth.length) judged.push(...(await killMutants(input, greenOnBoth)));
  return judged;
}

function redVerdict(c: Candidate, red: Pick<TestResult, 'message' | 'errorClass'> | undefined, added: ReadonlySet<string>): NewTest {
  const base = { check: c.check.id, id: c.test.id, outcome: c.test.outcome };
  if (!red) return { ...base, counts: false, reason: 'it did not run on the old code' };
  const seenRed = { errorClass: red.errorClass, message: red.message?.slice(0, 500) };
  if (isRedForItsReason(red, added)) {
    return { ...base, counts: true, seenRed, reason: `red on the old code: ${firstLine(red.message) || red.errorClass || 'failed'}` };
  }
  return { ...base, counts: false, seenRed, reason: `on the old code it broke for another reason: ${firstLine(red.message) || red.errorClass || 'error'}` };
}

const IMPORT_FAILURE = /^(ImportError|ModuleNotFoundError|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED|CollectError)$|Cannot find (module|package)|No module named|cannot import name|does not provide an export|Failed to (load url|resolve import)/i;
/** Languages whose tests do not start where one name or type is wrong. */
const COMPILED: ReadonlySet<Language['name']> = new Set(['go']);
const SYNTAX_FAILURE = /^(SyntaxError|IndentationError|TabError)$/;

/**
 * A failing assertion, or any error raised while the code under test ran, is red. A missing import is red only when what is
 * missing is what the change adds; a test file that does not parse never is.
 */
export function isRedForItsReason(red: Pick<TestResult, 'message' | 'errorClass'>, added: ReadonlySet<string>): boolean {
  const message = red.message ?? '';
  if (IMPORT_FAILURE.test(red.errorClass ?? '') || IMPORT_FAILURE.test(message)) {
    return quoted(message).some((name) => name.split(/[./\\]/).some((part) => added.has(part)));
  }
  // In a compiled language a name that is not there breaks the whole test file: it is red when the name is one that the change brings.
  if (red.errorClass === 'CompileError') return (message.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []).some((name) => added.has(name));
  return !SYNTAX_FAILURE.test(red.errorClass ?? '');
}

function quoted(message: string): string[] {
  return [...message.matchAll(/['"`‘“]([\w./\\@-]+)['"`’”]/g)].map((m) => m[1]!);
}

const firstLine = (text: string | undefined) => text?.split('\n', 1)[0]?.slice(0, 200) ?? '';

/** Names and module stems that the candidate has and the old code has not. */
async function addedNames(input: NewTestsInput): Promise<Set<string>> {
  const names = new Set<string>();
  const decoder = new TextDecoder();
  for (const delta of input.deltas) {
    const language = languageOf(input.languages, delta.path);
    if (!language || delta.kind === 'deleted' || language.isTestFile(delta.path)) continue;
    const after = await input.bench.readAt(input.candidate, delta.path);
    if (!after) continue;
    if (delta.kind === 'added') {
      for (const part of delta.path.split('/')) names.add(part.replace(/\.[^.]+$/, ''));
      names.add(delta.path.split('/').pop()!);
    }
    const before = delta.before ? await input.bench.readAt(input.base, delta.path) : undefined;
    const old = new Set(before ? (await language.parse(delta.path, decoder.decode(before))).symbols.map((s) => s.name) : []);
    const oldText = before ? decoder.decode(before) : '';
    const parsed = await language.parse(delta.path, decoder.decode(after));
    for (const symbol of parsed.symbols) if (!old.has(symbol.name)) names.add(symbol.name);
    if (COMPILED.has(language.name)) {
      // Where types are checked before anything runs, a call with new parameters breaks as one of a new name does.
      const heads = new Set(before ? (await language.parse(delta.path, decoder.decode(before))).symbols.map((s) => s.signature) : []);
      for (const symbol of parsed.symbols) if (!heads.has(symbol.signature)) names.add(symbol.name);
    }
    // A name that becomes importable because it is imported here (a re-export) counts too.
    for (const item of parsed.imports) for (const name of item.names) if (!new RegExp(`\\b${escape(name)}\\b`).test(oldText)) names.add(name);
  }
  return names;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function languageOf(languages: readonly Language[], path: string): Language | undefined {
  return languages.find((l) => l.extensions.some((e) => path.endsWith(e)));
}

interface OldResult {
  test?: TestResult;
  fileError?: Pick<TestResult, 'message' | 'errorClass'>;
}

/** Runs the new test files against the old code, in a copy of their own. */
async function oldResults(input: NewTestsInput, passing: readonly Candidate[]): Promise<Map<string, OldResult>> {
  const bench = await input.bench.fork(input.base);
  try {
    await overlayTests(input, bench);
    const results = new Map<string, OldResult>();
    for (const [check, candidates] of byCheck(passing)) {
      const files = filesOf(candidates);
      const report = await runCheck(check, { ...input, bench }, files.length ? { files } : {});
      const tests = new Map(report.tests.map((t) => [t.id, t]));
      for (const c of candidates) {
        const error = report.errors.find((e) => e.file && e.file === c.test.file) ?? report.errors[0];
        results.set(testKey(check, c.test), {
          test: tests.get(c.test.id),
          fileError: error ? { message: error.message, errorClass: error.errorClass ?? 'CollectError' } : report.tests.find((t) => t.file === c.test.file && t.outcome !== 'passed'),
        });
      }
    }
    return results;
  } finally {
    await bench.dispose();
  }
}

/** The candidate's test files, and whatever lies beside them in test folders, over other code. */
async function overlayTests(input: NewTestsInput, bench: Workbench): Promise<void> {
  for (const delta of input.deltas) {
    const isTest = input.languages.some((l) => l.isTestFile(delta.path) || l.isTestConfig(delta.path)) || /(^|\/)(tests?|__tests__|spec)\//.test(delta.path);
    if (!isTest || delta.kind === 'deleted') continue;
    const content = await input.bench.readAt(input.candidate, delta.path);
    if (content) await bench.write([{ kind: 'write', path: delta.path, content, mode: delta.after?.mode }]);
  }
}

function byCheck(candidates: readonly Candidate[]): Map<Check, Candidate[]> {
  const groups = new Map<Check, Candidate[]>();
  for (const c of candidates) groups.set(c.check, [...(groups.get(c.check) ?? []), c]);
  return groups;
}

function filesOf(candidates: readonly Candidate[]): RelativePath[] {
  return [...new Set(candidates.flatMap((c) => (c.test.file ? [c.test.file] : [])))];
}

/** Tests that are green on both states count when they notice a small change of the changed (or tested) code. */
async function killMutants(input: NewTestsInput, candidates: readonly Candidate[]): Promise<NewTest[]> {
  const killed = new Map<string, string>();
  const decoder = new TextDecoder();
  let tried = 0;
  const bench = await input.bench.fork(input.candidate);
  try {
    for (const { path, lines } of await mutationTargets(input, candidates)) {
      if (tried >= MUTANTS_TRIED || killed.size === candidates.length) break;
      const language = languageOf(input.languages, path)!;
      const source = decoder.decode(await bench.readBytes(path));
      for (const mutant of await language.mutants(path, source, lines, MUTANTS_TRIED - tried)) {
        input.signal?.throwIfAborted();
        if (killed.size === candidates.length) break;
        tried += 1;
        await bench.write([{ kind: 'write', path, content: mutant.content }]);
        for (const [check, group] of byCheck(candidates)) {
          const files = filesOf(group);
          const report = await runCheck(check, { ...input, bench }, files.length ? { files } : {});
          const now = new Map(report.tests.map((t) => [t.id, t]));
          for (const c of group) {
            const { outcome, errorClass } = now.get(c.test.id) ?? {};
            // What the compiler refuses was noticed by no test.
            if ((outcome === 'failed' || outcome === 'error') && errorClass !== 'CompileError' && errorClass !== 'NotRun') killed.set(testKey(check, c.test), `${path}:${mutant.line} ${mutant.description}`);
          }
        }
        await bench.write([{ kind: 'write', path, content: source }]);
      }
    }
  } finally {
    await bench.dispose();
  }
  return candidates.map((c) => {
    const mutant = killed.get(testKey(c.check, c.test));
    const reason = mutant
      ? `green on old and new code, and it notices a mutant (${mutant})`
      : tried === 0
        ? 'green on the old code too, and nothing could be mutated'
        : `green on the old code too, and it noticed none of ${tried} mutants`;
    return { check: c.check.id, id: c.test.id, outcome: c.test.outcome, counts: mutant !== undefined, mutantKilled: mutant, reason };
  });
}

/** Changed lines of changed source files; where only tests changed, the project files that the new tests import. */
async function mutationTargets(input: NewTestsInput, candidates: readonly Candidate[]): Promise<{ path: RelativePath; lines?: number[] }[]> {
  const decoder = new TextDecoder();
  const targets: { path: RelativePath; lines?: number[] }[] = [];
  for (const delta of input.deltas) {
    const language = languageOf(input.languages, delta.path);
    if (!language || delta.kind === 'deleted' || language.isTestFile(delta.path)) continue;
    const after = await input.bench.readAt(input.candidate, delta.path);
    const before = delta.before && (await input.bench.readAt(input.base, delta.path));
    if (!after) continue;
    const old = new Set(before ? decoder.decode(before).split(/\r?\n/) : []);
    const lines = decoder
      .decode(after)
      .split(/\r?\n/)
      .flatMap((line, i) => (line.trim() !== '' && !old.has(line) ? [i + 1] : []));
    if (lines.length) targets.push({ path: delta.path, lines });
  }
  if (targets.length) return targets;
  const files = (await input.bench.list()).map((f) => f.path);
  for (const path of filesOf(candidates)) {
    const language = languageOf(input.languages, path);
    const bytes = await input.bench.readAt(input.candidate, path);
    if (!language || !bytes) continue;
    for (const item of (await language.parse(path, decoder.decode(bytes))).imports) {
      const stem = item.module.replace(/\.[cm]?[jt]sx?$/, '').split(/[./]/).filter(Boolean).pop();
      const found = files.find((f) => !language.isTestFile(f) && f.split('/').pop()!.replace(/\.[^.]+$/, '') === stem);
      if (found && !targets.some((t) => t.path === found)) targets.push({ path: found });
    }
  }
  return targets;
}
