import type TS from 'typescript6';
import { lineAt, type Ts } from '../../languages/javascript/ast.ts';
import type { ImportFact } from './types.ts';

/** Imports in every form: named, default, namespace, type-only, re-exports, `require`, dynamic, `import x = require()`, and types by `import('…')`. */
export function scriptImports(ts: Ts, tree: TS.SourceFile): ImportFact[] {
  const imports: ImportFact[] = [];
  const visit = (node: TS.Node): void => {
    const found = statementImport(ts, node) ?? exportFrom(ts, node) ?? equalsImport(ts, node) ?? callImport(ts, node) ?? typeImport(ts, node);
    if (found) imports.push({ ...found, line: lineAt(tree, node.getStart(tree)) });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return imports;
}

type Found = Omit<ImportFact, 'line'>;

function statementImport(ts: Ts, node: TS.Node): Found | undefined {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const clause = node.importClause;
  const names: Found['names'] = [];
  if (clause?.name) names.push({ imported: 'default', local: clause.name.text });
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) names.push({ imported: '*', local: bindings.name.text });
  if (bindings && ts.isNamedImports(bindings)) for (const e of bindings.elements) names.push({ imported: (e.propertyName ?? e.name).text, local: e.name.text });
  return { module: node.moduleSpecifier.text, names, kind: clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'import' };
}

function exportFrom(ts: Ts, node: TS.Node): Found | undefined {
  if (!ts.isExportDeclaration(node) || !node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const module = node.moduleSpecifier.text;
  if (!node.exportClause) return { module, names: [{ imported: '*', local: '' }], kind: 'reexport' };
  if (ts.isNamespaceExport(node.exportClause)) return { module, names: [{ imported: '*', local: node.exportClause.name.text }], kind: 'reexport' };
  return { module, names: node.exportClause.elements.map((e) => ({ imported: (e.propertyName ?? e.name).text, local: e.name.text })), kind: 'reexport' };
}

function equalsImport(ts: Ts, node: TS.Node): Found | undefined {
  if (!ts.isImportEqualsDeclaration(node) || !ts.isExternalModuleReference(node.moduleReference) || !ts.isStringLiteral(node.moduleReference.expression)) return undefined;
  return { module: node.moduleReference.expression.text, names: [{ imported: '*', local: node.name.text }], kind: 'import' };
}

function callImport(ts: Ts, node: TS.Node): Found | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const dynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  if (!dynamic && !(ts.isIdentifier(node.expression) && node.expression.text === 'require')) return undefined;
  const [argument] = node.arguments;
  if (!argument || !ts.isStringLiteralLike(argument)) return undefined;
  let at: TS.Node = node;
  while (ts.isAwaitExpression(at.parent) || ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const names: Found['names'] = [];
  const bound = ts.isVariableDeclaration(at.parent) && at.parent.initializer === at ? at.parent.name : undefined;
  if (bound && ts.isIdentifier(bound)) names.push({ imported: '*', local: bound.text });
  else if (bound && ts.isObjectBindingPattern(bound)) {
    for (const e of bound.elements) if (ts.isIdentifier(e.name)) names.push({ imported: e.propertyName && ts.isIdentifier(e.propertyName) ? e.propertyName.text : e.name.text, local: e.name.text });
  } else if (ts.isPropertyAccessExpression(at.parent) && ts.isVariableDeclaration(at.parent.parent) && ts.isIdentifier(at.parent.parent.name)) {
    names.push({ imported: at.parent.name.text, local: at.parent.parent.name.text });
  }
  return { module: argument.text, names, kind: dynamic ? 'dynamic' : 'import' };
}

function typeImport(ts: Ts, node: TS.Node): Found | undefined {
  if (!ts.isImportTypeNode(node) || !ts.isLiteralTypeNode(node.argument) || !ts.isStringLiteral(node.argument.literal)) return undefined;
  return { module: node.argument.literal.text, names: node.qualifier && ts.isIdentifier(node.qualifier) ? [{ imported: node.qualifier.text, local: '' }] : [], kind: 'type' };
}
