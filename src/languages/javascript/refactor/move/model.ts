import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { boundNames } from '../project/declarations.ts';
import type { Project } from '../project/project.ts';
import { targetOf } from '../project/specifiers.ts';
import { isCommonJs } from '../operations/move-module.ts';

/** A name that a module gets from another one. */
export interface ImportBinding {
  local: string;
  /** The exported name; `default`; `*` for the whole module. */
  imported: string;
  type: boolean;
  /** As written. */
  specifier: string;
  /** The file of the project that it leads to. */
  target: RelativePath | undefined;
  /** The identifier that binds it. */
  name: ts.Identifier;
  /** Of CommonJS. */
  required: boolean;
}

/** What a statement at the top of a module declares. */
export interface Unit {
  statement: ts.Statement;
  names: string[];
}

/** One module as moves see it: what it declares, imports and exports. */
export interface Module {
  path: RelativePath;
  tree: ts.SourceFile;
  commonJs: boolean;
  units: Unit[];
  imports: ImportBinding[];
  /** Exported names by the local name. */
  exported: Map<string, string[]>;
  /** Declaration nodes at the top, and the names they declare. */
  declarations: Map<ts.Node, string>;
  /** Names that are types and nothing else. */
  types: Set<string>;
}

export function readModule(project: Project, path: RelativePath): Module {
  const tree = project.tree(path);
  const module: Module = { path, tree, commonJs: isCommonJs(tree), units: [], imports: [], exported: new Map(), declarations: new Map(), types: new Set() };
  const values = new Set<string>();
  for (const statement of tree.statements) {
    const bindings = importsOf(project, path, statement);
    module.imports.push(...bindings);
    const names = bindings.length || ts.isImportDeclaration(statement) ? [] : declare(module, statement, values);
    module.units.push({ statement, names });
    exportsOf(module, statement, names);
  }
  for (const name of values) module.types.delete(name);
  return module;
}

function declare(module: Module, statement: ts.Statement, values: Set<string>): string[] {
  const put = (node: ts.Node, name: string, type = false): string => {
    module.declarations.set(node, name);
    if (type) module.types.add(name);
    else values.add(name);
    return name;
  };
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap((d) => boundNames(d.name).map((n) => put(ts.isIdentifier(d.name) ? d : n.parent, n.text)));
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [put(statement, statement.name?.text ?? 'default')];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [put(statement, statement.name.text, true)];
  if (ts.isEnumDeclaration(statement)) return [put(statement, statement.name.text)];
  if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) return [put(statement, statement.name.text)];
  if (ts.isExportAssignment(statement) && !statement.isExportEquals && !ts.isIdentifier(statement.expression)) return [put(statement, 'default')];
  return [];
}

function importsOf(project: Project, path: RelativePath, statement: ts.Statement): ImportBinding[] {
  const found: ImportBinding[] = [];
  if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
    const { importClause: clause, moduleSpecifier } = statement;
    const base = { specifier: moduleSpecifier.text, target: leads(project, path, moduleSpecifier), required: false };
    const whole = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (clause?.name) found.push({ ...base, local: clause.name.text, imported: 'default', type: whole, name: clause.name });
    const bindings = clause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) found.push({ ...base, local: bindings.name.text, imported: '*', type: whole, name: bindings.name });
    else if (bindings) for (const e of bindings.elements) found.push({ ...base, local: e.name.text, imported: (e.propertyName ?? e.name).text, type: whole || e.isTypeOnly, name: e.name });
  } else if (ts.isVariableStatement(statement)) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      const call = initializer && requiredModule(initializer);
      if (!call) return [];
      const base = { specifier: call.text, target: leads(project, path, call), required: true, type: false };
      if (ts.isIdentifier(name)) found.push({ ...base, local: name.text, imported: '*', name });
      else if (ts.isObjectBindingPattern(name) && name.elements.every((e) => ts.isIdentifier(e.name) && !e.dotDotDotToken && !e.initializer)) {
        for (const e of name.elements) found.push({ ...base, local: (e.name as ts.Identifier).text, imported: e.propertyName ? e.propertyName.getText() : (e.name as ts.Identifier).text, name: e.name as ts.Identifier });
      } else return [];
    }
  }
  return found;
}

/** The string in `require('…')`. */
export function requiredModule(node: ts.Node): ts.StringLiteralLike | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'require') return undefined;
  const [only] = node.arguments;
  return only && ts.isStringLiteralLike(only) ? only : undefined;
}

export function leads(project: Project, from: RelativePath, literal: ts.StringLiteralLike): RelativePath | undefined {
  const mode = ts.getModeForUsageLocation(literal.getSourceFile(), literal, project.options);
  return targetOf(project, from, { kind: 'import', text: literal.text, start: 0, end: 0, node: literal, mode });
}

function exportsOf(module: Module, statement: ts.Statement, names: readonly string[]): void {
  const put = (local: string, name: string): void => {
    module.exported.set(local, [...(module.exported.get(local) ?? []), name]);
  };
  if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
    for (const e of statement.exportClause.elements) put((e.propertyName ?? e.name).text, e.name.text);
  } else if (ts.isExportAssignment(statement)) put(ts.isIdentifier(statement.expression) ? statement.expression.text : 'default', 'default');
  else if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) {
    const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
    for (const name of new Set(names)) if (!module.exported.get(name)?.includes(isDefault ? 'default' : name)) put(name, isDefault ? 'default' : name);
  }
  for (const { local, name } of commonExports(statement)) put(local, name);
}

/** `module.exports = { a, b: c }`, `exports.a = a`: the names that CommonJS hands out and stand for a local name. */
export function commonExports(statement: ts.Statement): { local: string; name: string; node: ts.Node; list?: ts.ObjectLiteralExpression }[] {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression) || statement.expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return [];
  const { left, right } = statement.expression;
  const target = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(left.getText());
  if (!target) return [];
  if (target[1] !== undefined) return ts.isIdentifier(right) ? [{ local: right.text, name: target[1], node: statement }] : [];
  if (!ts.isObjectLiteralExpression(right)) return [];
  return right.properties.flatMap((p): ReturnType<typeof commonExports> => {
    if (ts.isShorthandPropertyAssignment(p)) return [{ local: p.name.text, name: p.name.text, node: p, list: right }];
    if (ts.isPropertyAssignment(p) && ts.isIdentifier(p.initializer) && (ts.isIdentifier(p.name) || ts.isStringLiteral(p.name))) return [{ local: p.initializer.text, name: p.name.text, node: p, list: right }];
    return [];
  });
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === kind) ?? false);
}
