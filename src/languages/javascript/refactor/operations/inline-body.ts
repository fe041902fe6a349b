import ts from 'typescript6';
import { refuse } from '../../../refactor/refuse.ts';
import { lineOf } from '../check/diagnostics.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { isPure } from './uses.ts';

/** A function that is one expression of its parameters. */
export interface Inlinable {
  body: ts.Expression;
  parameters: { name: string; default?: ts.Expression; uses: ts.Identifier[] }[];
}

/** @throws `refactoring_refused` (`unsupported`, `behaviour`) for a function that is more than one expression */
export function inlinable(project: Project, fn: ts.FunctionLikeDeclaration, symbol: string): Inlinable {
  const no = (why: string): never => {
    throw refuse('unsupported', `${symbol} ${why}.`, { symbol, line: lineOf(fn.getSourceFile(), fn.getStart()) }, 'Only a function that gives one expression is inlined.');
  };
  if (ts.canHaveModifiers(fn) && ts.getModifiers(fn)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) no('is asynchronous');
  if (fn.asteriskToken) no('is a generator');
  const statements = fn.body && ts.isBlock(fn.body) ? fn.body.statements : undefined;
  const only = statements?.length === 1 ? statements[0] : undefined;
  const body = fn.body && !ts.isBlock(fn.body) ? fn.body : only && (ts.isReturnStatement(only) || ts.isExpressionStatement(only)) ? only.expression : undefined;
  if (!body) return no('is more than one expression');
  const checker = project.checker();
  const parameters = fn.parameters.map((p) => {
    if (!ts.isIdentifier(p.name) || p.dotDotDotToken) return no('takes its arguments apart');
    if (p.initializer && !isPure(p.initializer)) return no('computes a default');
    return { name: p.name.text, symbol: checker.getSymbolAtLocation(p.name), ...(p.initializer && { default: p.initializer }), uses: [] as ts.Identifier[] };
  });
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword || (ts.isIdentifier(node) && node.text === 'arguments') || ts.isYieldExpression(node) || ts.isAwaitExpression(node) || ts.isMetaProperty(node)) no('hangs on how it is called');
    if (ts.isFunctionLike(node) && node !== fn) no('makes functions of its own');
    if (ts.isIdentifier(node)) {
      const means = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
      const parameter = parameters.find((p) => p.symbol !== undefined && p.symbol === means);
      if (parameter) {
        const { parent } = node;
        const written = (ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment) || ts.isPostfixUnaryExpression(parent) || (ts.isPrefixUnaryExpression(parent) && (parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken));
        if (written) no('writes to its parameter');
        parameter.uses.push(node);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  return { body, parameters };
}

/** The body as it reads in place of one call. */
export function bodyFor(project: Project, { body, parameters }: Inlinable, call: ts.CallExpression, path: string, symbol: string): string {
  const tree = call.getSourceFile();
  const line = lineOf(tree, call.getStart(tree));
  const at = `${path}:${line}`;
  if (ts.isNewExpression(call) || call.questionDotToken || call.arguments.some(ts.isSpreadElement)) throw refuse('dynamic_use', `${at} calls ${symbol} in a form that is not inlined.`, { path, line });
  if (call.arguments.length > parameters.length && call.arguments.slice(parameters.length).some((a) => !isPure(a))) throw refuse('behaviour', `${at} gives more arguments than ${symbol} takes.`, { path, line });
  const impure = call.arguments.some((a) => !isPure(a));
  // Arguments that do something have to do it once, in their order, whatever the body decides.
  if (impure && !straight(body, parameters, call)) throw refuse('behaviour', `${at} computes an argument that ${symbol} does not use exactly once, in order.`, { path, line }, 'Put it in a constant before the call first.');
  const edits: TextEdit[] = [];
  const inner = body.getSourceFile();
  const base = body.getStart(inner);
  for (const [i, p] of parameters.entries()) {
    const given = call.arguments[i];
    const value = given && !(p.default && ts.isIdentifier(given) && given.text === 'undefined') ? given : p.default;
    if (given && p.default && !isLiteral(given)) throw refuse('behaviour', `${at} may give undefined for ${p.name}, which has a default.`, { path, line }, 'Give the default at the call first.');
    const text = value ? value.getText() : 'undefined';
    const safe = !value || isAtom(value);
    if (given && p.uses.length > 1 && (ts.isObjectLiteralExpression(given) || ts.isArrayLiteralExpression(given) || ts.isFunctionLike(given))) throw refuse('behaviour', `${at}: ${p.name} is used more than once and would be made anew each time.`, { path, line }, 'Put it in a constant before the call first.');
    for (const use of p.uses) {
      const shorthand = ts.isShorthandPropertyAssignment(use.parent);
      edits.push({ start: use.getStart(inner) - base, end: use.end - base, text: shorthand ? `${p.name}: ${text}` : safe || (value && ts.isNumericLiteral(value) && !ts.isPropertyAccessExpression(use.parent)) ? text : `(${text})` });
    }
  }
  refuseCaptured(project, body, parameters.map((p) => p.name), call, at);
  const text = applied(inner.text.slice(base, body.end), edits);
  return needsBrackets(body, call) ? `(${text})` : text;
}

function straight(body: ts.Expression, parameters: Inlinable['parameters'], call: ts.CallExpression): boolean {
  const order: number[] = [];
  let plain = true;
  const visit = (node: ts.Node, sure: boolean): void => {
    if (ts.isIdentifier(node)) {
      const i = parameters.findIndex((p) => p.uses.includes(node));
      if (i >= 0) {
        order.push(i);
        if (!sure) plain = false;
      }
    }
    const branches = ts.isConditionalExpression(node) || (ts.isBinaryExpression(node) && [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(node.operatorToken.kind)) || ((ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) || ts.isElementAccessExpression(node)) && node.questionDotToken !== undefined);
    // A call in the body may run before an argument that stands behind it.
    if (ts.isCallExpression(node) && order.length < call.arguments.length && !node.arguments.length) plain = false;
    ts.forEachChild(node, (child) => visit(child, sure && !branches));
  };
  visit(body, true);
  return plain && order.length === call.arguments.length && order.every((v, i) => v === i);
}

/** Names of the body that mean something else where it is called. */
function refuseCaptured(project: Project, body: ts.Expression, parameters: readonly string[], call: ts.CallExpression, at: string): void {
  const checker = project.checker();
  const from = body.getSourceFile();
  const visit = (node: ts.Node): void => {
    const member = ts.isIdentifier(node) && ((ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) || (ts.isPropertyAssignment(node.parent) && node.parent.name === node));
    if (ts.isIdentifier(node) && !member && !parameters.includes(node.text)) {
      const means = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
      const there = checker.resolveName(node.text, call, ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Alias, false);
      const same = from === call.getSourceFile() ? there === undefined || means === undefined || there === means || there.declarations?.[0] === means.declarations?.[0] : !there?.declarations?.some((d) => d.getSourceFile() === call.getSourceFile() && d.parent !== call.getSourceFile() && !ts.isImportSpecifier(d) && !ts.isImportClause(d) && !ts.isSourceFile(d.parent?.parent?.parent ?? d));
      if (!same) throw refuse('name_clash', `${at} means something else by ${node.text} than the function does.`, { symbol: node.text }, 'Rename one of them first.');
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
}

const isLiteral = (node: ts.Node): boolean => ts.isLiteralExpression(node) || [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.kind) || ts.isArrowFunction(node) || ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);
const isAtom = (node: ts.Node): boolean => ts.isIdentifier(node) || (ts.isLiteralExpression(node) && !ts.isNumericLiteral(node)) || ts.isParenthesizedExpression(node) || ts.isArrayLiteralExpression(node) || ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) || node.kind === ts.SyntaxKind.ThisKeyword;

function needsBrackets(body: ts.Expression, call: ts.CallExpression): boolean {
  if (ts.isIdentifier(body) || ts.isLiteralExpression(body) || ts.isParenthesizedExpression(body) || ts.isArrayLiteralExpression(body)) return ts.isNumericLiteral(body) && ts.isPropertyAccessExpression(call.parent);
  const { parent } = call;
  const apart = (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) && parent.initializer === call;
  if (apart || ts.isReturnStatement(parent)) return ts.isBinaryExpression(body) && body.operatorToken.kind === ts.SyntaxKind.CommaToken;
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== call) return ts.isBinaryExpression(body) && body.operatorToken.kind === ts.SyntaxKind.CommaToken;
  if (ts.isExpressionStatement(parent)) return ts.isObjectLiteralExpression(body) || ts.isFunctionExpression(body);
  return !(ts.isCallExpression(body) || ts.isPropertyAccessExpression(body) || ts.isElementAccessExpression(body)) || ts.isNewExpression(parent);
}
