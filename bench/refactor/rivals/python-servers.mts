// basedpyright and pyrefly over the language server protocol: rename, and the edits for a renamed file.
import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textsOf } from '../copy.mts';
import { packages } from '../packages.mts';
import type { Done, Task, Tool } from '../types.mts';
import { applyWorkspaceEdit, uriOf, type WorkspaceEdit } from './edits.mts';
import { locate } from './locate.mts';
import { LanguageServer } from './server.mts';

export function pythonServer(name: string, argv: readonly string[], work: string): Tool {
  return {
    name,
    tongues: ['python'],
    async apply(task: Task, directory: string): Promise<Done> {
      const { operation } = task;
      const renames = operation.kind === 'rename' && !operation.keepOld && operation.path !== undefined;
      const moves = operation.kind === 'move_module' && !operation.keepOld;
      if (!renames && !moves) return { kind: 'unsupported', message: `${operation.kind} is not offered` };
      const { pip, roots } = packages[task.package];
      const python = join(work, 'python', pip?.environment ?? '', 'bin', 'python');
      const settings = { python: { pythonPath: python, analysis: { extraPaths: roots?.map((root) => join(directory, root)), diagnosticMode: 'workspace' } }, basedpyright: { analysis: { extraPaths: roots?.map((root) => join(directory, root)), diagnosticMode: 'workspace' } } };
      const began = performance.now();
      const server = new LanguageServer(argv, directory, { PATH: `${dirname(python)}:${process.env.PATH ?? ''}` }, settings);
      try {
        await server.start({ pythonPath: python });
        const word = renames ? (operation.parameter ?? operation.symbol.split('.').at(-1) ?? '') : '';
        for (const [path, text] of textsOf(directory)) if (path.endsWith('.py') && (moves || new RegExp(`\\b${word}\\b`).test(text))) server.open(path);
        if (renames) {
          const position = locate(directory, operation.path ?? '', operation.symbol, operation.parameter);
          const edit = (await server.request('textDocument/rename', { textDocument: { uri: uriOf(join(directory, operation.path ?? '')) }, position, newName: operation.to })) as WorkspaceEdit | null;
          if (!edit) return { kind: 'refused', reason: 'no edit', message: 'The server gives no edit.', ms: performance.now() - began };
          applyWorkspaceEdit(edit, directory);
        } else if (operation.kind === 'move_module') {
          const [from, to] = [join(directory, operation.from), join(directory, operation.to)];
          const edit = (await server.request('workspace/willRenameFiles', { files: [{ oldUri: uriOf(from), newUri: uriOf(to) }] })) as WorkspaceEdit | null;
          if (edit) applyWorkspaceEdit(edit, directory);
          mkdirSync(dirname(to), { recursive: true });
          renameSync(from, to);
        }
        return { kind: 'done', notes: [], ms: performance.now() - began };
      } catch (thrown) {
        return { kind: 'refused', reason: 'error', message: thrown instanceof Error ? thrown.message : String(thrown), ms: performance.now() - began };
      } finally {
        await server.stop();
      }
    },
    async close() {},
  };
}
