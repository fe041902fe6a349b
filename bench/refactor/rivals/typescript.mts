// The language service of TypeScript 6 as it is, without anything put right afterwards: rename, moved files, Move to file, Extract function, Organize imports.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript6';
import { operationOf, textsOf } from '../copy.mts';
import type { Done, Task, Tool } from '../types.mts';
import { locate } from './locate.mts';

const FORMAT = ts.getDefaultFormatCodeSettings('\n');
const PREFERENCES: ts.UserPreferences = { allowTextChangesInNewFiles: true };

function serviceOn(directory: string): { service: ts.LanguageService; options: ts.CompilerOptions } {
  const config = ['tsconfig.json', 'configs/tsconfig.base.json'].map((name) => join(directory, name)).find((path) => existsSync(path));
  const read = config ? ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, dirname(config)).options : {};
  const options: ts.CompilerOptions = { ...read, allowJs: true, noEmit: true };
  const files = [...textsOf(directory).keys()].filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !path.startsWith('deno/') && !path.startsWith('docs/')).map((path) => join(directory, path));
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options, getScriptFileNames: () => files, getScriptVersion: () => '1', getCurrentDirectory: () => directory, getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptSnapshot: (path) => (existsSync(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined),
    fileExists: ts.sys.fileExists, readFile: ts.sys.readFile, readDirectory: ts.sys.readDirectory, directoryExists: ts.sys.directoryExists, getDirectories: ts.sys.getDirectories,
  };
  return { service: ts.createLanguageService(host), options };
}

const change = (text: string, changes: readonly ts.TextChange[]): string => changes.toSorted((a, b) => b.span.start - a.span.start).reduce((now, { span, newText }) => now.slice(0, span.start) + newText + now.slice(span.start + span.length), text);

function apply(edits: readonly ts.FileTextChanges[]): void {
  for (const { fileName, textChanges, isNewFile } of edits) {
    mkdirSync(dirname(fileName), { recursive: true });
    writeFileSync(fileName, change(isNewFile || !existsSync(fileName) ? '' : readFileSync(fileName, 'utf8'), textChanges));
  }
}

export function typescriptService(): Tool {
  return {
    name: 'TypeScript 6',
    tongues: ['javascript'],
    async apply(task: Task, directory: string): Promise<Done> {
      const operation = operationOf(task, directory);
      if ('keepOld' in operation && operation.keepOld) return { kind: 'unsupported', message: 'nothing keeps the old name' };
      const began = performance.now();
      const done = (): Done => ({ kind: 'done', notes: [], ms: performance.now() - began });
      const refused = (message: string): Done => ({ kind: 'refused', reason: 'error', message, ms: performance.now() - began });
      try {
        const { service } = serviceOn(directory);
        if (operation.kind === 'rename' && operation.path !== undefined) {
          const file = join(directory, operation.path);
          const { offset } = locate(directory, operation.path, operation.symbol, operation.parameter);
          const found = service.findRenameLocations(file, offset, false, false, {});
          if (!found) return refused('The service gives no places.');
          const textChanges = (file: string): ts.TextChange[] => found.flatMap(({ fileName, textSpan, prefixText = '', suffixText = '' }) => (fileName === file ? [{ span: textSpan, newText: `${prefixText}${operation.to}${suffixText}` }] : []));
          apply([...new Set(found.map(({ fileName }) => fileName))].map((fileName) => ({ fileName, textChanges: textChanges(fileName) })));
          return done();
        }
        if (operation.kind === 'move_module') {
          const [from, to] = [join(directory, operation.from), join(directory, operation.to)];
          apply(service.getEditsForFileRename(from, to, FORMAT, PREFERENCES));
          mkdirSync(dirname(to), { recursive: true });
          renameSync(from, to);
          return done();
        }
        const moved = operation.kind === 'move_symbols' ? [{ from: operation.from, to: operation.to, symbols: operation.symbols }] : operation.kind === 'split_module' ? operation.parts.map((part) => ({ from: operation.path, ...part })) : [];
        if (moved.length === 1 && moved[0]?.symbols.length === 1) {
          const { from, to, symbols } = moved[0];
          const file = join(directory, from);
          const statement = service.getProgram()?.getSourceFile(file)?.statements.find((one) => one.getText().includes(symbols[0] ?? '') && !ts.isImportDeclaration(one));
          if (!statement) return refused('No statement.');
          const result = service.getEditsForRefactor(file, FORMAT, { pos: statement.getStart(), end: statement.getEnd() }, 'Move to file', 'Move to file', PREFERENCES, { targetFile: join(directory, to) });
          if (!result || result.edits.length === 0) return refused('The service gives no edits.');
          apply(result.edits);
          return done();
        }
        if (operation.kind === 'extract_function') {
          const file = join(directory, operation.path);
          const lines = readFileSync(file, 'utf8').split('\n');
          const pos = lines.slice(0, operation.fromLine - 1).join('\n').length + 1 + (lines[operation.fromLine - 1] ?? '').search(/\S/);
          const end = lines.slice(0, operation.toLine).join('\n').length;
          const offers = service.getApplicableRefactors(file, { pos, end }, PREFERENCES).flatMap(({ name, actions }) => (name === 'Extract Symbol' ? actions : []));
          const action = offers.filter(({ name }) => name.startsWith('function_scope')).at(-1);
          if (!action) return refused('The service offers no extraction here.');
          const result = service.getEditsForRefactor(file, FORMAT, { pos, end }, 'Extract Symbol', action.name, PREFERENCES);
          if (!result) return refused('The service gives no edits.');
          apply(result.edits);
          writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/\bnewFunction(_\d+)?\b/g, operation.name));
          return done();
        }
        if (operation.kind === 'remove_unused' && operation.what === 'imports') {
          for (const path of operation.paths ?? []) apply(service.organizeImports({ type: 'file', fileName: join(directory, path), mode: ts.OrganizeImportsMode.RemoveUnused }, FORMAT, PREFERENCES));
          return done();
        }
        return { kind: 'unsupported', message: `${operation.kind} is not offered` };
      } catch (thrown) {
        return { kind: 'crashed', message: thrown instanceof Error ? thrown.message : String(thrown), ms: performance.now() - began };
      }
    },
    async close() {},
  };
}
