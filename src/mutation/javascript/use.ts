import type TS from 'typescript6';
import type { Ts } from '../../languages/javascript/ast.ts';
import type { TypeShape } from '../../languages/function/value.ts';

const words = (text: string): Set<string> => new Set(text.split(' '));
const OF_STRINGS = words('toLowerCase toUpperCase trim trimStart trimEnd replace replaceAll split charAt charCodeAt codePointAt startsWith endsWith match matchAll padStart padEnd repeat substring substr normalize localeCompare search toLocaleLowerCase toLocaleUpperCase');
const OF_LISTS = words('map filter push pop shift unshift forEach reduce reduceRight join sort toSorted reverse every some find findIndex findLast flat flatMap splice fill entries');
const OF_BOTH = words('length slice indexOf lastIndexOf includes concat at');
const OF_NUMBERS = words('toFixed toPrecision toExponential');
const OF_DATES = words('getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds toISOString getTimezoneOffset');
const ARITHMETIC = words('- * / % ** < > <= >= -= *= /= %= & | ^ << >>');
const KINDS: Record<string, TypeShape> = { string: { kind: 'string' }, number: { kind: 'float' }, boolean: { kind: 'bool' }, function: { kind: 'other', text: 'Function' }, object: { kind: 'map', key: { kind: 'string' }, value: { kind: 'any' } }, undefined: { kind: 'null' } };
/** Objects in objects are followed this deep. */
const DEEPEST = 3;

