import type TS from 'typescript6';
import { parseTree } from '../ast.ts';

/**
 * The plain value that a configuration file in JavaScript exports (`export default {…}`, `module.exports = {…}`, through a
 * constant or a wrapping call), read and never run. Parts that are no literals are left out.
 */
export async function exportedLiteral(path: string, source: string): Promise<unknown> {
  const { ts, tree } = await parseTree(path, source);
  const constants = new Map<string, TS.Expression>();
  let exported: TS.Expression | undefined;
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const d of statement.declarationList.declarations) if (ts.isIdentifier(d.name) && d.initializer) constants.set(d.name.text, d.initializer);
    } else if (ts.isExportAssignment(statement)) exported = statement.expression;
    else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression) && /^module\.exports$/.test(statement.expression.left.getText(tree))) exported = statement.expression.right;
  }
  const value = (node: TS.Expression, depth: number): unknown => {
    if (depth > 20) return undefined;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return value(node.expression, depth + 1);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
    if (ts.isIdentifier(node)) return constants.has(node.text) ? value(constants.get(node.text)!, depth + 1) : undefined;
    if (ts.isCallExpression(node)) return node.arguments[0] && value(node.arguments[0], depth + 1);
    if (ts.isArrayLiteralExpression(node)) return node.elements.map((e) => value(e, depth + 1)).filter((e) => e !== undefined);
    if (!ts.isObjectLiteralExpression(node)) return undefined;
    const out: Record<string, unknown> = {};
    for (const p of node.properties) {
      if (!ts.isPropertyAssignment(p) || !(ts.isIdentifier(p.name) || ts.isStringLiteral(p.name))) continue;
      const found = value(p.initializer, depth + 1);
      if (found !== undefined) Object.defineProperty(out, p.name.text, { value: found, enumerable: true, configurable: true, writable: true });
    }
    return out;
  };
  return exported && value(exported, 0);
}
