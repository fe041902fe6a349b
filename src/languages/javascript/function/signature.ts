import type TS from 'typescript6';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Parameter, Signature } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { type Found, boundNames, findFunction, functionsOf, parseErrors } from './find.ts';
import { shapeOf } from './shapes.ts';

/** Can a function have this name? Reserved words cannot be one, in modules neither `await`. */
export function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !RESERVED.has(name);
}

const RESERVED = new Set(
  ('arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in ' +
    'instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield').split(' '),
);

/**
 * Reads a head in any of the forms people write: with or without `function`, body or brace, an arrow, a function type, just the parameters.
 * JSDoc above it says the types where nothing else does; imports and types above it are its preamble.
 *
 * @throws `bad_arguments` when it does not parse or names another function
 */
export async function parseSignature(dialect: Dialect, text: string, name: string): Promise<Signature> {
  const ts = await compiler();
  if (!isIdentifier(name)) throw refused(text, `'${name}' cannot be the name of a function`, `Use letters, digits, _ and $, and no word that ${dialect.title} keeps for itself.`);
  let other: string | undefined;
  let problem: string | undefined;
  for (const attempt of attempts(text, name)) {
    const tree = treeOf(ts, attempt);
    const [error] = parseErrors(tree);
    if (error) {
      problem ??= error.message;
      continue;
    }
    const found = findFunction(ts, tree, name);
    if (found) return readSignature(dialect, ts, tree, name, found);
    other ??= functionsOf(ts, tree).at(-1)?.name;
  }
  if (other !== undefined) throw refused(text, `It names the function '${other}', wanted was '${name}'`, 'Give both the same name.');
  throw refused(text, problem ?? 'There is no function in it', dialect.name === 'typescript' ? `Expected something like \`function ${name}(a: number): number\`.` : `Expected something like \`function ${name}(a, b)\`.`);
}

function refused(text: string, what: string, next: string): UntilgreenError {
  return new UntilgreenError('bad_arguments', `The signature \`${text.trim().split('\n').at(-1)?.slice(0, 120) ?? ''}\` cannot be read: ${what.replace(/\.$/, '')}.`, { signature: text }, next);
}

