import type TS from 'typescript6';
import type { ParsedFile, SymbolInfo } from '../types.ts';
import { lineAt, parseTree, syntaxError, type Ts } from './ast.ts';

/** Symbols, imports and the first syntax error. A broken file gives what its tree still holds. */
export async function parse(path: string, source: string): Promise<ParsedFile> {
  const { ts, tree } = await parseTree(path, source);
  const error = await syntaxError(path, source);
  return { ok: error === undefined, error, symbols: symbolsOf(ts, tree), imports: importsOf(ts, tree) };
}

/** Imports and signatures with their line numbers, bodies left out. */
export async function outline(path: string, source: string): Promise<string> {
  const { ts, tree } = await parseTree(path, source);
  const imports = importsOf(ts, tree).map((i) => ({ line: i.line, text: `import ${i.names.length ? `{ ${i.names.join(', ')} } from ` : ''}'${i.module}'` }));
  const symbols = symbolsOf(ts, tree).map((s) => ({ line: s.fromLine, text: `${'  '.repeat(s.parents.length)}${s.signature}` }));
  return [...imports, ...symbols].toSorted((a, b) => a.line - b.line).map(({ line, text }) => `${line}: ${text}`).join('\n');
}

/** Symbols of a syntax tree, in the order of the text. */
export function symbolsOf(ts: Ts, tree: TS.SourceFile): SymbolInfo[] {
  const exported = exportedNames(ts, tree);
  const found: SymbolInfo[] = [];
  const add = (node: TS.Node, name: string, kind: SymbolInfo['kind'], bodyAt: number, parents: string[], isExported: boolean): void => {
    const from = node.getStart(tree);
    found.push({
      name, kind, parents,
      fromLine: lineAt(tree, from),
      toLine: lineAt(tree, node.end),
      signature: tree.text.slice(from, bodyAt).replace(/\s+/g, ' ').replace(/\s*(=>|[={;])?\s*$/, (end) => (end.includes('=>') ? ' =>' : '')).trim(),
      exported: isExported,
    });
  };
  const visit = (node: TS.Node, parents: string[]): void => {
    const top = parents.length === 0;
    const marked = ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) ?? false);
    if (ts.isFunctionDeclaration(node)) {
      const name = node.name?.text ?? 'default';
      add(node, name, 'function', node.body?.getStart(tree) ?? node.end, parents, top && (marked || exported.has(name)));
      if (node.body) for (const s of node.body.statements) if (ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s)) visit(s, [...parents, name]);
    } else if (ts.isClassDeclaration(node)) {
      const name = node.name?.text ?? 'default';
      visitClass(node, name, node, parents, top && (marked || exported.has(name)));
    } else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node)) {
      const end = ts.isTypeAliasDeclaration(node) ? node.type.getStart(tree) : openBrace(node);
      add(node, node.name.text, 'type', end, parents, top && (marked || exported.has(node.name.text)));
    } else if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
      for (const statement of node.body.statements) visit(statement, [...parents, node.name.text]);
    } else if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) visitVariable(node, declaration, parents, marked);
    } else if (ts.isExpressionStatement(node)) visitAssignment(node);
    else if (ts.isExportAssignment(node) && (ts.isArrowFunction(node.expression) || ts.isFunctionExpression(node.expression))) {
      add(node, 'default', 'function', node.expression.body.getStart(tree), parents, true);
    } else if (ts.isExportAssignment(node) && ts.isClassExpression(node.expression)) visitClass(node, 'default', node.expression, parents, true);
  };
  const openBrace = (node: TS.Node): number => {
    const brace = node.getChildren(tree).find((c) => c.kind === ts.SyntaxKind.OpenBraceToken);
    return brace?.getStart(tree) ?? node.end;
  };
  const visitClass = (node: TS.Node, name: string, body: TS.ClassLikeDeclaration, parents: string[], isExported: boolean): void => {
    add(node, name, 'class', openBrace(body), parents, isExported);
    for (const member of body.members) {
      if (ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member) || ts.isAccessor(member)) {
        const memberName = ts.isConstructorDeclaration(member) ? 'constructor' : member.name.getText(tree);
        add(member, memberName, 'method', member.body?.getStart(tree) ?? member.end, [...parents, name], false);
      } else if (ts.isPropertyDeclaration(member) && member.initializer && isFunction(member.initializer)) {
        add(member, member.name.getText(tree), 'method', member.initializer.body.getStart(tree), [...parents, name], false);
      }
    }
  };
  const isFunction = (node: TS.Node): node is TS.ArrowFunction | TS.FunctionExpression => ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  const visitVariable = (statement: TS.VariableStatement, declaration: TS.VariableDeclaration, parents: string[], marked: boolean): void => {
    const { initializer, name } = declaration;
    if (!ts.isIdentifier(name)) return;
    const isExported = marked || exported.has(name.text);
    const node = statement.declarationList.declarations.length === 1 ? statement : declaration;
    if (initializer && isFunction(initializer)) add(node, name.text, 'function', initializer.body.getStart(tree), parents, isExported);
    else if (initializer && ts.isClassExpression(initializer)) visitClass(node, name.text, initializer, parents, isExported);
    else if (!isRequire(ts, initializer)) {
      const short = initializer && initializer.getWidth(tree) <= 60 && !initializer.getText(tree).includes('\n');
      add(node, name.text, 'constant', short ? node.end : initializer?.getStart(tree) ?? node.end, parents, isExported);
    }
  };
  // `exports.f = function …`, `module.exports.f = …`, `module.exports = function f …`
  const visitAssignment = (node: TS.ExpressionStatement): void => {
    const e = node.expression;
    if (!ts.isBinaryExpression(e) || e.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
    const target = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(e.left.getText(tree));
    if (!target) return;
    const name = target[1] ?? (isFunction(e.right) || ts.isClassExpression(e.right) ? e.right.name?.text ?? 'default' : '');
    if (name === '') return;
    if (isFunction(e.right)) add(node, name, 'function', e.right.body.getStart(tree), [], true);
    else if (ts.isClassExpression(e.right)) visitClass(node, name, e.right, [], true);
    else if (!ts.isIdentifier(e.right)) add(node, name, 'constant', e.right.getStart(tree), [], true);
  };
  for (const statement of tree.statements) visit(statement, []);
  return found;
}

