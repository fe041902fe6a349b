import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { isSource } from '../project/configs.ts';
import { toRelative, toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import { workspaceSource } from '../project/resolve.ts';
import { nodeAt } from './places.ts';

/** One place that names a function. */
export interface Use {
  path: RelativePath;
  node: ts.Node;
  /** `call`: it is called there. `declaration`: declared. `pass`: imported or exported. `value`: anything else. */
  kind: 'call' | 'declaration' | 'pass' | 'value';
  call?: ts.CallExpression | ts.NewExpression;
  declaration?: ts.SignatureDeclaration;
}

/** Every use of what the node at a position names. */
export function usesOf(project: Project, path: RelativePath, position: number): Use[] {
  const seen = new Set<string>();
  const found: Use[] = [];
  for (const { references } of project.service.findReferences(toVirtual(path), position) ?? []) {
    for (const { fileName, textSpan } of references) {
      const file = toRelative(fileName);
      const key = `${fileName}:${textSpan.start}`;
      if (file === undefined || !project.files.has(file) || seen.has(key)) continue;
      seen.add(key);
      const node = nodeAt(project.tree(file), textSpan.start, textSpan.start + textSpan.length);
      if (node && !inComment(node)) found.push({ path: file, node, ...useOf(node) });
    }
  }
  return found;
}

/**
 * Refuses a function that `module.exports = { f }` hands out while another file names it: the service does not follow it to whoever requires the module.
 *
 * @throws `refactoring_refused` (`dynamic_use`)
 */
export function refuseHandedOut(project: Project, path: RelativePath, symbol: string, uses: readonly Use[]): void {
  const handed = uses.find((use) => use.kind === 'pass' && (ts.isShorthandPropertyAssignment(use.node.parent) || ts.isPropertyAssignment(use.node.parent)));
  if (!handed) return;
  const word = new RegExp(`(?<![\\w$])${symbol.replaceAll('$', '\\$')}(?![\\w$])`);
  const other = project.files.paths().find((file) => file !== path && isSource(file) && !uses.some((use) => use.path === file && use.kind === 'call') && word.test(project.text(file)));
  if (other !== undefined) throw refuse('dynamic_use', `${path} hands ${symbol} out by module.exports, and ${other} names it: whether it means this one cannot be known.`, { path, symbol, places: [other] }, 'Change that file by hand, or use `export`.');
}

function inComment(node: ts.Node): boolean {
  for (let at: ts.Node = node; at && !ts.isSourceFile(at); at = at.parent) if (ts.isJSDoc(at)) return true;
  return false;
}

function useOf(node: ts.Node): Omit<Use, 'path' | 'node'> {
  let at = node;
  while ((ts.isPropertyAccessExpression(at.parent) && at.parent.name === at) || ts.isParenthesizedExpression(at.parent) || ts.isNonNullExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression === at) return { kind: 'call', call: parent };
  if (ts.isImportSpecifier(node.parent) || ts.isImportClause(node.parent) || ts.isExportSpecifier(node.parent) || ts.isExportAssignment(node.parent) || ts.isNamespaceImport(node.parent)) return { kind: 'pass' };
  if (ts.isBindingElement(node.parent) && /^(?:await import\(|require\()/.test((node.parent.parent.parent as ts.VariableDeclaration).initializer?.getText() ?? '')) return { kind: 'pass' };
  if (ts.isShorthandPropertyAssignment(node.parent) && /^(module\.)?exports =/.test(node.parent.parent.parent.getText())) return { kind: 'pass' };
  if (ts.isConstructorDeclaration(node)) return { kind: 'declaration', declaration: node };
  if (node.kind === ts.SyntaxKind.ConstructorKeyword) return { kind: 'declaration', declaration: node.parent as ts.ConstructorDeclaration };
  if ('name' in node.parent && node.parent.name === node) {
    if (ts.isFunctionLike(node.parent)) return { kind: 'declaration', declaration: node.parent };
    const value = ts.isVariableDeclaration(node.parent) || ts.isPropertyDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.initializer : undefined;
    if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return { kind: 'declaration', declaration: value };
    if (ts.isPropertySignature(node.parent) && node.parent.type && ts.isFunctionTypeNode(node.parent.type)) return { kind: 'declaration', declaration: node.parent.type };
    if (ts.isClassLike(node.parent)) return { kind: 'pass' };
  }
  return { kind: 'value' };
}

/** Whether evaluating an expression does nothing but give a value: it may be left out, doubled or moved. */
export function isPure(node: ts.Node): boolean {
  if (ts.isIdentifier(node) || ts.isLiteralExpression(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node) || node.kind === ts.SyntaxKind.ThisKeyword) return true;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)) return true;
  if (ts.isPropertyAccessExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node)) return isPure(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator !== ts.SyntaxKind.PlusPlusToken && node.operator !== ts.SyntaxKind.MinusMinusToken && isPure(node.operand);
  if (ts.isBinaryExpression(node)) return !(node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) && isPure(node.left) && isPure(node.right);
  if (ts.isConditionalExpression(node)) return isPure(node.condition) && isPure(node.whenTrue) && isPure(node.whenFalse);
  if (ts.isTemplateExpression(node)) return node.templateSpans.every((s) => isPure(s.expression));
  if (ts.isArrayLiteralExpression(node)) return node.elements.every((e) => !ts.isSpreadElement(e) && isPure(e));
  if (ts.isObjectLiteralExpression(node)) return node.properties.every((p) => ts.isShorthandPropertyAssignment(p) || (ts.isPropertyAssignment(p) && !ts.isComputedPropertyName(p.name) && isPure(p.initializer)));
  return false;
}

/** Whether a published package hands a symbol out at its entry: code that is not here may use it. */
export function isPublic(project: Project, symbol: ts.Symbol | undefined): boolean {
  const checker = project.checker();
  if (!symbol) return false;
  return project.packages.some(({ name, json }) => {
    if (name === undefined || json['private'] === true) return false;
    const entry = workspaceSource(name, project.packages, project.files);
    const tree = entry === undefined ? undefined : project.program().getSourceFile(toVirtual(entry));
    const module = tree && checker.getSymbolAtLocation(tree);
    return module !== undefined && checker.getExportsOfModule(module).some((s) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s) === symbol);
  });
}