/** What the body of a function does with a name tells what it may be: `any` where it tells nothing. */
export function shapeByUse(ts: Ts, body: TS.Node, tree: TS.SourceFile, path: string, depth = 0): TypeShape {
  const strong = new Map<string, TypeShape>();
  const fields = new Map<string, { optional: boolean; type?: TypeShape }>();
  let weak: TypeShape | undefined;
  const vote = (shape: TypeShape): void => void strong.set(JSON.stringify(shape), shape);
  const list: TypeShape = { kind: 'list', item: { kind: 'any' } };

  const property = (node: TS.PropertyAccessExpression): void => {
    const name = node.name.text;
    const called = ts.isCallExpression(node.parent) && node.parent.expression === node;
    if (OF_STRINGS.has(name) && called) vote({ kind: 'string' });
    else if (OF_LISTS.has(name) && called) vote(list);
    else if (OF_NUMBERS.has(name) && called) vote({ kind: 'float' });
    else if (OF_DATES.has(name) && called) vote({ kind: 'other', text: 'Date' });
    else if (OF_BOTH.has(name)) weak = { kind: 'union', options: [{ kind: 'string' }, list] };
    else if (!fields.has(name) && !['toString', 'valueOf', 'constructor', 'hasOwnProperty'].includes(name)) fields.set(name, { optional: true });
  };

  const used = (node: TS.Node): void => {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) return property(parent);
    if (ts.isElementAccessExpression(parent) && parent.expression === node) weak ??= { kind: 'union', options: [list, { kind: 'string' }] };
    if (ts.isCallExpression(parent)) return parent.expression === node ? vote(KINDS['function']!) : argument(parent);
    if (ts.isNewExpression(parent) && parent.expression.getText(tree) === 'Date') return vote({ kind: 'float' });
    if ((ts.isForOfStatement(parent) && parent.expression === node) || (ts.isSpreadElement(parent) && ts.isArrayLiteralExpression(parent.parent))) return vote(list);
    if (ts.isForInStatement(parent) && parent.expression === node) return vote(KINDS['object']!);
    if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isObjectBindingPattern(parent.name)) return bound(parent.name);
    if (ts.isSpreadAssignment(parent)) return defaults(parent.parent);
    if (ts.isTypeOfExpression(parent) && ts.isBinaryExpression(parent.parent)) {
      const other = parent.parent.left === parent ? parent.parent.right : parent.parent.left;
      const known = ts.isStringLiteral(other) ? KINDS[other.text] : undefined;
      if (!known || known.kind === 'null') return;
      // Who asks for a kind has an answer for others.
      vote(known);
      vote(known.kind === 'string' ? { kind: 'float' } : { kind: 'string' });
    } else if (ts.isBinaryExpression(parent)) compared(parent, node);
    else if (ts.isPrefixUnaryExpression(parent) && parent.operator !== ts.SyntaxKind.ExclamationToken) vote({ kind: 'float' });
    else if ((ts.isIfStatement(parent) && parent.expression === node) || (ts.isConditionalExpression(parent) && parent.condition === node) || ts.isPrefixUnaryExpression(parent)) weak ??= { kind: 'bool' };
  };

  const compared = (parent: TS.BinaryExpression, node: TS.Node): void => {
    const sign = parent.operatorToken.getText(tree);
    const other = parent.left === node ? parent.right : parent.left;
    if (ARITHMETIC.has(sign)) return vote({ kind: 'float' });
    if (sign === 'instanceof') return vote({ kind: 'other', text: other.getText(tree) });
    if (sign === 'in') return parent.right === node ? vote(KINDS['object']!) : undefined;
    if (ts.isStringLiteralLike(other) && /^[=!]==?$/.test(sign)) vote({ kind: 'string' });
    else if (ts.isNumericLiteral(other) && /^[=!]==?$/.test(sign)) vote({ kind: 'float' });
    else if (other.kind === ts.SyntaxKind.TrueKeyword || other.kind === ts.SyntaxKind.FalseKeyword) vote({ kind: 'bool' });
    else if (sign === '||' || sign === '&&') weak ??= { kind: 'bool' };
  };

  const argument = (call: TS.CallExpression): void => {
    const callee = call.expression.getText(tree);
    if (/^Math\.|^Number\.is|^(isNaN|isFinite)$/.test(callee)) vote({ kind: 'float' });
    else if (/^(parseInt|parseFloat|Number\.parse\w+|JSON\.parse|decodeURI\w*|encodeURI\w*)$|\.(test|exec)$/.test(callee)) vote({ kind: 'string' });
    else if (/^Object\.(keys|values|entries)$/.test(callee)) vote(KINDS['object']!);
    else if (callee === 'Array.isArray' || callee === 'Array.from') vote(list);
    else if (callee === 'Object.assign') for (const one of call.arguments) if (ts.isObjectLiteralExpression(one)) defaults(one);
  };

  const bound = (pattern: TS.ObjectBindingPattern): void => {
    for (const { name, propertyName, initializer } of pattern.elements) {
      const key = propertyName && ts.isIdentifier(propertyName) ? propertyName.text : ts.isIdentifier(name) ? name.text : undefined;
      if (key === undefined) continue;
      const told = initializer && literalShape(ts, initializer);
      const type = told ?? (ts.isIdentifier(name) && depth < DEEPEST ? shapeByUse(ts, body, tree, name.text, depth + 1) : undefined);
      fields.set(key, { optional: true, ...(type && { type }) });
    }
  };

  /** `{ a: 1, ...options }`: what is set before tells the fields. */
  const defaults = (literal: TS.ObjectLiteralExpression): void => {
    for (const one of literal.properties) {
      if (!ts.isPropertyAssignment(one) || !ts.isIdentifier(one.name)) continue;
      const told = literalShape(ts, one.initializer);
      fields.set(one.name.text, { optional: true, ...(told && { type: told }) });
    }
  };

  const visit = (node: TS.Node): void => {
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      const isName = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
      if (!isName && node.getText(tree).replaceAll('?.', '.') === path) used(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  if (fields.size > 0 && ![...strong.values()].some(({ kind }) => kind === 'string' || kind === 'float' || kind === 'list')) {
    const known = [...fields].map(([name, { type }]) => ({ name, optional: true, type: type ?? (depth < DEEPEST ? shapeByUse(ts, body, tree, `${path}.${name}`, depth + 1) : { kind: 'any' as const }) }));
    return { kind: 'record', fields: known };
  }
  const options = [...strong.values()];
  if (options.length === 1) return options[0]!;
  return options.length > 1 ? { kind: 'union', options } : (weak ?? { kind: 'any' });
}

/** What a literal tells of the values that may stand in its place. */
export function literalShape(ts: Ts, node: TS.Expression): TypeShape | undefined {
  if (ts.isNumericLiteral(node)) return { kind: 'float' };
  if (ts.isStringLiteralLike(node)) return { kind: 'string' };
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'bool' };
  if (ts.isArrayLiteralExpression(node)) return { kind: 'list', item: (node.elements[0] && literalShape(ts, node.elements[0])) ?? { kind: 'any' } };
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'other', text: 'Function' };
  return undefined;
}
