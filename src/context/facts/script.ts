import type TS from 'typescript6';
import { lineAt, parseTree, type Ts } from '../../languages/javascript/ast.ts';
import { symbolsOf } from '../../languages/javascript/symbols.ts';
import { packCalls, packCounts } from './packed.ts';
import { scriptImports } from './script-imports.ts';
import type { CallFact, EntryFact, FileFacts, SymbolFact } from './types.ts';
import { countLines, MOST_DOC, MOST_SIGNATURE, shortened } from './words.ts';

/** Calls that make a web application, and those that make it listen. */
const APPLICATIONS = /^(express|fastify|Fastify|Hono|Koa|Elysia|restify\.createServer|polka)$/;

/** Facts of a JavaScript or TypeScript file by the TypeScript 6 parser, which recovers from errors by itself. */
export async function scriptFacts(path: string, source: string): Promise<FileFacts> {
  const { ts, tree } = await parseTree(path, source);
  const symbols = symbolsOf(ts, tree).map((symbol): SymbolFact => ({ ...symbol, signature: shortened(symbol.signature, MOST_SIGNATURE) }));
  describeSymbols(ts, tree, symbols);
  return {
    language: /\.[cm]?tsx?$/i.test(path) ? 'typescript' : 'javascript',
    ok: errorsOf(tree) === 0,
    lines: countLines(source),
    doc: firstComment(source),
    symbols,
    imports: scriptImports(ts, tree),
    ...usesOf(ts, tree, symbols),
  };
}

/** The compiler keeps the errors of parsing on the tree, without a public type. */
function errorsOf(tree: TS.SourceFile): number {
  const { parseDiagnostics } = tree as TS.SourceFile & { parseDiagnostics?: readonly unknown[] };
  return parseDiagnostics?.length ?? 0;
}

/** Docs, decorators and base classes, found again by the line where a declaration starts. */
function describeSymbols(ts: Ts, tree: TS.SourceFile, symbols: SymbolFact[]): void {
  const byLine = new Map(symbols.map((symbol) => [`${symbol.fromLine} ${symbol.name}`, symbol]));
  const visit = (node: TS.Node): void => {
    const named = ts.isClassLike(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node);
    if (named || ts.isVariableStatement(node)) {
      const names = ts.isVariableStatement(node) ? node.declarationList.declarations.map((d) => d.name.getText(tree)) : [node.name?.getText(tree) ?? 'default'];
      for (const name of names) {
        const symbol = byLine.get(`${lineAt(tree, node.getStart(tree))} ${name}`);
        if (symbol) describe(ts, tree, node, symbol);
      }
    }
    // Declarations that have a name of their own in the map stand in statements and members only.
    if (!ts.isExpression(node) || ts.isClassLike(node)) ts.forEachChild(node, visit);
  };
  visit(tree);
}

function describe(ts: Ts, tree: TS.SourceFile, node: TS.Node, symbol: SymbolFact): void {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = comment && (typeof comment.comment === 'string' ? comment.comment : ts.getTextOfJSDocComment(comment.comment));
  const first = text?.trim().split('\n')[0];
  if (first) symbol.doc = shortened(first, MOST_DOC);
  const decorators = ts.canHaveDecorators(node) ? ts.getDecorators(node)?.map((d) => /^@\s*([\w$.]+)/.exec(d.getText(tree))?.[1] ?? '').filter(Boolean) : undefined;
  if (decorators?.length) symbol.decorators = decorators;
  if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node)) {
    const bases = node.heritageClauses?.flatMap((clause) => clause.types.map((type) => type.expression.getText(tree))).filter((name) => /^[\w$.]+$/.test(name));
    if (bases?.length) symbol.bases = bases;
  }
}

