import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { Problem, RefusalReason } from '../../../refactor/types.ts';
import { isSource } from '../project/configs.ts';
import type { Project } from '../project/project.ts';
import { brokenImports, errorsIn, problemOf } from './diagnostics.ts';

/** What was wrong before a change, to be held against what is wrong after it. */
export interface Before {
  errors: Map<string, number>;
  imports: ReadonlySet<string>;
}

export interface Expectation {
  /** Words of messages that change with the change: the old name for the new. */
  renamed?: readonly [string, string][];
  /** Whether imports are looked at in every file, as is the default. */
  imports?: boolean;
}

/** Notes the state of the files that will change, before they do. */
export function stateOf(project: Project, paths: Iterable<RelativePath>, { renamed = [], imports = true }: Expectation = {}): Before {
  const errors = new Map<string, number>();
  for (const path of paths) for (const d of errorsIn(project, path)) count(errors, keyOf(d, renamed));
  return { errors, imports: new Set(imports ? [...brokenImports(project).values()].map(importKey) : []) };
}

/**
 * Compares the project with the changes in memory to what it was, and refuses a change that breaks something: new errors in the given files,
 * imports anywhere that lead nowhere or ask for a name that is gone.
 *
 * @throws `refactoring_refused`: `name_clash` for names declared twice, else `behaviour`
 */
export function verified(project: Project, paths: Iterable<RelativePath>, before: Before, { renamed = [], imports = true }: Expectation = {}): void {
  for (const problem of imports ? brokenImports(project).values() : []) {
    if (!before.imports.has(importKey(problem)) && !renamedImport(before, problem, renamed)) throw refusalFor(problem, 'behaviour');
  }
  const left = new Map(before.errors);
  for (const path of paths) {
    if (!isSource(path) || !project.files.has(path)) continue;
    for (const d of errorsIn(project, path)) {
      const key = keyOf(d, renamed);
      const known = left.get(key) ?? 0;
      if (known > 0) {
        left.set(key, known - 1);
        continue;
      }
      const problem = problemOf(d);
      if (problem) throw refusalFor(problem, CLASH.has(d.code) ? 'name_clash' : 'behaviour');
    }
  }
}

const CLASH = new Set([2300, 2451, 2440, 2323, 2393, 2395, 2484, 2528]);

function refusalFor(problem: Problem, reason: RefusalReason): ReturnType<typeof refuse> {
  return refuse(reason, `The result would not hold: ${problem.path}:${problem.line} ${problem.message} (${problem.code}).`, { ...problem }, 'Nothing was changed; the code has a form that this refactoring does not treat, or the name is taken.');
}

/** The same fault in another place is the same fault: no path, no line, and no path inside the message. */
function keyOf(diagnostic: ts.Diagnostic, renamed: readonly [string, string][]): string {
  let message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n').split('\n')[0] ?? '';
  message = message.replace(/import\("[^"]*"\)\.?/g, '').replace(/"\/project\/[^"]*"/g, '"…"').replace(/'\.{1,2}\/[^']*'/g, "'…'");
  for (const [from, to] of renamed) message = message.replaceAll(from, to);
  return `${diagnostic.code}|${message}`;
}

function importKey({ code, message }: Problem): string {
  return `${code}|${message}`;
}

function renamedImport(before: Before, problem: Problem, renamed: readonly [string, string][]): boolean {
  return renamed.some(([from, to]) => before.imports.has(importKey({ ...problem, message: problem.message.replaceAll(to, from) })));
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
