import { blockedInText } from '../blocked/javascript.ts';
import { blockedMessage } from '../blocked/message.ts';
import { compiler } from '../blocked/compiler.ts';
import { nodeRun } from './javascript.ts';
import { USUAL } from './types.ts';
import type { CodeLanguage } from './types.ts';

/**
 * TypeScript, transpiled on the host by the TypeScript package and run by Node. Types are taken off, not checked; enums, namespaces,
 * parameter properties and decorators work. Positions in errors are the snippet's, by a source map.
 */
export const typescript: CodeLanguage = {
  name: 'typescript',
  aliases: ['ts'],
  extensions: ['.ts', '.mts', '.cts'],
  shebang: /^(?:tsx|ts-node)$/,
  program: 'node',
  install: 'Install Node 20.19 or newer.',
  defaults: USUAL,
  leastMemoryMb: 96,
  blocksImports: true,
  async prepare({ code, stem, blocked, report }, program) {
    const ts = await compiler();
    const name = `${stem}.ts`;
    const tree = ts.createSourceFile(name, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
    // `import x = require()` and `export =` exist in CommonJS only; Node tells the rest by the syntax of what is emitted.
    const commonJs = tree.statements.some((node) => ts.isExportAssignment(node) ? node.isExportEquals : ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference));
    const { outputText, sourceMapText, diagnostics = [] } = ts.transpileModule(code, {
      fileName: name,
      reportDiagnostics: true,
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: commonJs ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
        esModuleInterop: true,
        sourceMap: true,
        inlineSources: true,
        useDefineForClassFields: true,
      },
    });
    const errors = diagnostics.filter((d) => d.category === ts.DiagnosticCategory.Error);
    if (errors.length > 0) return { refused: ts.formatDiagnostics(errors, { getCurrentDirectory: () => '', getCanonicalFileName: (path) => path, getNewLine: () => '\n' }) };
    const found = blocked.length > 0 ? await blockedInText(name, code, blocked) : undefined;
    if (found) return { refused: `${name}:${found.line}: ${blockedMessage(found)}\n`, blocked: found };
    const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMapText ?? '').toString('base64')}`;
    const text = outputText.replace(/\/\/# sourceMappingURL=\S*\s*$/, () => inline);
    return nodeRun({ program, source: name, file: `${stem}.js`, code, text, blocked, report, flags: ['--enable-source-maps'] });
  },
};