/** The text, completed in the ways in which heads are left open. */
function* attempts(text: string, name: string): Generator<string> {
  const whole = text.trim();
  const open = whole.replace(/(?:=>\s*\{?|[{:;])\s*$/, '').trimEnd();
  yield whole;
  for (const body of [' {}', ' => {}']) yield open + body;
  // The head stands last; what it needs stands above it.
  const at = /^(?:async\s+)?[\w$]*\s*(?:<[^\n]*>)?\([^\n]*$|^[\w$]+\s*:\s*\([^\n]*$/m.exec(open)?.index ?? 0;
  const [above, head] = [open.slice(0, at), open.slice(at)];
  const isAsync = /^async\s+/.test(head);
  const bare = head.replace(/^async\s+/, '');
  const named = /^[(<]/.test(bare) ? name + bare : bare;
  yield `${above}${isAsync ? 'async ' : ''}function ${named} {}`;
  // `(a: number) => string`, also with `name:` before it, is the type of one. The open form lost its arrow if nothing stood behind it.
  const type = /^[\w$]+\s*:/.test(bare) ? bare : `${name}: ${bare}`;
  const arrow = /^([\w$]+)\s*:\s*([\s\S]*\))\s*=>\s*([\s\S]+)$/.exec(type);
  if (arrow) yield `${above}function ${arrow[1]}${arrow[2]}: ${arrow[3]} {}`;
}

/** The signature of a function that was found; its head is written as a declaration, whatever it was, in JavaScript without types. */
export function readSignature(dialect: Dialect, ts: Ts, tree: TS.SourceFile, name: string, { statement, fn }: Found): Signature {
  const modifiers = (ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined) ?? [];
  const words = modifiers.map((m) => m.kind);
  const async = [...modifiers, ...(ts.getModifiers(fn) ?? [])].some((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
  const exported = words.includes(ts.SyntaxKind.ExportKeyword) ? (words.includes(ts.SyntaxKind.DefaultKeyword) ? 'export default ' : 'export ') : '';
  const typed = dialect.name === 'typescript';
  const types = typed && fn.typeParameters ? `<${fn.typeParameters.map((t) => t.getText(tree)).join(', ')}>` : '';
  const written = fn.parameters.map((p) => (typed ? p.getText(tree) : untyped(p, tree)).replace(/\s*\n\s*/g, ' '));
  const returned = typed ? fn.type?.getText(tree) : undefined;
  const star = fn.asteriskToken ? '*' : '';
  const documented = fn.type ?? ts.getJSDocReturnType(fn);
  return {
    name,
    parameters: fn.parameters.map((p, index) => readParameter(ts, tree, p, index)),
    returns: shapeOf(ts, documented, tree),
    ...(documented && { returnsText: documented.getText(tree) }),
    async,
    text: `${exported}${async ? 'async ' : ''}function${star} ${name}${types}(${written.join(', ')})${returned === undefined ? '' : `: ${returned}`} {`,
    preamble: preambleOf(ts, tree, statement),
  };
}

const untyped = (p: TS.ParameterDeclaration, tree: TS.SourceFile): string =>
  `${p.dotDotDotToken ? '...' : ''}${p.name.getText(tree)}${p.initializer ? ` = ${p.initializer.getText(tree)}` : ''}`;

/** A parameter with its type from the annotation, from JSDoc, or from its default. */
export function readParameter(ts: Ts, tree: TS.SourceFile, node: TS.ParameterDeclaration, index: number): Parameter {
  const documented = node.type ? undefined : ts.getJSDocParameterTags(node)[0];
  const typeNode = node.type ?? ts.getJSDocType(node);
  const name = ts.isIdentifier(node.name) ? node.name.text : `options${index === 0 ? '' : index + 1}`;
  const initial = node.initializer;
  const type = typeNode ? shapeOf(ts, typeNode, tree) : initial ? ofDefault(ts, initial) : ts.isObjectBindingPattern(node.name) ? { kind: 'record' as const, fields: boundNames(ts, node.name).map((field) => ({ name: field, type: { kind: 'any' as const } })) } : { kind: 'any' as const };
  const listed = node.dotDotDotToken !== undefined && type.kind !== 'list';
  return {
    name,
    type: listed ? { kind: 'list', item: type } : type,
    ...(typeNode && { typeText: typeNode.getText(tree) }),
    optional: node.questionToken !== undefined || initial !== undefined || documented?.isBracketed === true,
    ...(initial && { defaultText: initial.getText(tree) }),
    ...(node.dotDotDotToken && { rest: 'list' as const }),
  };
}

/** What a default tells of its parameter. */
function ofDefault(ts: Ts, node: TS.Expression): Parameter['type'] {
  if (ts.isNumericLiteral(node)) return { kind: 'float' };
  if (ts.isStringLiteralLike(node)) return { kind: 'string' };
  if (ts.isArrayLiteralExpression(node)) return { kind: 'list', item: { kind: 'any' } };
  return node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword ? { kind: 'bool' } : { kind: 'any' };
}

/** Imports, types and helpers above the head, with their comments; statements that only do something are left out. */
function preambleOf(ts: Ts, tree: TS.SourceFile, statement: TS.Statement): string {
  const kept = tree.statements.filter((s) => s !== statement && s.pos < statement.pos && !ts.isExpressionStatement(s) && !ts.isEmptyStatement(s) && !isOverload(ts, s, statement));
  return kept.map((s) => s.getFullText(tree).trim()).join('\n\n');
}

function isOverload(ts: Ts, s: TS.Statement, statement: TS.Statement): boolean {
  return ts.isFunctionDeclaration(s) && ts.isFunctionDeclaration(statement) && s.name?.text === statement.name?.text && s.body === undefined;
}
