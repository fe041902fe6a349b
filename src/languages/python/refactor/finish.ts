import type { FileEdit, Operation, Refactoring } from '../../refactor/types.ts';
import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { organiseImports, sortedImports } from '../imports.ts';
import { isOwnPython } from '../paths.ts';
import { syntaxError } from '../ruff.ts';

/**
 * The last touch to computed edits: imports of a file that were in the project's order are so again. For `update_imports`, unused
 * imports go as well, in the repaired files or in those that were named.
 */
export async function finished(operation: Operation, refactoring: Refactoring, bench: Workbench): Promise<Refactoring> {
  const edits: FileEdit[] = [];
  // Listed once: a large project takes a quarter of a second.
  const listed = refactoring.edits.length ? (await bench.list()).map((file) => file.path) : [];
  const files: Files = { before: listed, after: [...listed, ...refactoring.edits.flatMap((edit) => (edit.kind === 'delete' ? [] : [edit.path]))] };
  for (const edit of refactoring.edits) edits.push(await finishedEdit(edit, files, operation, bench));
  if (operation.kind !== 'update_imports') return { ...refactoring, edits };
  const done = new Set(edits.map((edit) => edit.path));
  for (const path of operation.paths ?? []) {
    if (done.has(path) || !isOwnPython(path) || !(await bench.exists(path))) continue;
    const { text } = await bench.readText(path);
    const organised = await organiseImports(path, text, bench);
    if (organised !== text) edits.push({ kind: 'write', path, text: organised });
  }
  const more = edits.length - refactoring.edits.length;
  const summary = more ? `${refactoring.summary} Imports put in order in ${more} more file${more === 1 ? '' : 's'}.` : refactoring.summary;
  return { ...refactoring, summary, edits: edits.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Paths of the project, as they are and with those that the refactoring adds. */
interface Files {
  before: readonly RelativePath[];
  after: readonly RelativePath[];
}

async function finishedEdit(edit: FileEdit, files: Files, operation: Operation, bench: Workbench): Promise<FileEdit> {
  if (edit.kind === 'delete' || edit.text === undefined || !edit.path.endsWith('.py')) return edit;
  if (operation.kind === 'update_imports' && (operation.paths === undefined || operation.paths.includes(edit.path))) {
    return { ...edit, text: await organiseImports(edit.path, edit.text, bench) };
  }
  const before = await textBefore(edit.kind === 'moved' ? edit.from : edit.path, bench);
  const text = await inOrder(edit.path, before, edit.text, files, bench);
  return text === edit.text ? edit : { ...edit, text };
}

/** Sorted, where the file was sorted before or is new. */
async function inOrder(path: RelativePath, before: string | undefined, text: string, files: Files, bench: Workbench): Promise<string> {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const plain = text.slice(mark.length);
  if (await syntaxError(plain)) return text;
  if (before !== undefined) {
    const old = before.replace(/^\uFEFF/, '');
    if ((await syntaxError(old)) || (await sortedImports(path, old, bench, files.before)) !== old) return text;
  }
  return mark + (await sortedImports(path, plain, bench, files.after));
}

async function textBefore(path: RelativePath, bench: Workbench): Promise<string | undefined> {
  return (await bench.exists(path)) ? (await bench.readText(path)).text : undefined;
}
