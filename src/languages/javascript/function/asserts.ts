import type TS from 'typescript6';
import type { Expected } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';
import type { Ts } from '../ast.ts';
import { parseValue } from './literals.ts';

/** What a statement claims of the function. */
export interface Claim {
  /** Source of what is evaluated. */
  expression: string;
  expected: Expected;
  /** The arguments of the call in it, where all are literals. */
  args?: Value[];
  /** The call itself, for looking up the names it needs. */
  node: TS.Expression;
}

export interface Reading {
  ts: Ts;
  tree: TS.SourceFile;
  /** Names under which the function is called in the text, its own among them. */
  names: ReadonlySet<string>;
  /** The function's own name. */
  name: string;
}

const EQUAL = /^(?:strictEqual|deepStrictEqual|equal|deepEqual|equals|is|same)$/;
const BE = /^(?:toBe|toEqual|toStrictEqual|toMatchObject|eql|equal|equals)$/;

/**
 * Reads an assert of one call: node's `assert`, `console.assert`, `expect(…).toBe(…)` of vitest and jest, chai's `to.equal`, `t.is`. Undefined
 * for anything that is not as simple as that.
 */
export function claimOf(reading: Reading, statement: TS.Expression): Claim | undefined {
  const { ts, tree } = reading;
  const node = bare(ts, statement);
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression.getText(tree);
  const [first, second] = node.arguments;
  if (!first) return callee.startsWith('expect(') ? expectation(reading, node) : undefined;
  const method = /(?:^|\.)([\w$]+)$/.exec(callee)?.[1] ?? '';
  if (/^(?:assert|console\.assert|(?:assert|t|test|strict)(?:\.strict|\.assert)?\.(?:ok|true|assert)|ok)$/.test(callee)) return truth(reading, first, true);
  if (/^(?:assert|t)\.(?:false|notOk|isFalse)$/.test(callee)) return truth(reading, first, false);
  if (/^(?:assert|t)\.isTrue$/.test(callee)) return truth(reading, first, true);
  if (second && EQUAL.test(method) && !callee.startsWith('expect(')) return equality(reading, first, second);
  if (/^(?:throws|rejects|throwsAsync)$/.test(method)) return raising(reading, first, node.arguments.slice(1));
  return callee.startsWith('expect(') ? expectation(reading, node) : undefined;
}

/** Without parentheses, `await` and `void` in front. */
function bare(ts: Ts, node: TS.Expression): TS.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at) || ts.isAwaitExpression(at) || ts.isVoidExpression(at) || ts.isAsExpression(at) || ts.isNonNullExpression(at)) at = at.expression;
  return at;
}

/** Does the function get called in there? */
export function calls({ ts, names }: Pick<Reading, 'ts' | 'names'>, node: TS.Node): TS.CallExpression | undefined {
  if (ts.isCallExpression(node)) {
    if (ts.isIdentifier(node.expression) && names.has(node.expression.text)) return node;
    if (ts.isPropertyAccessExpression(node.expression) && ts.isIdentifier(node.expression.expression) && names.has(`${node.expression.expression.text}.${node.expression.name.text}`)) return node;
  }
  return ts.forEachChild(node, (child) => calls({ ts, names }, child));
}

/** The source of an expression, with the function under its own name. */
export function sourceOf(reading: Reading, node: TS.Node): string {
  const { ts, tree, name, names } = reading;
  const start = node.getStart(tree);
  const edits: { from: number; to: number }[] = [];
  const visit = (n: TS.Node): void => {
    if (ts.isCallExpression(n) && names.has(n.expression.getText(tree))) edits.push({ from: n.expression.getStart(tree) - start, to: n.expression.end - start });
    ts.forEachChild(n, visit);
  };
  visit(node);
  return edits.toSorted((a, b) => b.from - a.from).reduce((text, { from, to }) => text.slice(0, from) + name + text.slice(to), node.getText(tree));
}

/** A claim that an expression gives a value: the arguments too, where they are literals. */
export function claim(reading: Reading, node: TS.Expression, expected: Expected, wrap = (text: string): string => text): Claim | undefined {
  const call = calls(reading, node);
  if (!call) return undefined;
  const args = call.arguments.map((arg) => parseValue(arg.getText(reading.tree)));
  return { expression: wrap(sourceOf(reading, node)), expected, node, ...(args.every((arg) => arg !== undefined) && { args }) };
}

/** What is expected, from its source. */
export function expectedValue(text: string): Expected {
  const value = parseValue(text);
  return { kind: 'value', text, ...(value && { value }) };
}

function equality(reading: Reading, one: TS.Expression, other: TS.Expression): Claim | undefined {
  const { ts, tree } = reading;
  let [left, right] = [bare(ts, one), bare(ts, other)];
  // Texts of JSON are compared where a language has no equality of arrays.
  const [leftJson, rightJson] = [jsonOf(ts, tree, left), jsonOf(ts, tree, right)];
  if (leftJson && rightJson) [left, right] = [leftJson, rightJson];
  if (!calls(reading, left)) [left, right] = [right, left];
  if (!calls(reading, left) || calls(reading, right)) return undefined;
  return claim(reading, left, expectedValue(right.getText(tree)));
}

