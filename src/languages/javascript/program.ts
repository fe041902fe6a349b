import type TS from 'typescript6';
import { compiler, scriptKind, type Ts } from './ast.ts';

/** One file with its names resolved inside it: no libraries, no other file, so a few milliseconds. */
export interface Resolved {
  ts: Ts;
  tree: TS.SourceFile;
  checker: TS.TypeChecker;
  program: TS.Program;
}

const OPTIONS = { noLib: true, allowJs: true, checkJs: true, noResolve: true, isolatedModules: false, skipLibCheck: true, types: [] as string[] };

/** Compiler options under which one file alone is looked at. */
export function soloOptions(ts: Ts): TS.CompilerOptions {
  return { ...OPTIONS, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleDetection: ts.ModuleDetectionKind.Force, jsx: ts.JsxEmit.React };
}

export async function resolveFile(path: string, source: string): Promise<Resolved> {
  const ts = await compiler();
  const name = `/${path}`;
  const tree = ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true, scriptKind(ts, path));
  const host: TS.CompilerHost = {
    getSourceFile: (file) => (file === name ? tree : undefined),
    getDefaultLibFileName: () => '/lib.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (file) => file === name,
    readFile: (file) => (file === name ? source : undefined),
  };
  const program = ts.createProgram([name], soloOptions(ts), host);
  return { ts, tree, checker: program.getTypeChecker(), program };
}
