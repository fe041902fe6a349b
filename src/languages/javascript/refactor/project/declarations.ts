import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { lineOf } from '../check/diagnostics.ts';
import type { Project } from './project.ts';

/** Where a symbol is declared: the identifier to ask the compiler about. */
export interface Place {
  path: RelativePath;
  name: ts.Identifier | ts.PrivateIdentifier | ts.StringLiteralLike;
  declaration: ts.Node;
}

type Named = Place['name'];

/**
 * The declaration of `area`, `Circle.area` or `outer.inner`: in one file, or in the only one that has it. Overloads and merged declarations
 * give the first.
 *
 * @throws `refactoring_refused`: `not_found`, `ambiguous`
 */
export function declared(project: Project, symbol: string, path?: RelativePath): Place {
  const places = (path === undefined ? project.trees() : [{ path, tree: project.tree(path) }]).flatMap(({ path: file, tree }) => (path !== undefined || tree.text.includes(symbol.split('.')[0] ?? symbol) ? declarationsIn(tree, symbol).map((p) => ({ path: file, ...p })) : []));
  const checker = project.checker();
  const meant = new Map<unknown, Place>();
  for (const place of places) {
    const key = checker.getSymbolAtLocation(place.name) ?? place.name;
    if (!meant.has(key)) meant.set(key, place);
  }
  const [one, ...others] = meant.values();
  if (!one) {
    const where = path ?? 'the project';
    throw refuse('not_found', `${where} declares no ${symbol}.`, { symbol, ...(path !== undefined && { path }) }, 'Members are given as Class.member, inner functions as outer.inner.');
  }
  if (others.length) {
    const list = [one, ...others].map((p) => `${p.path}:${lineOf(p.name.getSourceFile(), p.name.getStart())}`);
    throw refuse('ambiguous', `${symbol} is declared in ${list.length} places: ${list.slice(0, 10).join(', ')}.`, { symbol, places: list }, path === undefined ? 'Say with `path` which file declares the one that is meant.' : 'Give them different names by hand first.');
  }
  return one;
}

/** All declarations of a dotted name in a file. */
export function declarationsIn(tree: ts.SourceFile, symbol: string): Omit<Place, 'path'>[] {
  let scopes: ts.Node[] = [tree];
  let found: Omit<Place, 'path'>[] = [];
  for (const part of symbol.split('.')) {
    found = scopes.flatMap((scope) => membersOf(scope).filter((m) => textOf(m.name) === part));
    scopes = found.map((f) => f.declaration);
  }
  return found;
}

/** Names that a module, class, type, object or function declares directly. */
function membersOf(scope: ts.Node): Omit<Place, 'path'>[] {
  const found: Omit<Place, 'path'>[] = [];
  const add = (name: ts.Node | undefined, declaration: ts.Node): void => {
    if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name))) found.push({ name: name as Named, declaration });
  };
  if (ts.isVariableDeclaration(scope) || ts.isPropertyAssignment(scope) || ts.isPropertyDeclaration(scope)) {
    if (scope.initializer) return membersOf(scope.initializer);
    return 'type' in scope && scope.type ? membersOf(scope.type as ts.Node) : [];
  }
  if (ts.isAsExpression(scope) || ts.isSatisfiesExpression(scope) || ts.isParenthesizedExpression(scope)) return membersOf(scope.expression);
  if (ts.isTypeAliasDeclaration(scope)) return membersOf(scope.type);
  if (ts.isIntersectionTypeNode(scope) || ts.isUnionTypeNode(scope)) return scope.types.flatMap(membersOf);
  if (ts.isBinaryExpression(scope)) return membersOf(scope.right);
  if (ts.isClassLike(scope) || ts.isInterfaceDeclaration(scope) || ts.isTypeLiteralNode(scope) || ts.isEnumDeclaration(scope)) {
    for (const member of scope.members) {
      add(member.name, member);
      if (ts.isConstructorDeclaration(member)) for (const p of member.parameters) if (ts.isParameterPropertyDeclaration(p, member)) add(p.name, p);
    }
    return found;
  }
  if (ts.isObjectLiteralExpression(scope)) {
    for (const p of scope.properties) add(p.name, p);
    return found;
  }
  const body = ts.isModuleDeclaration(scope) ? scope.body : ts.isFunctionLike(scope) && 'body' in scope ? scope.body : ts.isSourceFile(scope) ? scope : undefined;
  if (body) statements(body, add);
  return found;
}

function statements(body: ts.Node, add: (name: ts.Node | undefined, declaration: ts.Node) => void): void {
  ts.forEachChild(body, (statement) => {
    if (ts.isVariableStatement(statement)) {
      for (const d of statement.declarationList.declarations) {
        if (ts.isIdentifier(d.name)) add(d.name, d);
        else boundNames(d.name).forEach((n) => add(n, n.parent));
      }
    } else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression) && statement.expression.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const target = statement.expression.left;
      if (ts.isPropertyAccessExpression(target) && /^(module\.)?exports$/.test(target.expression.getText())) add(target.name, statement.expression);
    } else if (ts.isBlock(statement) || ts.isIfStatement(statement) || ts.isTryStatement(statement)) {
      if (!ts.isSourceFile(body)) statements(statement, add);
    } else if ('name' in statement) add((statement as { name?: ts.Node }).name, statement);
  });
}

/** The identifiers that a pattern binds. */
export function boundNames(pattern: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(pattern)) return [pattern];
  return pattern.elements.flatMap((e) => (ts.isOmittedExpression(e) ? [] : boundNames(e.name)));
}

function textOf(name: Named): string {
  return ts.isPrivateIdentifier(name) ? name.text.replace(/^#/, '') : name.text;
}

/** The parameters of a function, whatever form it has; undefined for what is no function. */
export function functionOf(declaration: ts.Node): ts.FunctionLikeDeclaration | undefined {
  if (ts.isFunctionLike(declaration)) return declaration as ts.FunctionLikeDeclaration;
  const value = ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.initializer : ts.isBinaryExpression(declaration) ? declaration.right : undefined;
  if (value && ts.isParenthesizedExpression(value)) return undefined;
  if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return value;
  if (ts.isClassLike(declaration)) return declaration.members.find((m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined);
  return undefined;
}

/** Whether a name can stand as an identifier in a module. */
export function isName(text: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text);
  const token = scanner.scan();
  return scanner.getTokenEnd() === text.length && (token === ts.SyntaxKind.Identifier || token > ts.SyntaxKind.LastFutureReservedWord) && token !== ts.SyntaxKind.AwaitKeyword;
}
