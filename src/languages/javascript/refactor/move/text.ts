import ts from 'typescript6';
import type { TextEdit } from '../project/edits.ts';

/** How a file writes its imports: quotes, semicolons, line ends. */
export interface Manner {
  quote: "'" | '"';
  semi: ';' | '';
  eol: '\n' | '\r\n';
}

export function mannerOf(text: string): Manner {
  const strings = [...text.matchAll(/(?:from|import|require\()\s*(['"])/g)].map((m) => m[1]);
  const all = strings.length ? strings : [...text.matchAll(/(['"])/g)].map((m) => m[1]);
  const double = all.filter((q) => q === '"').length;
  const lines = text.split('\n').map((l) => l.trimEnd());
  const ended = lines.filter((l) => l.endsWith(';')).length;
  const bare = lines.filter((l) => /^(?:import|export|const|let|var|return)\b.*[\w'")\]]$/.test(l)).length;
  return { quote: double > all.length / 2 ? '"' : "'", semi: ended >= bare ? ';' : '', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** A statement with the comments that touch it, up to the end of its last line. */
export function extentOf(tree: ts.SourceFile, statement: ts.Statement): { start: number; end: number } {
  const { text } = tree;
  let start = statement.getStart(tree);
  const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? [];
  for (const comment of comments.toReversed()) {
    if (/\n[ \t]*\r?\n/.test(text.slice(comment.end, start))) break;
    // What stands on the line of the statement before belongs to that; directives to the file.
    if (/\S/.test(text.slice(text.lastIndexOf('\n', comment.pos) + 1, comment.pos)) || text.startsWith('///', comment.pos) || /^\/[/*]\s*(?:eslint-disable\b(?!-)|@ts-(?:no)?check)/.test(text.slice(comment.pos, comment.pos + 40))) break;
    start = comment.pos;
  }
  let end = statement.end;
  const trailing = ts.getTrailingCommentRanges(text, end)?.at(-1);
  if (trailing && !text.slice(end, trailing.end).includes('\n')) end = trailing.end;
  return { start, end };
}

/** Removes whole statements: their lines go, and no two blank lines are left where one stood. */
export function removal(text: string, start: number, end: number): TextEdit {
  let to = end;
  while (text[to] === ' ' || text[to] === '\t') to += 1;
  if (text.startsWith('\r\n', to)) to += 2;
  else if (text[to] === '\n') to += 1;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const from = /^[ \t]*$/.test(text.slice(lineStart, start)) ? lineStart : start;
  const before = text.slice(0, from);
  if (before === '' || before === '\uFEFF' || /\n[ \t]*\r?\n$/.test(before)) while (/^[ \t]*\r?\n/.test(text.slice(to))) to += /^[ \t]*\r?\n/.exec(text.slice(to))![0].length;
  return { start: from, end: to, text: '' };
}

/** Takes elements out of a list between brackets; the commas and blanks that go with them too. */
export function withoutElements(tree: ts.SourceFile, elements: readonly ts.Node[], out: ReadonlySet<ts.Node>): TextEdit[] {
  const edits: TextEdit[] = [];
  let i = 0;
  while (i < elements.length) {
    if (!out.has(elements[i]!)) {
      i += 1;
      continue;
    }
    let last = i;
    while (last + 1 < elements.length && out.has(elements[last + 1]!)) last += 1;
    const next = elements[last + 1];
    const before = elements[i - 1];
    if (next) edits.push({ start: elements[i]!.getStart(tree), end: next.getStart(tree), text: '' });
    else if (before) edits.push({ start: before.end, end: elements[last]!.end, text: '' });
    else edits.push({ start: elements[i]!.getStart(tree), end: elements[last]!.end, text: '' });
    i = last + 1;
  }
  return edits;
}

/** Adds elements to a list, in its manner: on one line or each on its own. */
export function withElements(tree: ts.SourceFile, elements: readonly ts.Node[], texts: readonly string[]): TextEdit {
  const { text } = tree;
  const last = elements.at(-1)!;
  const start = last.getStart(tree);
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const indent = text.slice(lineStart, start);
  const separator = /^\s*$/.test(indent) && lineStart > 0 ? `,${text.includes('\r\n') ? '\r\n' : '\n'}${indent}` : ', ';
  return { start: last.end, end: last.end, text: texts.map((t) => separator + t).join('') };
}

/** After the last import or `require` at the head, else after what has to come first: shebang, licence, directives. */
export function importPlace(tree: ts.SourceFile): { position: number; after: boolean } {
  const { text } = tree;
  let last: ts.Statement | undefined;
  for (const statement of tree.statements) {
    const required = ts.isVariableStatement(statement) && statement.declarationList.declarations.every((d) => d.initializer && d.initializer.getText(tree).startsWith('require('));
    if (ts.isImportDeclaration(statement) || required) last = statement;
    else if (ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression) && !last) last = statement;
    else if (!ts.isImportEqualsDeclaration(statement)) {
      if (last && !ts.isExportDeclaration(statement)) break;
    }
  }
  if (last) return { position: extentOf(tree, last).end, after: true };
  const [first] = tree.statements;
  const start = first ? extentOf(tree, first).start : text.length;
  return { position: start, after: false };
}

/** Puts lines of imports where imports stand. */
export function insertImports(tree: ts.SourceFile, lines: readonly string[], eol: string): TextEdit[] {
  if (!lines.length) return [];
  const { position, after } = importPlace(tree);
  if (after) return [{ start: position, end: position, text: lines.map((l) => eol + l).join('') }];
  const rest = tree.text.slice(position);
  return [{ start: position, end: position, text: lines.join(eol) + eol + (rest.trim() === '' ? '' : eol) }];
}

/** Where `export` stands in a statement: behind decorators. */
export function exportPlace(tree: ts.SourceFile, statement: ts.Statement): number {
  const last = ts.canHaveDecorators(statement) ? ts.getDecorators(statement)?.at(-1) : undefined;
  return last ? last.end + (/^\s*/.exec(tree.text.slice(last.end))?.[0].length ?? 0) : statement.getStart(tree);
}

/** Whether a text has two blank lines together. */
export const hasGaps = (text: string): boolean => /\n[ \t]*\r?\n[ \t]*\r?\n/.test(text);

/** Removals beside each other leave the blank lines of both: one is kept. For texts that had no such gaps of their own. */
export function withoutGaps(text: string): string {
  return text.replace(/(\r?\n)(?:[ \t]*\r?\n){2,}/g, '$1$1').replace(/^(\uFEFF?)(?:\r?\n)+/, '$1');
}
