// Small projects for the tests of this room, in the compiler itself, without a copy or a thread. (`.prop.ts` files stay out of the build.)
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Operation, Problem, Refactoring } from '../../refactor/types.ts';
import { Project } from './project/project.ts';
import { answered } from './worker/answer.ts';

export type Files = Record<string, string>;

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
/** One compiler for all samples: its library is parsed once. */
const project = new Project();

function opened(files: Files): Project {
  const root = mkdtempSync(join(tmpdir(), 'untilgreen-refactor-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const list = Object.entries(files).map(([path, text]) => ({ path, hash: createHash('sha256').update(text).digest('hex'), size: Buffer.byteLength(text) }));
  project.sync({ root, source: root, mounts: [], files: list });
  return project;
}

/** Computes an operation on these files. */
export function computed(files: Files, operation: Operation): Refactoring {
  const one = opened(files);
  try {
    return answered(one, { kind: 'compute', operation }) as Refactoring;
  } finally {
    one.unstage();
  }
}

/** The whole project after an operation. */
export function after(files: Files, operation: Operation): Files {
  const result: Files = { ...files };
  for (const edit of computed(files, operation).edits) {
    if (edit.kind === 'delete') delete result[edit.path];
    else if (edit.kind === 'write') result[edit.path] = edit.text;
    else {
      result[edit.path] = edit.text ?? files[edit.from] ?? '';
      delete result[edit.from];
    }
  }
  return result;
}

/** What an operation changes: text by path, `undefined` for a file that goes. */
export function changes(files: Files, operation: Operation): Record<string, string | undefined> {
  const now = after(files, operation);
  return Object.fromEntries([...new Set([...Object.keys(files), ...Object.keys(now)])].toSorted().filter((p) => files[p] !== now[p]).map((p) => [p, now[p]]));
}

/** The reason for which it is refused, or what it threw. */
export function refusal(files: Files, operation: Operation): string {
  try {
    computed(files, operation);
  } catch (thrown) {
    if (thrown instanceof UntilgreenError) return String(thrown.data['reason'] ?? thrown.code);
    throw thrown;
  }
  return 'not refused';
}

/** What the type check, or the check of single files, finds. */
export function problems(files: Files, paths?: string[]): Problem[] | undefined {
  return answered(opened(files), paths ? { kind: 'lint', paths } : { kind: 'types' }) as Problem[] | undefined;
}

export const BUNDLER = '{"compilerOptions":{"target":"es2022","module":"esnext","moduleResolution":"bundler","strict":true,"types":[],"jsx":"preserve","lib":["es2022"]},"include":["src"]}';
export const NODENEXT = '{"compilerOptions":{"target":"es2022","module":"nodenext","strict":true,"types":[],"lib":["es2022"],"verbatimModuleSyntax":true},"include":["src"]}';