/** Calls, mentions and places where a program starts, in one walk. */
function usesOf(ts: Ts, tree: TS.SourceFile, symbols: readonly SymbolFact[]): Pick<FileFacts, 'calls' | 'mentions' | 'entries'> {
  const calls = new Map<string, CallFact>();
  const mentions = new Map<string, number>();
  const entries: EntryFact[] = [];
  const inside = enclosingByLine(symbols);
  const call = (node: TS.Node, name: string, on: string): void => {
    const line = lineAt(tree, node.getStart(tree));
    const from = inside(line);
    const key = `${from} ${on}.${name}`;
    const known = calls.get(key);
    if (known) known.count += 1;
    else calls.set(key, { name, on, from, line, count: 1 });
  };
  const visit = (node: TS.Node): void => {
    if (ts.isIdentifier(node) && !isOwnName(ts, node)) {
      const key = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? `.${node.text}` : node.text;
      mentions.set(key, (mentions.get(key) ?? 0) + 1);
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) {
      const called = ts.isTaggedTemplateExpression(node) ? node.tag : node.expression;
      if (ts.isIdentifier(called)) call(node, called.text, '');
      else if (ts.isPropertyAccessExpression(called)) {
        const on = called.expression.getText(tree);
        call(node, called.name.text, /^[\w$]+(\??\.[\w$]+)*$/.test(on) && on.length < 80 ? on.replaceAll('?', '') : '?');
        if (called.name.text === 'listen') entries.push({ kind: 'server', name: shortened(`${on}.listen`, 60), line: lineAt(tree, node.getStart(tree)) });
      }
      if (ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name) && APPLICATIONS.test(called.getText(tree))) {
        entries.push({ kind: 'app', name: `${node.parent.name.text} = ${called.getText(tree)}(…)`, line: lineAt(tree, node.getStart(tree)) });
      }
    } else if ((ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node)) && ts.isIdentifier(node.tagName) && /^[A-Z]/.test(node.tagName.text)) {
      call(node, node.tagName.text, '');
    } else if (ts.isBinaryExpression(node) && /^require\.main\s*===?\s*module$/.test(node.getText(tree))) {
      entries.push({ kind: 'main', name: 'require.main === module', line: lineAt(tree, node.getStart(tree)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { calls: packCalls(calls.values()), mentions: packCounts(mentions), entries };
}

/** The name that a declaration gives is no mention of it. */
function isOwnName(ts: Ts, node: TS.Identifier): boolean {
  const { parent } = node;
  return (ts.isFunctionDeclaration(parent) || ts.isClassLike(parent) || ts.isMethodDeclaration(parent) || ts.isVariableDeclaration(parent) || ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent) || ts.isEnumDeclaration(parent) || ts.isParameter(parent)) && parent.name === node;
}

/** The innermost symbol around a line; of several that start in one line the last one found. */
function enclosingByLine(symbols: readonly SymbolFact[]): (line: number) => number {
  const last = symbols.reduce((most, symbol) => Math.max(most, symbol.toLine), 0);
  const owner = new Int32Array(last + 2).fill(-1);
  const order = symbols.map((symbol, index) => ({ symbol, index })).toSorted((a, b) => (b.symbol.toLine - b.symbol.fromLine) - (a.symbol.toLine - a.symbol.fromLine));
  for (const { symbol, index } of order) if (symbol.kind !== 'constant' && symbol.kind !== 'type') owner.fill(index, symbol.fromLine, symbol.toLine + 1);
  return (line) => owner[line] ?? -1;
}

/** First line of the comment that opens a file; licences and switches for tools say nothing of it. */
function firstComment(source: string): string | undefined {
  const text = /^(?:#![^\n]*\n)?\s*(?:\/\*\*?([\s\S]{0,600}?)\*\/|((?:\/\/[^\n]*\n)+))/.exec(source);
  const line = (text?.[1] ?? text?.[2])?.split('\n').map((part) => part.replace(/^\s*(\*|\/\/)?\s*/, '').trim()).find((part) => part !== '' && !/^(@|eslint|ts-|global|jshint|use strict)/.test(part));
  return line && !/copyright|licen[sc]e/i.test(line) ? shortened(line, MOST_DOC) : undefined;
}
