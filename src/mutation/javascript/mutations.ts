import type TS from 'typescript6';
import { lineAt, parseTree, syntaxError, type Ts } from '../../languages/javascript/ast.ts';
import { changesOf, type Change } from '../../languages/javascript/mutants.ts';
import type { Mutation } from '../types.ts';
import { callables } from './callables.ts';

/** The opposite of a comparison, beside the moved boundary. */
const OPPOSITE: Readonly<Record<string, string>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

/**
 * All small changes of the functions and methods of a file, in its order: comparisons (both neighbours), arithmetic, logic, literals, conditions,
 * what is returned or assigned, arguments, statements. Types and the text of what is thrown are left alone.
 *
 * @param functions names, as `area` or `Circle.area`
 */
export async function mutationsOf(path: string, source: string, functions: readonly string[]): Promise<Mutation[]> {
  if (await syntaxError(path, source)) return [];
  const { ts, tree } = await parseTree(path, source);
  const wanted = new Set(functions);
  const found: Mutation[] = [];
  const seen = new Set<string>();
  for (const { name, node } of callables(ts, tree)) {
    if (!wanted.has(name)) continue;
    const add = ({ from, to, text, description }: Change): void => {
      const key = `${from} ${to} ${text}`;
      if (seen.has(key) || source.slice(from, to) === text) return;
      seen.add(key);
      found.push({ id: 0, function: name, line: lineAt(tree, from), description, begin: bytesTo(source, from), end: bytesTo(source, to), text });
    };
    const visit = (one: TS.Node): void => {
      if (ts.isTypeNode(one) || ts.isDecorator(one) || isMessage(ts, one)) return;
      for (const change of [...changesOf(ts, one, tree), ...moreOf(ts, one, tree)]) add(change);
      ts.forEachChild(one, visit);
    };
    for (const { name: bound, initializer } of node.parameters) {
      visit(bound);
      if (initializer) visit(initializer);
    }
    if (!node.body) continue;
    if (!ts.isBlock(node.body)) for (const change of changesOf(ts, node, tree)) add(change);
    visit(node.body);
  }
  return found.toSorted((a, b) => a.begin - b.begin || a.end - b.end).map((mutation, id) => ({ ...mutation, id }));
}

/** The text of an error: a change of it is no change of behaviour that a program sees. */
function isMessage(ts: Ts, node: TS.Node): boolean {
  const { parent } = node;
  return ts.isNewExpression(parent) && parent.arguments?.[0] === node && parent.expression.getText().endsWith('Error') && (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isBinaryExpression(node));
}

function moreOf(ts: Ts, node: TS.Node, tree: TS.SourceFile): Change[] {
  const text = (n: TS.Node): string => n.getText(tree);
  const put = (n: TS.Node, by: string, description: string): Change => ({ from: n.getStart(tree), to: n.end, text: by, description });
  if (ts.isBinaryExpression(node)) {
    const sign = text(node.operatorToken);
    const other = OPPOSITE[sign];
    if (other) return [put(node.operatorToken, other, `${sign} became ${other}`)];
    return sign === '=' && !ts.isFunctionLike(node.right) && text(node.right) !== 'undefined' ? [put(node.right, 'undefined', 'the value assigned became undefined')] : [];
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name) && !ts.isFunctionLike(node.initializer) && text(node.initializer) !== 'undefined') return [put(node.initializer, 'undefined', 'the value assigned became undefined')];
  if (ts.isNumericLiteral(node) && Number.isFinite(Number(node.text)) && !isName(ts, node)) return [put(node, `(${Number(node.text) - 1})`, `${node.text} became ${Number(node.text) - 1}`)];
  if (ts.isCallExpression(node) && node.arguments.length > 1) {
    const [before, last] = [node.arguments.at(-2)!, node.arguments.at(-1)!];
    return [{ from: before.end, to: last.end, text: '', description: `the argument ${text(last).slice(0, 40)} was left out` }];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) return [put(node, `(${text(node.operand)})`, 'minus sign removed')];
  if (ts.isThrowStatement(node)) return [put(node, ';', 'the throw was left out')];
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !ts.isBinaryExpression(node.parent)) return [put(node, '[]', 'the array became empty')];
  return [];
}

const isName = (ts: Ts, node: TS.Node): boolean => (ts.isPropertyAssignment(node.parent) && node.parent.name === node) || ts.isEnumMember(node.parent) || ts.isLiteralTypeNode(node.parent);

/** Bytes before a position of the text, the byte order mark left out. */
export const bytesTo = (source: string, at: number): number => Buffer.byteLength(source.slice(source.startsWith('\uFEFF') ? 1 : 0, at));
