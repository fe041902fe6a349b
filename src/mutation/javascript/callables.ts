import type TS from 'typescript6';
import type { Ts } from '../../languages/javascript/ast.ts';

/** A function or a method of a file. */
export interface Callable {
  /** `area`, `Circle.area`, `Circle.constructor`. */
  name: string;
  kind: 'function' | 'method' | 'static' | 'property' | 'constructor';
  node: TS.FunctionLikeDeclaration;
  /** Where its documentation stands. */
  statement: TS.Node;
  /** The class that it belongs to. */
  owner?: TS.ClassLikeDeclaration;
}

/** Functions at the top of a file, however they are written, and methods, accessors and constructors of its classes. */
export function callables(ts: Ts, tree: TS.SourceFile): Callable[] {
  const found: Callable[] = [];
  const take = (name: string, node: TS.Node | undefined, statement: TS.Node): void => {
    const bare = node && ts.skipPartiallyEmittedExpressions(node);
    if (!bare) return;
    if (ts.isParenthesizedExpression(bare) || ts.isAsExpression(bare) || ts.isSatisfiesExpression(bare)) return take(name, bare.expression, statement);
    if (ts.isArrowFunction(bare) || ts.isFunctionExpression(bare) || ts.isFunctionDeclaration(bare)) {
      if (bare.body) found.push({ name, kind: 'function', node: bare, statement });
    } else if (ts.isClassLike(bare)) found.push(...members(ts, name, bare));
  };
  for (const statement of tree.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) take(statement.name?.text ?? 'default', statement, statement);
    if (ts.isVariableStatement(statement)) for (const { name, initializer } of statement.declarationList.declarations) if (ts.isIdentifier(name)) take(name.text, initializer, statement);
    if (ts.isExportAssignment(statement)) take('default', statement.expression, statement);
    const assigned = assignment(ts, tree, statement);
    if (assigned) take(assigned.name, assigned.value, statement);
  }
  return found;
}

/** `exports.f = …` and `module.exports = …`; the whole module is named by its function, else `default`. */
export function assignment(ts: Ts, tree: TS.SourceFile, statement: TS.Statement): { name: string; exported: string; value: TS.Expression } | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression) || statement.expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const { left, right } = statement.expression;
  const target = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(left.getText(tree));
  if (!target) return undefined;
  if (target[1] !== undefined) return { name: target[1], exported: target[1], value: right };
  return { name: ((ts.isFunctionExpression(right) || ts.isClassExpression(right)) && right.name?.text) || 'default', exported: WHOLE, value: right };
}

/** What `module.exports = f` exports as. */
export const WHOLE = '=';

function members(ts: Ts, className: string, owner: TS.ClassLikeDeclaration): Callable[] {
  return owner.members.flatMap((member): Callable[] => {
    const flags = ts.getCombinedModifierFlags(member);
    const closed = (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0;
    if (ts.isConstructorDeclaration(member)) return member.body ? [{ name: `${className}.constructor`, kind: 'constructor', node: member, statement: member, owner }] : [];
    if (!(ts.isMethodDeclaration(member) || ts.isGetAccessorDeclaration(member)) || !member.body || !ts.isIdentifier(member.name)) return [];
    const isStatic = (flags & ts.ModifierFlags.Static) !== 0;
    if (isStatic && ts.isGetAccessorDeclaration(member)) return [];
    const kind = ts.isGetAccessorDeclaration(member) ? 'property' : isStatic ? 'static' : 'method';
    return [{ name: `${className}.${closed ? '_' : ''}${member.name.text}`, kind, node: member, statement: member, owner }];
  });
}

/** What a file exports: the name outside (`default`, `=` for a whole CommonJS module) by the name inside. */
export function exportsOf(ts: Ts, tree: TS.SourceFile): { names: Map<string, string>; commonjs: boolean } {
  const names = new Map<string, string>();
  let commonjs = false;
  const modified = (node: TS.Statement, kind: TS.SyntaxKind): boolean => ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((one) => one.kind === kind) ?? false);
  for (const statement of tree.statements) {
    if (modified(statement, ts.SyntaxKind.ExportKeyword)) {
      const isDefault = modified(statement, ts.SyntaxKind.DefaultKeyword);
      if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) names.set(statement.name?.text ?? 'default', isDefault ? 'default' : statement.name!.text);
      if (ts.isEnumDeclaration(statement)) names.set(statement.name.text, statement.name.text);
      if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.set(name.text, name.text);
    }
    if (ts.isExportAssignment(statement)) names.set(ts.isIdentifier(statement.expression) ? statement.expression.text : 'default', statement.isExportEquals ? WHOLE : 'default');
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && !statement.isTypeOnly && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const { name, propertyName } of statement.exportClause.elements) if (!names.has((propertyName ?? name).text)) names.set((propertyName ?? name).text, name.text);
    }
    const assigned = assignment(ts, tree, statement);
    if (!assigned) continue;
    commonjs = true;
    if (assigned.exported !== WHOLE) names.set(ts.isIdentifier(assigned.value) ? assigned.value.text : assigned.name, assigned.exported);
    else if (ts.isObjectLiteralExpression(assigned.value)) {
      for (const property of assigned.value.properties) {
        if (ts.isShorthandPropertyAssignment(property)) names.set(property.name.text, property.name.text);
        else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name) && ts.isIdentifier(property.initializer)) names.set(property.initializer.text, property.name.text);
      }
    } else names.set(ts.isIdentifier(assigned.value) ? assigned.value.text : assigned.name, WHOLE);
  }
  return { names, commonjs };
}
