import { compiler } from '../../languages/javascript/ast.ts';

interface File {
  name: string;
  text: string;
}

/** Node runs TypeScript by itself from 22.6 on (behind a flag that is set for it before 22.18). Source: nodejs.org/api/typescript.html, "History". */
export function nodeTakesTypes(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 6);
}

/** The TypeScript among some files once more as JavaScript beside it: what an older Node can run. Imports of the one name the other. */
export async function withoutTypes(files: readonly File[]): Promise<File[]> {
  const ts = await compiler();
  const { ESNext } = ts.ModuleKind;
  return files.filter(({ name }) => name.endsWith('.ts')).map(({ name, text }) => ({
    name: name.replace(/\.ts$/, '.js'),
    text: ts.transpileModule(text, { fileName: name, compilerOptions: { target: ts.ScriptTarget.ES2023, module: ESNext, rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true } }).outputText,
  }));
}
