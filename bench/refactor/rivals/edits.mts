// Workspace edits of the language server protocol, carried out on files.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Position {
  line: number;
  character: number;
}
export interface TextEdit {
  range: { start: Position; end: Position };
  newText: string;
}
type Change =
  | { kind: 'create'; uri: string }
  | { kind: 'delete'; uri: string }
  | { kind: 'rename'; oldUri: string; newUri: string }
  | { kind?: undefined; textDocument: { uri: string }; edits: TextEdit[] };
export interface WorkspaceEdit {
  changes?: Record<string, TextEdit[]>;
  documentChanges?: Change[];
}

export const uriOf = (path: string): string => pathToFileURL(path).href;
export const pathOf = (uri: string): string => fileURLToPath(uri);

/** Number of files changed. Edits that overlap are carried out as they are given: that is what an editor would do, or refuse. */
export function applyWorkspaceEdit(edit: WorkspaceEdit, directory: string): number {
  const changes: Change[] = edit.documentChanges ?? Object.entries(edit.changes ?? {}).map(([uri, edits]) => ({ textDocument: { uri }, edits }));
  const files = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'create') write(pathOf(change.uri), existsSync(pathOf(change.uri)) ? readFileSync(pathOf(change.uri), 'utf8') : '');
    else if (change.kind === 'delete') rmSync(pathOf(change.uri), { recursive: true, force: true });
    else if (change.kind === 'rename') {
      mkdirSync(dirname(pathOf(change.newUri)), { recursive: true });
      renameSync(pathOf(change.oldUri), pathOf(change.newUri));
    } else {
      const path = pathOf(change.textDocument.uri);
      if (relative(directory, path).startsWith('..')) throw new Error(`The edit goes outside of the project: ${path}`);
      write(path, applyTextEdits(existsSync(path) ? readFileSync(path, 'utf8') : '', change.edits));
      files.add(path);
    }
  }
  return files.size;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** From the last to the first, so that positions stay. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const offset = ({ line, character }: Position): number => Math.min((starts[line] ?? text.length) + character, text.length);
  const sorted = edits.map((edit, index) => ({ edit, index, start: offset(edit.range.start) })).toSorted((a, b) => b.start - a.start || b.index - a.index);
  return sorted.reduce((now, { edit, start }) => now.slice(0, start) + edit.newText + now.slice(offset(edit.range.end)), text);
}
