import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Problem } from '../../../refactor/types.ts';
import { isSource } from '../project/configs.ts';
import { toRelative, toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';

/**
 * Names, modules and exports that are not there, or there twice: what of the compiler's findings counts in plain JavaScript too, where
 * types are guessed. https://github.com/microsoft/TypeScript/blob/main/src/compiler/diagnosticMessages.json
 */
export const BINDING: ReadonlySet<number> = new Set([
  2300, 2304, 2305, 2306, 2307, 2308, 2323, 2393, 2395, 2440, 2448, 2449, 2451, 2459, 2460, 2484, 2503, 2528, 2552, 2613, 2614, 2694, 2724, 2834, 2835, 2878,
  1192, 1259, 1361, 1362, 1371, 1484, 1205, 18004, 2580, 2686, 2792, 2732, 2497, 2528, 2588, 2632, 2540,
]);
/** Unused imports, locals, declarations, whole import statements, and destructured variables. */
export const UNUSED: ReadonlySet<number> = new Set([6133, 6192, 6196, 6198, 6199, 6138]);

export const lineOf = (tree: ts.SourceFile, position: number): number => tree.getLineAndCharacterOfPosition(position).line + 1;

export function problemOf(diagnostic: ts.Diagnostic): Problem | undefined {
  const path = diagnostic.file && toRelative(diagnostic.file.fileName);
  if (!diagnostic.file || path === undefined) return undefined;
  return { path, line: lineOf(diagnostic.file, diagnostic.start ?? 0), code: `TS${diagnostic.code}`, message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n').split('\n')[0] ?? '' };
}

/** What is wrong in a file now. Plain JavaScript is judged by its names alone, unless its configuration checks it. */
export function errorsIn(project: Project, path: RelativePath): ts.Diagnostic[] {
  if (!isSource(path) || !project.program().getSourceFile(toVirtual(path))) return [];
  const syntax = project.service.getSyntacticDiagnostics(toVirtual(path));
  const all = project.service.getSemanticDiagnostics(toVirtual(path));
  const typed = !/\.[cm]?jsx?$/.test(path);
  return [...syntax, ...all.filter((d) => d.category === ts.DiagnosticCategory.Error && (typed || BINDING.has(d.code)))];
}

/** Whether a file parses: a broken one is not refactored. */
export function syntaxErrorIn(project: Project, path: RelativePath): ts.Diagnostic | undefined {
  return project.program().getSourceFile(toVirtual(path)) ? project.service.getSyntacticDiagnostics(toVirtual(path))[0] : undefined;
}

/** Imports of the project that lead nowhere or ask for a name that is not exported, as keys that stay the same when lines move. */
export function brokenImports(project: Project): Map<string, Problem> {
  const found = new Map<string, Problem>();
  const checker = project.checker();
  for (const { path, tree } of project.trees()) {
    for (const statement of tree.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const { moduleSpecifier } = statement;
      if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) continue;
      const add = (code: string, message: string): void => {
        found.set(`${path}|${code}|${message}`, { path, line: lineOf(tree, moduleSpecifier.getStart(tree)), code, message });
      };
      if (moduleSpecifier.text.startsWith('.') && project.resolve(moduleSpecifier.text, path, ts.getModeForUsageLocation(tree, moduleSpecifier, project.options)) === undefined) {
        add('TS2307', `Cannot find module '${moduleSpecifier.text}'.`);
        continue;
      }
      const names = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
      const module = checker.getSymbolAtLocation(moduleSpecifier);
      if (!module || (module.flags & ts.SymbolFlags.ValueModule) === 0) continue;
      const exported = new Set(checker.getExportsOfModule(module).map((s) => s.name));
      if (exported.has('export=')) continue;
      if (ts.isImportDeclaration(statement) && statement.importClause?.name && !exported.has('default') && toRelative(module.valueDeclaration?.getSourceFile().fileName ?? '') !== undefined) add('TS1192', `'${moduleSpecifier.text}' has no default export.`);
      if (!names || !(ts.isNamedImports(names) || ts.isNamedExports(names))) continue;
      for (const element of names.elements) {
        const name = (element.propertyName ?? element.name).text;
        if (!exported.has(name) && module.declarations?.some((d) => toRelative(d.getSourceFile().fileName) !== undefined)) add('TS2305', `'${moduleSpecifier.text}' exports no ${name}.`);
      }
    }
  }
  return found;
}
