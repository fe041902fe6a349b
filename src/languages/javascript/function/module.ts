import { SourceMap } from 'node:module';
import { compiler } from '../ast.ts';
import { orUnreadable, UNREADABLE } from './readable.ts';

/** A candidate's code as it runs: a CommonJS module in plain JavaScript. */
export interface Runnable {
  code: string;
  /** The candidate's line behind a line of it. */
  lineOf: (line: number) => number;
}

/**
 * Takes types off and turns imports into `require`, so that code of any form is loaded the same way, with its names within reach of
 * expressions. Code that is plain already stays as it is, loose mode and all; what cannot be read says so when it is loaded.
 */
export async function runnable(source: string): Promise<Runnable> {
  return orUnreadable(() => transpiled(source), { code: `throw new SyntaxError(${JSON.stringify(UNREADABLE.message)});`, lineOf: (line) => line });
}

async function transpiled(source: string): Promise<Runnable> {
  const ts = await compiler();
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: 'solution.ts',
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      alwaysStrict: false,
      sourceMap: true,
      removeComments: false,
      verbatimModuleSyntax: false,
    },
  });
  const code = outputText.replace(/\/\/# sourceMappingURL=\S*\s*$/, '');
  const map = sourceMapText === undefined ? undefined : new SourceMap(JSON.parse(sourceMapText) as ConstructorParameters<typeof SourceMap>[0]);
  return {
    code,
    lineOf(line) {
      const entry = map?.findEntry(line - 1, 200);
      return entry && 'originalLine' in entry ? entry.originalLine + 1 : line;
    },
  };
}