function isRequire(ts: Ts, node: TS.Node | undefined): boolean {
  return node !== undefined && ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require';
}

/** Names exported by a list (`export { a, b as c }`), by default, or through `module.exports`. */
export function exportedNames(ts: Ts, tree: TS.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const e of statement.exportClause.elements) names.add((e.propertyName ?? e.name).text);
    } else if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression)) names.add(statement.expression.text);
    else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression)) {
      const { left, right } = statement.expression;
      if (!/^(module\.)?exports(\.[\w$]+)?$/.test(left.getText(tree))) continue;
      if (ts.isIdentifier(right)) names.add(right.text);
      if (!ts.isObjectLiteralExpression(right)) continue;
      for (const p of right.properties) {
        if (ts.isShorthandPropertyAssignment(p)) names.add(p.name.text);
        else if (ts.isPropertyAssignment(p) && ts.isIdentifier(p.initializer)) names.add(p.initializer.text);
      }
    }
  }
  return names;
}

function importsOf(ts: Ts, tree: TS.SourceFile): ParsedFile['imports'] {
  const imports: ParsedFile['imports'] = [];
  const visit = (node: TS.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ module: node.moduleSpecifier.text, names: ts.isImportDeclaration(node) ? clauseNames(ts, node.importClause) : [], line: lineAt(tree, node.getStart(tree)) });
    } else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(ts, node))) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) {
        const declaration = ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined;
        const names = !declaration ? [] : ts.isIdentifier(declaration) ? [declaration.text] : declaration.elements.flatMap((e) => (ts.isBindingElement(e) && ts.isIdentifier(e.name) ? [e.name.text] : []));
        imports.push({ module: argument.text, names, line: lineAt(tree, node.getStart(tree)) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return imports;
}

function clauseNames(ts: Ts, clause: TS.ImportClause | undefined): string[] {
  if (!clause) return [];
  const names = clause.name ? [clause.name.text] : [];
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
  if (bindings && ts.isNamedImports(bindings)) names.push(...bindings.elements.map((e) => e.name.text));
  return names;
}
