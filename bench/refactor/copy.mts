// Fresh copies of the packages: every operation begins with the sources as they were released, changed by hand where the task says so.
import { cpSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Operation } from '../../src/languages/refactor/types.ts';
import { sourceOf } from './prepare.mts';
import type { Package } from './packages.mts';
import type { Task } from './types.mts';

/** Takes out of the way whatever the last operation left, and copies the sources anew. `node_modules` stays; it is made of hard links. */
export function freshCopy(work: string, pack: Package, task: Task | undefined): string {
  const [source, copy] = [sourceOf(work, pack), join(work, 'copies', pack.name)];
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(copy)) if (name !== 'node_modules') rmSync(join(copy, name), { recursive: true, force: true });
  for (const name of readdirSync(source)) if (name !== 'node_modules') cpSync(join(source, name), join(copy, name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  if (existsSync(join(source, 'node_modules')) && !existsSync(join(copy, 'node_modules'))) linkTree(join(source, 'node_modules'), join(copy, 'node_modules'));
  if (task) editByHand(copy, task);
  return copy;
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isFile()) linkSync(source, target);
    else if (entry.isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
  }
}

function editByHand(copy: string, { hand = [] }: Task): void {
  for (const edit of hand) {
    if ('rename' in edit) {
      mkdirSync(dirname(join(copy, edit.to)), { recursive: true });
      renameSync(join(copy, edit.rename), join(copy, edit.to));
      continue;
    }
    const text = readFileSync(join(copy, edit.path), 'utf8');
    if (!text.includes(`${edit.after}\n`)) throw new Error(`${edit.path} has no line "${edit.after}".`);
    writeFileSync(join(copy, edit.path), text.replace(`${edit.after}\n`, () => `${edit.after}\n${edit.insert}`));
  }
}

/** The operation with line numbers, where the task gives lines by their text. */
export function operationOf(task: Task, copy: string): Operation {
  if (!task.lines || task.operation.kind !== 'extract_function') return task.operation;
  const { path, from, count } = task.lines;
  const fromLine = readFileSync(join(copy, path), 'utf8').split('\n').findIndex((line) => line.trim() === from) + 1;
  if (fromLine === 0) throw new Error(`${path} has no line "${from}".`);
  return { ...task.operation, fromLine, toLine: fromLine + count - 1 };
}

/** Every text file of a folder, without what tools leave behind. Relative path to content. */
export function textsOf(folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).toSorted()) {
      if (['node_modules', '__pycache__', '.pytest_cache', '.git', '.ropeproject', '.hypothesis'].includes(name)) continue;
      const inside = path ? `${path}/${name}` : name;
      const found = lstatSync(join(folder, inside));
      if (found.isDirectory()) visit(inside);
      else if (found.isFile() && found.size < 2 ** 20) {
        const bytes = readFileSync(join(folder, inside));
        if (!bytes.includes(0)) texts.set(inside, bytes.toString('utf8'));
      }
    }
  };
  visit('');
  return texts;
}