function jsonOf(ts: Ts, tree: TS.SourceFile, node: TS.Expression): TS.Expression | undefined {
  return ts.isCallExpression(node) && node.expression.getText(tree) === 'JSON.stringify' && node.arguments.length === 1 ? bare(ts, node.arguments[0]!) : undefined;
}

function truth(reading: Reading, node: TS.Expression, wanted: boolean): Claim | undefined {
  const { ts, tree } = reading;
  const inner = bare(ts, node);
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) return truth(reading, inner.operand, !wanted);
  if (ts.isBinaryExpression(inner)) {
    const mark = inner.operatorToken.getText(tree);
    if (wanted && (mark === '===' || mark === '==')) return equality(reading, inner.left, inner.right);
    const near = mark === '<' || mark === '<=' ? distance(ts, tree, bare(ts, inner.left)) : undefined;
    if (wanted && near) return equality(reading, near[0], near[1]);
    // Other comparisons hold or not; a difference says nothing of the value.
    return claim(reading, inner, { kind: 'value', text: String(wanted), value: { kind: 'bool', value: wanted } });
  }
  if (ts.isCallExpression(inner) && inner.arguments.length === 2 && inner.expression.getText(tree) === 'Object.is' && wanted) return equality(reading, inner.arguments[0]!, inner.arguments[1]!);
  return claim(reading, inner, { kind: 'value', text: String(wanted), value: { kind: 'bool', value: wanted } }, (text) => `Boolean(${text})`);
}

/** `Math.abs(a - b)` as a and b. */
function distance(ts: Ts, tree: TS.SourceFile, node: TS.Expression): [TS.Expression, TS.Expression] | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText(tree) !== 'Math.abs') return undefined;
  const inner = node.arguments[0] && bare(ts, node.arguments[0]);
  return inner && ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.MinusToken ? [inner.left, inner.right] : undefined;
}

/** The call inside `() => f(1)`, or the expression itself. */
function thrower(ts: Ts, node: TS.Expression): TS.Expression | undefined {
  const inner = bare(ts, node);
  if (!ts.isArrowFunction(inner) && !ts.isFunctionExpression(inner)) return inner;
  if (!ts.isBlock(inner.body)) return inner.body;
  const [only] = inner.body.statements;
  if (inner.body.statements.length !== 1 || !only) return undefined;
  if (ts.isExpressionStatement(only)) return only.expression;
  return ts.isReturnStatement(only) ? only.expression : undefined;
}

function raising(reading: Reading, node: TS.Expression, said: readonly TS.Expression[]): Claim | undefined {
  const target = thrower(reading.ts, node);
  return target && claim(reading, target, raised(reading, said[0]));
}

function raised({ ts, tree }: Reading, said: TS.Expression | undefined): Expected {
  if (said && ts.isIdentifier(said)) return said.text === 'Error' ? { kind: 'raises' } : { kind: 'raises', error: said.text };
  if (said && ts.isObjectLiteralExpression(said)) {
    const value = parseValue(said.getText(tree));
    const text = (key: string): string | undefined => {
      const item = value?.kind === 'map' ? value.entries.find(([name]) => name.kind === 'string' && name.value === key)?.[1] : undefined;
      return item?.kind === 'string' ? item.value : undefined;
    };
    const [error, message] = [text('name'), text('message')];
    return { kind: 'raises', ...(error !== undefined && { error }), ...(message !== undefined && { message }) };
  }
  // A pattern or a part of the message: that it raises is what is held.
  return { kind: 'raises' };
}

const WORDS: Record<string, string> = { toBeNull: 'null', toBeUndefined: 'undefined', toBeNaN: 'NaN' };

function expectation(reading: Reading, node: TS.CallExpression): Claim | undefined {
  const { ts, tree } = reading;
  const chain: string[] = [];
  let at: TS.Expression = node.expression;
  while (ts.isPropertyAccessExpression(at)) {
    chain.unshift(at.name.text);
    at = bare(ts, at.expression);
  }
  if (!ts.isCallExpression(at) || at.expression.getText(tree) !== 'expect' || !at.arguments[0] || chain.includes('not')) return undefined;
  const matcher = chain.at(-1) ?? '';
  const subject = at.arguments[0];
  const [wanted] = node.arguments;
  if (/^(?:toThrow|toThrowError|throw|throws)$/.test(matcher)) return raising(reading, subject, node.arguments);
  if (wanted && BE.test(matcher)) return equality(reading, subject, wanted);
  const word = Object.hasOwn(WORDS, matcher) ? WORDS[matcher] : undefined;
  if (word !== undefined) return claim(reading, bare(ts, subject), expectedValue(word));
  if (matcher === 'toBeTruthy' || matcher === 'toBeFalsy') return truth(reading, subject, matcher === 'toBeTruthy');
  if (matcher === 'toHaveLength' && wanted) {
    const inner = bare(ts, subject);
    return claim(reading, inner, expectedValue(wanted.getText(tree)), (text) => `(${text}).length`);
  }
  return undefined;
}
