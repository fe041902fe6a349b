import type TS from 'typescript6';
import type { Signature } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { treeOf } from './dialect.ts';
import { declaredNames, findFunction, parseErrors } from './find.ts';

/**
 * The module in a reply, or in what follows the stub: example calls, prints and guards of a main program dropped, missing preamble added.
 * Code that does not parse is given as it is; `mend` may help it.
 */
export async function extract(text: string, form: 'chat' | 'completion', signature: Signature, stub: string): Promise<string | undefined> {
  const ts = await compiler();
  const code = form === 'completion' ? completed(ts, stub, text, signature.name) : chosen(ts, text, signature.name);
  if (code === undefined) return undefined;
  const tidy = tidied(ts, code, signature.name);
  const missing = missingPreamble(ts, tidy, signature.preamble);
  return `${missing === '' ? '' : `${missing}\n\n`}${tidy.trim()}\n`;
}

/** The stub with its continuation, up to the end of the function and the helpers behind it. */
function completed(ts: Ts, stub: string, text: string, name: string): string | undefined {
  const continued = text.replace(/\n?```[\s\S]*$/, '');
  const whole = stub + continued;
  const tree = treeOf(ts, whole);
  const found = findFunction(ts, tree, name);
  if (!found) return undefined;
  // Prose or a half statement behind the function is no part of it.
  const [error] = parseErrors(tree);
  if (!error || error.start < found.statement.end) return whole;
  const good = tree.statements.filter((s) => s.end <= error.start);
  return whole.slice(0, Math.max(good.at(-1)?.end ?? 0, found.statement.end));
}

/** Of fenced blocks the first that defines the function and parses, or without fences the lines that are code. */
function chosen(ts: Ts, text: string, name: string): string | undefined {
  const blocks = fencedBlocks(text);
  const defining = blocks.filter((block) => findFunction(ts, treeOf(ts, block), name)?.fn.body !== undefined);
  const good = defining.find((block) => parseErrors(treeOf(ts, block)).length === 0) ?? defining[0];
  if (good !== undefined || blocks.length > 0) return good;
  return unfenced(ts, text, name);
}

/** Blocks between fences; one that a limit cut has no end. */
function fencedBlocks(text: string): string[] {
  return [...text.replace(/\r\n?/g, '\n').matchAll(/^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:^[ \t]*\1[ \t]*$|(?![\s\S]))/gm)].map(([, , body]) => body ?? '');
}

/** From the line at which code begins to the last statement that parses. */
function unfenced(ts: Ts, text: string, name: string): string | undefined {
  const begins = [...text.matchAll(/^(?:\/\*\*|\/\/|import\b|export\b|async\b|function\b|const\b|let\b|var\b|type\b|interface\b)/gm)].map(({ index }) => index);
  for (const begin of begins) {
    const source = text.slice(begin);
    const tree = treeOf(ts, source);
    const found = findFunction(ts, tree, name);
    if (found?.fn.body === undefined) continue;
    const [error] = parseErrors(tree);
    if (error && error.start < found.statement.getStart(tree)) continue;
    return error && error.start >= found.statement.end ? source.slice(0, Math.max(found.statement.end, ...tree.statements.filter((s) => s.end <= error.start).map((s) => s.end))) : source;
  }
  return undefined;
}

/** Without statements that only show or try the function. What sets up a table stays. */
function tidied(ts: Ts, code: string, name: string): string {
  const tree = treeOf(ts, code);
  if (parseErrors(tree).length > 0) return code;
  const kept = findFunction(ts, tree, name)?.statement;
  const dropped = tree.statements.filter((s) => s !== kept && shows(ts, s, tree, name));
  let text = code;
  for (const s of dropped.toReversed()) text = text.slice(0, s.getFullStart()) + text.slice(s.end);
  return trailingComments(text);
}

const SHOWS = new Set(['console', 'assert', 'describe', 'it', 'test', 'expect', 'alert', 'require.main']);

function shows(ts: Ts, s: TS.Statement, tree: TS.SourceFile, name: string): boolean {
  if (ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s) || ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s) || ts.isEnumDeclaration(s)) return false;
  if (ts.isExportDeclaration(s) || ts.isExportAssignment(s) || ts.isModuleDeclaration(s)) return false;
  // A module that is imported for tests alone goes with the tests.
  if (ts.isImportDeclaration(s)) return /^(?:node:)?(?:test|assert|assert\/strict)$|^vitest$|^@jest\/globals$/.test(ts.isStringLiteral(s.moduleSpecifier) ? s.moduleSpecifier.text : '') && !usedByKept(ts, s, tree);
  const text = s.getText(tree);
  if (/^(?:module\.)?exports\b/.test(text)) return false;
  if (ts.isVariableStatement(s)) return s.declarationList.declarations.every(({ initializer }) => initializer !== undefined && !isFunction(ts, initializer) && callsAtOnce(ts, initializer, new Set([name])));
  return callsAtOnce(ts, s, new Set([name, ...SHOWS]));
}

/** Is an import used by a function of the file: `assert` in a body is part of it. */
function usedByKept(ts: Ts, s: TS.ImportDeclaration, tree: TS.SourceFile): boolean {
  const names = new Set(declaredNames(ts, s));
  const uses = (node: TS.Node): boolean => (ts.isIdentifier(node) && names.has(node.text)) || (ts.forEachChild(node, (child) => uses(child) || undefined) ?? false);
  return tree.statements.some((other) => ts.isFunctionDeclaration(other) && uses(other));
}

const isFunction = (ts: Ts, node: TS.Expression): boolean => ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node);

/** Is one of these used when the statement runs, callbacks included: the whole of it is about showing then. */
function callsAtOnce(ts: Ts, node: TS.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node) && names.has(node.text) && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) return true;
  if (ts.isPropertyAccessExpression(node) && names.has(node.getText())) return true;
  return ts.forEachChild(node, (child) => callsAtOnce(ts, child, names) || undefined) ?? false;
}

/** Comments behind the last statement spoke of what was dropped: `// Example usage:`. */
const trailingComments = (text: string): string => text.replace(/(?:\n\s*\/\/[^\n]*)+\s*$/, '').trimEnd();

/** Statements of the preamble whose names the code does not declare. */
function missingPreamble(ts: Ts, code: string, preamble: string): string {
  if (preamble.trim() === '') return '';
  const own = new Set(treeOf(ts, code).statements.flatMap((s) => declaredNames(ts, s)));
  const tree = treeOf(ts, preamble);
  return tree.statements.filter((s) => !declaredNames(ts, s).some((name) => own.has(name))).map((s) => s.getFullText(tree).trim()).join('\n\n');
}
