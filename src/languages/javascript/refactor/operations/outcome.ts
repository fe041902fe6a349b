import type { RelativePath } from '../../../../workspace/types.ts';
import type { FileEdit, Note, Refactoring } from '../../../refactor/types.ts';
import type { Project } from '../project/project.ts';

/** What an operation leaves beside the changes in memory. */
export interface Outcome {
  notes: Note[];
  summary: string;
  /** Files that went elsewhere: new path by old. */
  moved?: ReadonlyMap<RelativePath, RelativePath>;
}

/** The changes in memory as edits of files, sorted by path. */
export function refactoringOf(project: Project, { notes, summary, moved = new Map() }: Outcome): Refactoring {
  const edits: FileEdit[] = [];
  const staged = project.files.staged();
  const targets = new Map([...moved].map(([from, to]) => [to, from]));
  for (const [path, text] of staged) {
    const before = project.files.committed(path);
    const from = targets.get(path);
    if (from !== undefined && text !== null) {
      const same = project.files.committed(from) === text;
      edits.push({ kind: 'moved', from, path, ...(!same && { text }) });
    } else if (text === null) {
      if (!moved.has(path) && before !== undefined) edits.push({ kind: 'delete', path });
    } else if (text !== before) edits.push({ kind: 'write', path, text });
  }
  for (const [from, to] of moved) if (!staged.has(to)) edits.push({ kind: 'moved', from, path: to });
  const kept = notes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
  return { edits: edits.toSorted((a, b) => (a.path < b.path ? -1 : 1)), notes: kept, summary };
}
