import { isBuiltin } from 'node:module';
import type TS from 'typescript6';
import type { Problem } from '../../function/types.ts';
import { lineAt, type Ts } from '../ast.ts';
import { boundNames, declaredNames } from './find.ts';

/** Modules that reach what no pure function needs: files, processes, the network, threads, the runner of the tests. */
const REACHING = /^(?:child_process|cluster|dgram|dns|fs|http|http2|https|inspector|module|net|process|readline|repl|test|tls|tty|v8|vm|wasi|worker_threads|trace_events|sqlite)(?:\/|$)/;
const PROCESS = /^(?:exit|kill|abort|binding|dlopen|_linkedBinding|reallyExit|getBuiltinModule|stdin|chdir|mainModule|on|once|emit|removeAllListeners|execve)$/;

/**
 * What no pure function needs: other modules than Node's harmless ones, ends and signals of processes, code made from text, writes to what all
 * code shares. `import` for packages, since none is installed where it runs.
 */
export function sideEffect(ts: Ts, tree: TS.SourceFile): Problem | undefined {
  const own = declared(ts, tree);
  const isGlobal = (name: string): boolean => name in globalThis && !own.has(name);
  let found: Problem | undefined;
  const tell = (node: TS.Node, problem: Pick<Problem, 'class' | 'message'>): void => {
    found ??= { ...problem, line: lineAt(tree, node.getStart(tree)) };
  };
  const visit = (node: TS.Node): void => {
    if (found) return;
    const module = moduleOf(ts, node, own);
    if (module) {
      const problem = ofModule(module.name);
      if (problem) return tell(node, problem);
    }
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const [base, key] = access(ts, node);
      if (base === 'process' && isGlobal('process') && (key === undefined || PROCESS.test(key))) return tell(node, { class: 'side_effect', message: `It uses process.${key ?? '[…]'}, which no pure function needs.` });
    }
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression)) {
      const name = node.expression.text;
      if ((name === 'eval' || name === 'Function') && isGlobal(name)) return tell(node, { class: 'side_effect', message: `It makes code from text with ${name}.` });
    }
    const written = writtenTo(ts, node);
    const root = written && rootOf(ts, written);
    if (written && root && ts.isIdentifier(root) && (isGlobal(root.text) || (root !== written && SHARED.has(root.text) && !own.has(root.text)))) {
      return tell(node, { class: 'side_effect', message: `It changes ${written.getText(tree).slice(0, 60)}, which all code shares.` });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** What imports stand for; nothing in these is a function's own. */
const SHARED = new Set(['assert', 'test', 'require']);

/** Names that the file declares at any depth: they are its own. Imported ones are not: what they stand for is shared. */
function declared(ts: Ts, tree: TS.SourceFile): ReadonlySet<string> {
  const own = new Set(tree.statements.filter((s) => !ts.isImportDeclaration(s)).flatMap((s) => declaredNames(ts, s)));
  const visit = (node: TS.Node): void => {
    if ((ts.isParameter(node) || ts.isVariableDeclaration(node)) && node.name) for (const name of boundNames(ts, node.name)) own.add(name);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return own;
}

function moduleOf(ts: Ts, node: TS.Node, own: ReadonlySet<string>): { name: string | undefined } | undefined {
  const literal = (n: TS.Node | undefined): { name: string | undefined } => ({ name: n && ts.isStringLiteralLike(n) ? n.text : undefined });
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ? undefined : literal(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.moduleSpecifier ? literal(node.moduleSpecifier) : undefined;
  if (ts.isImportEqualsDeclaration(node)) return ts.isExternalModuleReference(node.moduleReference) ? literal(node.moduleReference.expression) : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require' && !own.has('require');
  return isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword ? literal(node.arguments[0]) : undefined;
}

function ofModule(name: string | undefined): Pick<Problem, 'class' | 'message'> | undefined {
  if (name === undefined) return { class: 'side_effect', message: 'It loads a module whose name is made when it runs.' };
  if (/^[./]|^file:|^data:/.test(name)) return { class: 'side_effect', message: `It loads the file ${name}; a function stands for itself.` };
  if (!isBuiltin(name)) return { class: 'import', message: `It imports '${name}', and no package is installed where it runs.` };
  return REACHING.test(name.replace(/^node:/, '')) ? { class: 'side_effect', message: `It imports '${name}', which no pure function needs.` } : undefined;
}

function access(ts: Ts, node: TS.PropertyAccessExpression | TS.ElementAccessExpression): [string | undefined, string | undefined] {
  const base = ts.isIdentifier(node.expression) ? node.expression.text : undefined;
  if (ts.isPropertyAccessExpression(node)) return [base, node.name.text];
  return [base, ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined];
}

/** The target of a write: an assignment, `++`, `delete`, and what `Object.defineProperty` and its relatives are given. */
function writtenTo(ts: Ts, node: TS.Node): TS.Expression | undefined {
  const K = ts.SyntaxKind;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind >= K.FirstAssignment && node.operatorToken.kind <= K.LastAssignment) return node.left;
  if (ts.isDeleteExpression(node)) return node.expression;
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && (node.operator === K.PlusPlusToken || node.operator === K.MinusMinusToken)) return node.operand;
  if (ts.isCallExpression(node) && /^(?:Object|Reflect)\.(?:defineProperty|defineProperties|setPrototypeOf|assign|set|deleteProperty|freeze)$/.test(node.expression.getText())) {
    const [target] = node.arguments;
    // A bare global (`Object.assign(target, …)` has names of its own) is written to as a whole.
    return target && (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) ? target : undefined;
  }
  return undefined;
}

function rootOf(ts: Ts, node: TS.Expression): TS.Expression {
  let at = node;
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isNonNullExpression(at)) at = at.expression;
  return at;
}
