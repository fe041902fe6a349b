import ts from 'typescript6';
import type { Project } from '../project/project.ts';
import type { Module } from './model.ts';

/** A name in code that means something from the top of its module. */
export interface Reference {
  id: ts.Identifier;
  name: string;
  /** Stands where only types stand. */
  type: boolean;
  /** Runs while the module loads, not later in a function. */
  eager: boolean;
  /** Is given a value. */
  written: boolean;
}

/** What nodes of a module name of the module's own top: declarations and imports. */
export function referencesIn(project: Project, module: Module, nodes: readonly ts.Node[]): Reference[] {
  const checker = project.checker();
  const imports = new Map<ts.Node, string>(module.imports.map((b) => [b.name.parent, b.local]));
  const found: Reference[] = [];
  const nameOf = (symbol: ts.Symbol | undefined): string | undefined => {
    for (const d of symbol?.declarations ?? []) {
      const name = module.declarations.get(d) ?? imports.get(d);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const visit = (node: ts.Node, top: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text !== '' && !isOwnName(node)) {
      const name = nameOf(meant(checker, node));
      if (name !== undefined) found.push({ id: node, name, type: inType(node, top), eager: isEager(node, top), written: isWritten(node) });
    }
    ts.forEachChild(node, (child) => visit(child, top));
    for (const doc of (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? []) visit(doc, top);
  };
  for (const node of nodes) visit(node, node);
  return found;
}

/** What an identifier means as a value or type; for `{ area }` the value, for `export { area }` the local thing. */
export function meant(checker: ts.TypeChecker, id: ts.Identifier): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(id.parent)) return checker.getShorthandAssignmentValueSymbol(id.parent);
  if (ts.isExportSpecifier(id.parent) && !id.parent.parent.parent.moduleSpecifier) return checker.getExportSpecifierLocalTargetSymbol(id.parent);
  return checker.getSymbolAtLocation(id);
}

/** The name in a declaration, a property's name after its dot, a label: no use of anything. */
function isOwnName(id: ts.Identifier): boolean {
  const { parent } = id;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === id;
  if (ts.isQualifiedName(parent)) return parent.right === id;
  if (ts.isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === id;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.name === id || parent.propertyName === id;
  return 'name' in parent && parent.name === id && (ts.isFunctionDeclaration(parent) || ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent) || ts.isEnumDeclaration(parent) || ts.isModuleDeclaration(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isObjectLiteralElement(parent) || ts.isEnumMember(parent) || ts.isFunctionExpression(parent) || ts.isClassExpression(parent) || ts.isTypeParameterDeclaration(parent));
}

function inType(node: ts.Node, top: ts.Node): boolean {
  for (let at = node; at !== top.parent; at = at.parent) {
    if (ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at) || ts.isJSDoc(at)) return true;
    if (ts.isHeritageClause(at)) return at.token === ts.SyntaxKind.ImplementsKeyword;
    if (ts.isTypeNode(at) && !ts.isExpressionWithTypeArguments(at)) return true;
    if (ts.isStatement(at) && at !== node && !ts.isTypeAliasDeclaration(at)) return hasDeclare(at);
  }
  return false;
}

function hasDeclare(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword) ?? false);
}

function isEager(node: ts.Node, top: ts.Node): boolean {
  for (let at = node; at !== top; at = at.parent) {
    if (ts.isDecorator(at)) continue;
    const { parent } = at;
    if (ts.isFunctionLike(parent) && (parent as { name?: ts.Node }).name !== at && !ts.isDecorator(at)) return ts.isParenthesizedExpression(parent.parent) && ts.isCallExpression(parent.parent.parent);
    if (ts.isPropertyDeclaration(parent) && parent.initializer === at && !parent.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)) return false;
  }
  return !ts.isFunctionDeclaration(top);
}

function isWritten(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.left === node && parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
  return (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) && (parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken);
}
