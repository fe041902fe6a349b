import type TS from 'typescript6';
import type { Ts } from '../ast.ts';

/** A function at top level, however it was written. */
export interface Found {
  /** The statement that makes it. */
  statement: TS.Statement;
  /** The function itself. */
  fn: TS.FunctionDeclaration | TS.FunctionExpression | TS.ArrowFunction;
}

/** The function of this name: a declaration, a `const` with a function or an arrow, or `exports.name = …`. The last one with a body wins, as it does when it runs. */
export function findFunction(ts: Ts, tree: TS.SourceFile, name: string): Found | undefined {
  const found = functionsOf(ts, tree).filter((entry) => entry.name === name);
  return found.findLast(({ fn }) => fn.body !== undefined) ?? found.at(-1);
}

/** All functions at top level with their names. */
export function functionsOf(ts: Ts, tree: TS.SourceFile): (Found & { name: string })[] {
  const found: (Found & { name: string })[] = [];
  for (const statement of tree.statements) {
    if (ts.isFunctionDeclaration(statement)) {
      if (statement.name) found.push({ name: statement.name.text, statement, fn: statement });
    } else if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        const fn = functionIn(ts, declaration.initializer);
        if (fn && ts.isIdentifier(declaration.name)) found.push({ name: declaration.name.text, statement, fn });
      }
    } else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression) && statement.expression.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const { left, right } = statement.expression;
      const fn = functionIn(ts, right);
      const target = left.getText(tree);
      const name = /^(?:module\.)?exports\.([\w$]+)$/.exec(target)?.[1] ?? (ts.isIdentifier(left) ? left.text : undefined);
      if (fn && name !== undefined) found.push({ name, statement, fn });
      else if (fn?.name && /^module\.exports$/.test(target) && ts.isFunctionExpression(fn)) found.push({ name: fn.name.text, statement, fn });
    }
  }
  return found;
}

function functionIn(ts: Ts, node: TS.Expression | undefined): TS.FunctionExpression | TS.ArrowFunction | undefined {
  if (!node) return undefined;
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return node;
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? functionIn(ts, node.expression) : undefined;
}

/** Names that a statement declares at top level. */
export function declaredNames(ts: Ts, statement: TS.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => boundNames(ts, name));
  if (ts.isImportDeclaration(statement)) {
    const clause = statement.importClause;
    const bindings = clause?.namedBindings;
    return [
      ...(clause?.name ? [clause.name.text] : []),
      ...(bindings ? (ts.isNamespaceImport(bindings) ? [bindings.name.text] : bindings.elements.map(({ name }) => name.text)) : []),
    ];
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isEnumDeclaration(statement)) {
    return statement.name ? [statement.name.text] : [];
  }
  return ts.isImportEqualsDeclaration(statement) ? [statement.name.text] : [];
}

/** Names in a binding: `{ a, b: [c] }` has a and c. */
export function boundNames(ts: Ts, name: TS.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(ts, element.name)));
}

/** Identifiers of an expression that it does not bind itself, properties and keys apart. */
export function freeNames(ts: Ts, node: TS.Node): Set<string> {
  const used = new Set<string>();
  const bound = new Set<string>();
  const visit = (n: TS.Node): void => {
    if (ts.isIdentifier(n)) {
      const { parent } = n;
      const isKey = (ts.isPropertyAccessExpression(parent) && parent.name === n) || (ts.isPropertyAssignment(parent) && parent.name === n) || (ts.isMethodDeclaration(parent) && parent.name === n);
      if (!isKey && !(ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent))) used.add(n.text);
    }
    if ((ts.isParameter(n) || ts.isVariableDeclaration(n)) && n.name) for (const name of boundNames(ts, n.name)) bound.add(name);
    if ((ts.isFunctionExpression(n) || ts.isFunctionDeclaration(n)) && n.name) bound.add(n.name.text);
    ts.forEachChild(n, visit);
  };
  visit(node);
  for (const name of bound) used.delete(name);
  return used;
}

/** Syntax errors as the parser has them. */
export function parseErrors(tree: TS.SourceFile): readonly { start: number; length: number; code: number; message: string }[] {
  const { parseDiagnostics = [] } = tree as TS.SourceFile & { parseDiagnostics?: readonly TS.DiagnosticWithLocation[] };
  return parseDiagnostics.map((d) => ({ start: d.start, length: d.length, code: d.code, message: typeof d.messageText === 'string' ? d.messageText : d.messageText.messageText }));
}
