// gopls over the language server protocol: rename (packages too) and extract function.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { operationOf } from '../copy.mts';
import { goModules } from '../health.mts';
import type { Done, Task, Tool } from '../types.mts';
import { applyWorkspaceEdit, uriOf, type WorkspaceEdit } from './edits.mts';
import { locate } from './locate.mts';
import { LanguageServer } from './server.mts';

interface Action {
  title: string;
  kind?: string;
  edit?: WorkspaceEdit;
  command?: { command: string; arguments: unknown[] };
  disabled?: { reason: string };
}

export function gopls(work: string): Tool {
  return {
    name: 'gopls',
    tongues: ['go'],
    async apply(task: Task, directory: string): Promise<Done> {
      const operation = operationOf(task, directory);
      if (operation.kind !== 'rename' && operation.kind !== 'extract_function' && operation.kind !== 'move_module') return { kind: 'unsupported', message: `${operation.kind} is not offered` };
      const began = performance.now();
      const refused = (message: string): Done => ({ kind: 'refused', reason: 'error', message, ms: performance.now() - began });
      const server = new LanguageServer([join(work, 'tools', 'go', 'gopls')], directory, { GOMODCACHE: goModules(), GOFLAGS: '-mod=mod', GOPROXY: 'off' }, {});
      try {
        await server.start();
        if (operation.kind === 'extract_function') {
          server.open(operation.path);
          const uri = uriOf(join(directory, operation.path));
          const lines = readFileSync(join(directory, operation.path), 'utf8').split('\n');
          const start = { line: operation.fromLine - 1, character: (lines[operation.fromLine - 1] ?? '').search(/\S/) };
          const range = { start, end: { line: operation.toLine - 1, character: (lines[operation.toLine - 1] ?? '').length } };
          const actions = ((await server.request('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: [], only: ['refactor.extract.function'] } })) ?? []) as Action[];
          const action = actions.find(({ kind, disabled }) => kind === 'refactor.extract.function' && !disabled);
          if (!action) return refused('The server offers no extraction here.');
          const { edit, command } = (await server.request('codeAction/resolve', action)) as Action;
          if (command) await server.request('workspace/executeCommand', command);
          for (const one of [edit, ...(server.asked as WorkspaceEdit[])]) if (one) applyWorkspaceEdit(one, directory);
          // It chooses the name itself; the editor renames it right afterwards.
          const text = readFileSync(join(directory, operation.path), 'utf8');
          const chosen = /^func (newFunction\w*)\(/m.exec(text)?.[1];
          if (chosen === undefined) return refused('No function was made.');
          applyWorkspaceEdit({ changes: { [uri]: [{ range: { start: { line: 0, character: 0 }, end: { line: text.split('\n').length, character: 0 } }, newText: text.replaceAll(new RegExp(`\\b${chosen}\\b`, 'g'), operation.name) }] } }, directory);
          return { kind: 'done', notes: [], ms: performance.now() - began };
        }
        if (operation.kind === 'move_module') {
          const path = join(operation.from, 'util.go');
          server.open(path);
          const line = readFileSync(join(directory, path), 'utf8').split('\n').findIndex((one) => one.startsWith('package '));
          const edit = (await server.request('textDocument/rename', { textDocument: { uri: uriOf(join(directory, path)) }, position: { line, character: 'package '.length }, newName: operation.to })) as WorkspaceEdit | null;
          if (!edit) return refused('The server gives no edit.');
          applyWorkspaceEdit(edit, directory);
          return { kind: 'done', notes: [], ms: performance.now() - began };
        }
        if (operation.keepOld || operation.path === undefined) return { kind: 'unsupported', message: 'nothing keeps the old name' };
        server.open(operation.path);
        const position = locate(directory, operation.path, operation.symbol, operation.parameter);
        const edit = (await server.request('textDocument/rename', { textDocument: { uri: uriOf(join(directory, operation.path)) }, position, newName: operation.to })) as WorkspaceEdit | null;
        if (!edit) return refused('The server gives no edit.');
        applyWorkspaceEdit(edit, directory);
        return { kind: 'done', notes: [], ms: performance.now() - began };
      } catch (thrown) {
        return refused(thrown instanceof Error ? thrown.message : String(thrown));
      } finally {
        await server.stop();
      }
    },
    async close() {},
  };
}
