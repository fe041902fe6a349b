import type TS from 'typescript6';
import type { RenderRequest } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { declaredNames, findFunction, freeNames } from './find.ts';
import { commandLine } from './script.ts';
import { docComment } from './stub.ts';

/**
 * The finished text. The function is exported, so that the tests beside it can import it: by `export`, and by `module.exports` where the code is
 * a CommonJS module or needs loose mode.
 */
export async function render(dialect: Dialect, { code, signature, form, cleanDoc, doc, examples, header }: RenderRequest): Promise<string> {
  const ts = await compiler();
  const tree = treeOf(ts, code);
  const found = findFunction(ts, tree, signature.name);
  const shown = cleanDoc ? docComment({ ...signature, parameters: [], returnsText: undefined }, firstSentence(doc), []) : docComment(signature, doc, examples);
  const commonJs = dialect.name === 'javascript' && isCommonJs(ts, tree);
  const parts = tree.statements.flatMap((s) => {
    if (s === found?.statement) return [{ text: shown + exported(ts, tree, s, commonJs), near: false }];
    if (form === 'function' && isImport(ts, s, tree)) return [];
    if (exportsName(ts, s, tree, signature.name)) return [];
    return [{ text: s.getFullText(tree).trim(), near: isImport(ts, s, tree) }];
  });
  const trailer = commonJs && found && !/^(?:module\.)?exports\./.test(found.statement.getText(tree)) ? `module.exports = { ${signature.name} };` : '';
  // Imports stand together, all else is apart.
  const body = parts.reduce((text, part, index) => (index === 0 ? part.text : `${text}${part.near && parts[index - 1]!.near ? '\n' : '\n\n'}${part.text}`), '');
  const top = [...(form === 'standalone' && dialect.name === 'javascript' ? ['#!/usr/bin/env node'] : []), ...commented(header), ...(form === 'standalone' && dialect.name === 'typescript' ? RUN_IT : [])];
  const names = new Set([...freeNames(ts, tree), ...tree.statements.flatMap((s) => declaredNames(ts, s))]);
  const tail = form === 'standalone' ? commandLine(dialect, signature, firstSentence(doc), { commonJs, taken: names }) : '';
  return `${[top.join('\n'), body, tail, trailer].filter((part) => part.trim() !== '').join('\n\n')}\n`;
}

/** Node before 22.6 runs no TypeScript; what is written here can be stripped, so newer ones need no build. */
const RUN_IT = ['// Run it with Node 22.18 or newer: node <this file>. With an older one: npx tsx <this file>.'];

const commented = (header: string | undefined): string[] => (header ?? '').split('\n').filter((line) => line.trim() !== '').map((line) => `// ${line}`);

/** Up to the first full stop that ends a sentence, in one line; those of `e.g.` and `3.5` end none. */
export function firstSentence(doc: string): string {
  const paragraph = (doc.trim().split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ').trim();
  const end = /(?<!\b(?:e\.g|i\.e|etc|cf|vs))[.!?](?=\s+[A-Z"'`(]|$)/.exec(paragraph);
  return end ? paragraph.slice(0, end.index + 1) : paragraph;
}

/** The statement of the function without what stands above it, exported by name. */
function exported(ts: Ts, tree: TS.SourceFile, s: TS.Statement, commonJs: boolean): string {
  const text = tree.text.slice(s.getStart(tree), s.end);
  const plain = text.replace(/^export\s+(?:default\s+)?/, '');
  return commonJs || ts.isExpressionStatement(s) ? plain : `export ${plain}`;
}

function isImport(ts: Ts, s: TS.Statement, tree: TS.SourceFile): boolean {
  if (ts.isImportDeclaration(s) || ts.isImportEqualsDeclaration(s)) return true;
  return ts.isVariableStatement(s) && s.declarationList.declarations.every(({ initializer }) => initializer !== undefined && /^require\s*\(/.test(initializer.getText(tree)));
}

/** `export { f }`, `export default f`, `module.exports = f`: said anew, in one way. */
function exportsName(ts: Ts, s: TS.Statement, tree: TS.SourceFile, name: string): boolean {
  const text = s.getText(tree).replace(/;$/, '');
  if (ts.isExportDeclaration(s) && !s.moduleSpecifier && s.exportClause && ts.isNamedExports(s.exportClause)) return s.exportClause.elements.every((e) => (e.propertyName ?? e.name).text === name);
  if (ts.isExportAssignment(s)) return s.expression.getText(tree) === name;
  const target = /^(?:module\.exports|exports\.[\w$]+|module\.exports\.[\w$]+)\s*=\s*([\s\S]*)$/.exec(text)?.[1]?.trim();
  return target !== undefined && (target === name || new RegExp(`^\\{\\s*(?:${name.replaceAll('$', '\\$')}\\s*:\\s*)?${name.replaceAll('$', '\\$')}\\s*,?\\s*\\}$`).test(target));
}

/** It loads by `require`, exports by hand, or writes to names that nothing declares, which modules refuse. */
function isCommonJs(ts: Ts, tree: TS.SourceFile): boolean {
  if (tree.statements.some((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s))) return false;
  const free = freeNames(ts, tree);
  const top = new Set(tree.statements.flatMap((s) => declaredNames(ts, s)));
  if ((free.has('require') || free.has('module') || free.has('exports')) && !top.has('require')) return true;
  let loose = false;
  const visit = (node: TS.Node): void => {
    const written = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? node.left : ts.isForOfStatement(node) || ts.isForInStatement(node) ? node.initializer : undefined;
    if (written && ts.isIdentifier(written) && free.has(written.text) && !top.has(written.text)) loose = true;
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return loose;
}
