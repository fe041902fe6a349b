import type TS from 'typescript6';
import { lineAt, parseTree, type Ts } from '../../languages/javascript/ast.ts';

/**
 * The file with a note before each statement inside functions of which lines it stands on: `globalThis.__ugReach?.(12)`. Lines stay where they are.
 *
 * `executable`: all lines that can be noted.
 */
export async function withProbes(path: string, source: string): Promise<{ text: string; executable: number[] }> {
  const { ts, tree } = await parseTree(path, source);
  const put: { at: number; text: string }[] = [];
  const executable = new Set<number>();
  const note = (node: TS.Node): string => {
    const lines = ownLines(ts, node, tree);
    for (const line of lines) executable.add(line);
    return `globalThis.__ugReach?.(${lines.join(',')})`;
  };
  const before = (statement: TS.Statement): void => void put.push({ at: statement.getStart(tree), text: `${note(statement)};` });
  const list = (statements: readonly TS.Statement[]): void => {
    let prologue = true;
    for (const one of statements) {
      prologue &&= ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression);
      if (!prologue && !ts.isFunctionDeclaration(one) && !ts.isInterfaceDeclaration(one) && !ts.isTypeAliasDeclaration(one)) before(one);
    }
  };
  const single = (statement: TS.Statement | undefined): void => {
    if (!statement || ts.isBlock(statement) || ts.isEmptyStatement(statement)) return;
    before(statement);
    put.push({ at: statement.getStart(tree), text: '{' });
    put.push({ at: statement.end, text: '}' });
  };
  const visit = (node: TS.Node, inside: boolean): void => {
    const within = inside || ts.isFunctionLike(node);
    if (within) {
      if (ts.isBlock(node)) list(node.statements);
      if (ts.isCaseOrDefaultClause(node)) list(node.statements);
      if (ts.isIfStatement(node)) {
        single(node.thenStatement);
        single(node.elseStatement);
      }
      if (ts.isIterationStatement(node, false)) single(node.statement);
      if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
        put.push({ at: node.body.getStart(tree), text: `(${note(node.body)},` });
        put.push({ at: node.body.end, text: ')' });
      }
    }
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(tree, false);
  let text = '';
  let last = 0;
  // What opens at one place is put in from the outermost to the innermost; braces come before what they hold.
  const ordered = put.map((one, order) => ({ ...one, order })).toSorted((a, b) => a.at - b.at || rank(a.text) - rank(b.text) || a.order - b.order);
  for (const one of ordered) {
    text += source.slice(last, one.at) + one.text;
    last = one.at;
  }
  return { text: text + source.slice(last), executable: [...executable].toSorted((a, b) => a - b) };
}

const rank = (text: string): number => (text === '}' || text === ')' ? 0 : text === '{' ? 1 : 2);

/** Lines of a node, without those inside blocks in it, whose statements tell of themselves. */
function ownLines(ts: Ts, node: TS.Node, tree: TS.SourceFile): number[] {
  const [first, last] = [lineAt(tree, node.getStart(tree)), lineAt(tree, node.end)];
  const lines = new Set(Array.from({ length: last - first + 1 }, (_, at) => first + at));
  const visit = (inner: TS.Node): void => {
    if (ts.isBlock(inner) || ts.isCaseBlock(inner)) {
      const [from, to] = [lineAt(tree, inner.getStart(tree)), lineAt(tree, inner.end)];
      for (let line = from + 1; line <= to; line += 1) lines.delete(line);
    } else ts.forEachChild(inner, visit);
  };
  visit(node);
  return [...lines];
}
