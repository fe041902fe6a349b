import type TS from 'typescript6';
import type { TopLevel } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { declaredNames, parseErrors } from './find.ts';

const FILE = '/module.ts';

/** See `FunctionLanguage.topLevel`. Scopes are told apart by the compiler's own checker, which knows no library here: global names are free. */
export async function topLevel(code: string): Promise<TopLevel | undefined> {
  const ts = await compiler();
  const tree = ts.createSourceFile(FILE, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  if (parseErrors(tree).length > 0) return undefined;
  const head = ts.getShebang(code)?.length ?? 0;
  const lead = leadingImports(ts, tree);
  const insertAt = lead ? lineBehind(code, lead.end) : head > 0 ? lineBehind(code, head) : 0;
  const imports = tree.statements.filter((statement) => ts.isImportDeclaration(statement)).flatMap((statement) => importsOf(ts, statement));
  const star = tree.statements.some((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
  const declares = tree.statements.filter((statement) => !ts.isImportDeclaration(statement)).flatMap((statement) => declaredNames(ts, statement));
  return {
    insertAt,
    firstAt: insertAt,
    imports: star ? [...imports, { name: '*', means: 'names of another module', text: '' }] : imports,
    cuts: [...(head > 0 ? [[0, head] as [number, number]] : []), ...tree.statements.flatMap((statement) => cutsOf(ts, tree, statement))],
    pragmas: [],
    declares: [...new Set(declares)],
    free: freeNames(ts, tree),
  };
}

function leadingImports(ts: Ts, tree: TS.SourceFile): TS.Statement | undefined {
  const first = tree.statements.findIndex((statement) => !ts.isImportDeclaration(statement));
  return tree.statements[(first < 0 ? tree.statements.length : first) - 1];
}

function lineBehind(code: string, offset: number): number {
  const end = code.indexOf('\n', offset);
  return end < 0 ? code.length : end + 1;
}

function importsOf(ts: Ts, { importClause, moduleSpecifier }: TS.ImportDeclaration): TopLevel['imports'] {
  if (!ts.isStringLiteral(moduleSpecifier)) return [];
  const from = `'${moduleSpecifier.text}'`;
  if (!importClause) return [{ name: '*', means: `module ${moduleSpecifier.text}`, text: `import ${from};` }];
  const word = importClause.isTypeOnly ? 'import type' : 'import';
  const { name, namedBindings } = importClause;
  const own = name ? [{ name: name.text, means: `default of ${moduleSpecifier.text}`, text: `${word} ${name.text} from ${from};` }] : [];
  if (!namedBindings) return own;
  if (ts.isNamespaceImport(namedBindings)) return [...own, { name: namedBindings.name.text, means: `module ${moduleSpecifier.text}`, text: `${word} * as ${namedBindings.name.text} from ${from};` }];
  return [
    ...own,
    ...namedBindings.elements.map((element) => ({
      name: element.name.text,
      means: `${(element.propertyName ?? element.name).text} of ${moduleSpecifier.text}`,
      text: `${word} { ${element.getText()} } from ${from};`,
    })),
  ];
}

/** Imports and exports; of an exported declaration the words before it alone. */
function cutsOf(ts: Ts, tree: TS.SourceFile, statement: TS.Statement): [number, number][] {
  const from = statement.getStart(tree);
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return [[from, statement.end]];
  if (ts.isExpressionStatement(statement) && /^(?:module\.)?exports\b/.test(statement.getText(tree))) return [[from, statement.end]];
  const words = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const exporting = words.filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword);
  return exporting.map((word) => [word.getStart(tree), word.end + (/^[ \t]*/.exec(tree.text.slice(word.end))?.[0].length ?? 0)]);
}

function freeNames(ts: Ts, tree: TS.SourceFile): string[] {
  const options: TS.CompilerOptions = { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleDetection: ts.ModuleDetectionKind.Force };
  const host: TS.CompilerHost = {
    getSourceFile: (name) => (name === FILE ? tree : undefined),
    getDefaultLibFileName: () => '/none.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => name === FILE,
    readFile: () => undefined,
  };
  const checker = ts.createProgram([FILE], options, host).getTypeChecker();
  const free = new Set<string>();
  const visit = (node: TS.Node): void => {
    if (ts.isIdentifier(node) && isReference(ts, node)) {
      const symbol = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
      // A global that the checker knows without a library has no declaration.
      if (!symbol || (symbol.declarations ?? []).length === 0) free.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  for (const known of ['undefined', 'arguments']) free.delete(known);
  return [...free].toSorted();
}

/** Does a name stand for something of a scope: it is no property, key, label, or name that is being given. */
function isReference(ts: Ts, node: TS.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent) || ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent)) return false;
  if (ts.isExportSpecifier(parent)) return (parent.propertyName ?? parent.name) === node && parent.parent.parent.moduleSpecifier === undefined;
  return !('name' in parent && parent.name === node);
}
