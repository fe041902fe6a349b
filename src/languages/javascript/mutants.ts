import type TS from 'typescript6';
import type { Mutant } from '../types.ts';
import { lineAt, parseTree, syntaxError, type Ts } from './ast.ts';

export interface Change {
  description: string;
  from: number;
  to: number;
  text: string;
}

/**
 * Small changes of behaviour that a good test notices: comparisons, arithmetic, logic, literals, conditions, returned values.
 * Types, imports and directives stay as they are. The mutants are spread over the lines before a line gets a second one.
 *
 * @param lines  1-based lines that may change; default all
 * @param limit  default 20
 */
export async function mutants(path: string, source: string, lines?: number[], limit = 20): Promise<Mutant[]> {
  if (await syntaxError(path, source)) return [];
  const { ts, tree } = await parseTree(path, source);
  const wanted = lines && new Set(lines);
  const byLine = new Map<number, Change[]>();
  const visit = (node: TS.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || isRequireCall(ts, node)) return;
    for (const change of changesOf(ts, node, tree)) {
      const line = lineAt(tree, change.from);
      if (!wanted || wanted.has(line)) byLine.set(line, [...(byLine.get(line) ?? []), change]);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const queues = [...byLine].toSorted(([a], [b]) => a - b);
  const found: Mutant[] = [];
  for (let round = 0; found.length < limit && queues.some(([, q]) => q.length > round); round += 1) {
    for (const [line, queue] of queues) {
      const change = queue[round];
      if (!change || found.length >= limit) continue;
      found.push({ line, description: change.description, content: source.slice(0, change.from) + change.text + source.slice(change.to) });
    }
  }
  return found;
}

const SWAPS: Readonly<Record<string, string>> = {
  '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===', '==': '!=', '!=': '==',
  '+': '-', '-': '+', '*': '/', '/': '*', '%': '*', '**': '*', '&&': '||', '||': '&&', '??': '&&', '&': '|', '|': '&', '<<': '>>', '>>': '<<',
  '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=',
};

/** The changes of one node of the tree, its children left out. */
export function changesOf(ts: Ts, node: TS.Node, tree: TS.SourceFile): Change[] {
  const text = (n: TS.Node) => n.getText(tree);
  const replace = (n: TS.Node, by: string, what?: string): Change => ({
    from: n.getStart(tree), to: n.end, text: by, description: what ?? `${short(text(n))} became ${short(by)}`,
  });
  if (ts.isBinaryExpression(node)) {
    const operator = text(node.operatorToken);
    const swapped = SWAPS[operator];
    const joinsText = operator === '+' && [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
    // `a ?? b || c` is no JavaScript without parentheses.
    const mixes = operator === '??' && [node.parent, node.left, node.right].some((n) => ts.isBinaryExpression(n) && text(n.operatorToken) === '??');
    if (swapped && joinsText) return [replace(node, text(node.right), `${short(text(node))} lost its first part`)];
    if (swapped && !mixes) return [replace(node.operatorToken, swapped, `${operator} became ${swapped}`)];
    return [];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return [replace(node, text(node.operand), `${short(text(node))} lost its !`)];
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const [plus, minus] = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken];
    if (node.operator !== plus && node.operator !== minus) return [];
    const by = text(node).replace(/\+\+|--/, (op) => (op === '++' ? '--' : '++'));
    return [replace(node, by)];
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [replace(node, 'false')];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [replace(node, 'true')];
  if (ts.isNumericLiteral(node) && !isKey(ts, node) && Number.isFinite(Number(node.text))) return [replace(node, String(Number(node.text) + 1))];
  if (ts.isStringLiteral(node) && !isKey(ts, node) && !isDirective(ts, node) && !ts.isJsxAttribute(node.parent)) return [replace(node, node.text === '' ? "'mutant'" : "''")];
  if ((ts.isIfStatement(node) || ts.isWhileStatement(node)) && !(ts.isPrefixUnaryExpression(node.expression))) return [replace(node.expression, `!(${text(node.expression)})`, `the condition ${short(text(node.expression))} was turned round`)];
  if (ts.isConditionalExpression(node)) return [replace(node.condition, `!(${text(node.condition)})`, `the condition ${short(text(node.condition))} was turned round`)];
  if (ts.isReturnStatement(node) && node.expression && !/^(undefined|null)$/.test(text(node.expression))) return [replace(node.expression, 'undefined', `returns nothing instead of ${short(text(node.expression))}`)];
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && !/^(undefined|null)$/.test(text(node.body))) return [replace(node.body, 'undefined', `returns nothing instead of ${short(text(node.body))}`)];
  if (ts.isPropertyAccessExpression(node)) {
    const opposite: Record<string, string> = { min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', some: 'every', every: 'some', push: 'unshift', shift: 'pop', startsWith: 'endsWith', endsWith: 'startsWith', toUpperCase: 'toLowerCase', toLowerCase: 'toUpperCase', trimStart: 'trimEnd', trimEnd: 'trimStart' };
    const by = Object.hasOwn(opposite, node.name.text) ? opposite[node.name.text] : undefined;
    return by ? [replace(node.name, by)] : [];
  }
  if (ts.isBreakStatement(node) && !node.label && !ts.isCaseOrDefaultClause(node.parent)) return [replace(node, 'continue;', 'break became continue')].filter(() => !insideSwitch(ts, node));
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && node.expression.expression.kind !== ts.SyntaxKind.SuperKeyword) return [replace(node, ';', `the call ${short(text(node))} was left out`)];
  return [];
}

function insideSwitch(ts: Ts, node: TS.Node): boolean {
  for (let p = node.parent; p; p = p.parent) {
    if (ts.isSwitchStatement(p)) return true;
    if (ts.isIterationStatement(p, false) || ts.isFunctionLike(p)) return false;
  }
  return false;
}

function isKey(ts: Ts, node: TS.Node): boolean {
  const { parent } = node;
  return (ts.isPropertyAssignment(parent) && parent.name === node) || (ts.isMethodDeclaration(parent) && parent.name === node) || ts.isPropertyDeclaration(parent) && parent.name === node || ts.isEnumMember(parent) || ts.isImportAttribute(parent) || ts.isExternalModuleReference(parent) || ts.isModuleDeclaration(parent);
}

function isDirective(ts: Ts, node: TS.Node): boolean {
  return ts.isExpressionStatement(node.parent);
}

function isRequireCall(ts: Ts, node: TS.Node): boolean {
  return ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
