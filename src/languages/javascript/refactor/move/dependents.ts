import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { Note } from '../../../refactor/types.ts';
import { lineOf } from '../check/diagnostics.ts';
import type { TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten } from '../project/rewrite.ts';
import { specifiersOf, targetOf } from '../project/specifiers.ts';
import type { Wanted } from './add-imports.ts';
import { readModule, requiredModule } from './model.ts';
import { extentOf, mannerOf, removal, withoutElements } from './text.ts';
import { usesOfWhole, wholeModule } from './whole.ts';

/** What moves between two modules, for those who import it. */
export interface Relocation {
  from: RelativePath;
  to: RelativePath;
  /** Exported name in the new module by the one in the old. */
  names: ReadonlyMap<string, string>;
  /** Exported names that are types alone. */
  types: ReadonlySet<string>;
  keepOld: boolean;
}

export interface FileChange {
  edits: TextEdit[];
  wanted: Wanted[];
  notes: Note[];
}

/** What changes in a file that imports from the old module, in whatever form; undefined where nothing does. */
export function dependentChange(project: Project, path: RelativePath, tree: ts.SourceFile, move: Relocation): FileChange | undefined {
  const uses = specifiersOf(tree, project.options).filter((s) => s.node && targetOf(project, path, s) === move.from);
  if (!uses.length) return undefined;
  const change: FileChange = { edits: [], wanted: [], notes: [] };
  for (const { kind, node, text } of uses) {
    const literal = node!;
    const next = (): string => rewritten(project, { from: path, text, target: move.from }, path, move.to);
    const swap = (): void => void change.edits.push({ start: literal.getStart(tree) + 1, end: literal.end - 1, text: next() });
    const statement = literal.parent;
    if (kind === 'import' && ts.isImportDeclaration(statement)) importStatement(project, tree, statement, move, change, next);
    else if (kind === 'export' && ts.isExportDeclaration(statement)) exportStatement(project, path, tree, statement, move, change, next);
    else if (kind === 'type') typeImport(tree, literal, move, change, path, swap);
    else if (kind === 'dynamic' || kind === 'require') wholeUse(project, tree, literal, move, change, path, next, swap);
    else if (kind === 'mock') mocked(tree, literal, move, path);
    else if (kind === 'augment') throw refuse('unsupported', `${path} adds declarations to ${move.from}.`, { path, line: lineOf(tree, literal.getStart(tree)) }, 'Move them by hand first.');
  }
  return change.edits.length || change.wanted.length || change.notes.length ? change : undefined;
}

function importStatement(project: Project, tree: ts.SourceFile, statement: ts.ImportDeclaration, move: Relocation, change: FileChange, next: () => string): void {
  const clause = statement.importClause;
  if (!clause) return;
  const whole = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const bindings = clause.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
  const gone = named.filter((e) => move.names.has((e.propertyName ?? e.name).text));
  const defaultGoes = clause.name !== undefined && move.names.has('default');
  const add = (imported: string, local: string, type: boolean): void => void change.wanted.push({ imported: move.names.get(imported) ?? imported, local, type, specifier: next(), target: move.to });
  if (bindings && ts.isNamespaceImport(bindings)) {
    namespace(project, tree, bindings.name, move, change, { whole, next, swap: () => swapSpecifier(tree, statement, change, next()) });
  }
  if (!gone.length && !defaultGoes) return;
  for (const e of gone) add((e.propertyName ?? e.name).text, e.name.text, whole || e.isTypeOnly);
  if (defaultGoes) add('default', clause.name!.text, whole);
  const namedStay = named.length > gone.length || (bindings !== undefined && ts.isNamespaceImport(bindings));
  const defaultStays = clause.name !== undefined && !defaultGoes;
  if (!namedStay && !defaultStays) {
    const alone = gone.every((e) => (move.names.get((e.propertyName ?? e.name).text) ?? '') === (e.propertyName ?? e.name).text) && (!defaultGoes || move.names.get('default') === 'default');
    const joins = tree.statements.some((s) => ts.isImportDeclaration(s) && s !== statement && ts.isStringLiteral(s.moduleSpecifier) && project.resolve(s.moduleSpecifier.text, tree.fileName.slice('/project/'.length)) === move.to);
    if (alone && !joins) {
      change.wanted.splice(change.wanted.length - gone.length - (defaultGoes ? 1 : 0));
      swapSpecifier(tree, statement, change, next());
    } else {
      const { start, end } = extentOf(tree, statement);
      change.edits.push(removal(tree.text, statement === tree.statements[0] ? statement.getStart(tree) : start, end));
    }
    return;
  }
  if (defaultGoes && namedStay) change.edits.push({ start: clause.name!.getStart(tree), end: bindings!.getStart(tree), text: '' });
  if (gone.length && named.length === gone.length) change.edits.push({ start: clause.name!.end, end: bindings!.end, text: '' });
  else change.edits.push(...withoutElements(tree, named, new Set(gone)));
}

function swapSpecifier(tree: ts.SourceFile, statement: ts.ImportDeclaration | ts.ExportDeclaration, change: FileChange, text: string): void {
  const literal = statement.moduleSpecifier!;
  change.edits.push({ start: literal.getStart(tree) + 1, end: literal.end - 1, text });
}

function exportStatement(project: Project, path: RelativePath, tree: ts.SourceFile, statement: ts.ExportDeclaration, move: Relocation, change: FileChange, next: () => string): void {
  const clause = statement.exportClause;
  const { quote, semi, eol } = mannerOf(tree.text);
  const after = (list: { name: string; as: string; type: boolean }[]): void => {
    const types = list.every((e) => e.type);
    const names = list.map((e) => `${e.type && !types ? 'type ' : ''}${e.name === e.as ? e.name : `${e.name} as ${e.as}`}`);
    const { end } = extentOf(tree, statement);
    change.edits.push({ start: end, end, text: `${eol}export ${types ? 'type ' : ''}{ ${names.join(', ')} } from ${quote}${next()}${quote}${semi}` });
  };
  if (!clause) {
    // `export *` hands out what is there: what went has to be named, unless the new module is handed out as a whole too.
    const other = path === move.to || tree.statements.some((s) => ts.isExportDeclaration(s) && !s.exportClause && s.moduleSpecifier && ts.isStringLiteral(s.moduleSpecifier) && project.resolve(s.moduleSpecifier.text, path) === move.to);
    const list = [...move.names].filter(([old, now]) => old !== 'default' && !(other && old === now)).map(([old, now]) => ({ name: now, as: old, type: move.types.has(old) }));
    if (list.length && !move.keepOld) after(list);
    return;
  }
  if (ts.isNamespaceExport(clause)) {
    if (move.keepOld) change.notes.push({ kind: 'kept', path, line: lineOf(tree, statement.getStart(tree)), text: `${statement.getText(tree)} gets the names by way of ${move.from}` });
    else throw refuse('dynamic_use', `${path} hands out ${move.from} as a whole (${statement.getText(tree)}).`, { path, line: lineOf(tree, statement.getStart(tree)) }, 'Ask for it with `keepOld`, which leaves a re-export in the old module.');
    return;
  }
  const gone = clause.elements.filter((e) => move.names.has((e.propertyName ?? e.name).text));
  if (!gone.length) return;
  if (gone.length === clause.elements.length && gone.every((e) => move.names.get((e.propertyName ?? e.name).text) === (e.propertyName ?? e.name).text)) {
    swapSpecifier(tree, statement, change, next());
    return;
  }
  after(gone.map((e) => ({ name: move.names.get((e.propertyName ?? e.name).text) ?? e.name.text, as: e.name.text, type: statement.isTypeOnly || e.isTypeOnly })));
  if (gone.length < clause.elements.length) change.edits.push(...withoutElements(tree, clause.elements, new Set(gone)));
  else {
    const edit = removal(tree.text, statement.getStart(tree), statement.end);
    // The new statement stands at the very end of this one.
    change.edits.push({ ...edit, end: Math.min(edit.end, statement.end) });
  }
}

/** `m.area` for a module imported as a whole. */
function namespace(project: Project, tree: ts.SourceFile, name: ts.Identifier, move: Relocation, change: FileChange, { whole, next, swap }: { whole: boolean; next: () => string; swap: () => void }): void {
  const path = tree.fileName.slice('/project/'.length);
  const uses = usesOfWhole(project.checker(), tree, name);
  const concerned = uses.members.filter((m) => move.names.has(m.name.text));
  if (uses.bare.length) {
    const line = lineOf(tree, uses.bare[0]!.getStart(tree));
    if (move.keepOld) change.notes.push({ kind: 'kept', path, line, text: `${name.text} is used as a whole and gets the names by way of ${move.from}` });
    else throw refuse('dynamic_use', `${path}:${line} uses ${name.text} (${move.from}) as a whole: which of its names are meant cannot be known.`, { path, line }, 'Ask for it with `keepOld`, which leaves a re-export in the old module.');
    return;
  }
  if (!concerned.length) return;
  if (concerned.length === uses.members.length && concerned.every((m) => move.names.get(m.name.text) === m.name.text)) {
    swap();
    return;
  }
  const taken = identifiersOf(tree);
  const locals = new Map<string, string>(importedAlready(project, path, tree, move));
  const known = new Set(locals.keys());
  for (const { node, name: member } of concerned) {
    const old = member.text;
    const local = locals.get(old) ?? (taken.has(old) || old === 'default' ? `${name.text}${old[0]!.toUpperCase()}${old.slice(1)}` : old);
    if (taken.has(local) && !locals.has(old)) throw refuse('name_clash', `${path} uses the names ${old} and ${local} already.`, { path, name: old }, 'Rename one of them first.');
    locals.set(old, local);
    change.edits.push({ start: node.getStart(tree), end: node.end, text: local });
  }
  for (const [old, local] of locals) if (!known.has(old)) change.wanted.push({ imported: move.names.get(old) ?? old, local, type: whole || move.types.has(old), specifier: next(), target: move.to });
}

/** Local names under which a file imports what moves, where nothing else in it has that name. */
function importedAlready(project: Project, path: RelativePath, tree: ts.SourceFile, move: Relocation): [string, string][] {
  const checker = project.checker();
  return readModule(project, path).imports.filter((b) => b.target === move.from && move.names.has(b.imported) && !b.type && !b.required).flatMap((b): [string, string][] => {
    const own = checker.getSymbolAtLocation(b.name);
    let alone = true;
    const visit = (node: ts.Node): void => {
      const member = ts.isIdentifier(node) && ((ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) || (ts.isBindingElement(node.parent) && node.parent.propertyName === node));
      if (ts.isIdentifier(node) && node.text === b.local && !member && checker.getSymbolAtLocation(node) !== own && node.parent !== b.name.parent) alone = false;
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return alone ? [[b.imported, b.local]] : [];
  });
}

/** Names that stand for themselves in a file: not members. */
function identifiersOf(tree: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) && !(ts.isQualifiedName(node.parent) && node.parent.right === node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function typeImport(tree: ts.SourceFile, literal: ts.StringLiteralLike, move: Relocation, change: FileChange, path: RelativePath, swap: () => void): void {
  const node = literal.parent.parent as ts.ImportTypeNode;
  let first: ts.Node | undefined = node.qualifier;
  while (first && ts.isQualifiedName(first)) first = first.left;
  if (first && ts.isIdentifier(first)) {
    const next = move.names.get(first.text);
    if (next === undefined) return;
    swap();
    if (next !== first.text) change.edits.push({ start: first.getStart(tree), end: first.end, text: next });
  } else change.notes.push({ kind: 'kept', path, line: lineOf(tree, node.getStart(tree)), text: `${node.getText(tree)} has no more of what moved` });
}

/** `import('./a')` and `require('./a')`. */
function wholeUse(project: Project, tree: ts.SourceFile, literal: ts.StringLiteralLike, move: Relocation, change: FileChange, path: RelativePath, next: () => string, swap: () => void): void {
  const line = lineOf(tree, literal.getStart(tree));
  const declaration = literal.parent.parent;
  if (ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name) && declaration.parent.parent.parent === tree && requiredModule(literal.parent)) {
    namespace(project, tree, declaration.name, move, change, { whole: false, next, swap });
    return;
  }
  const use = wholeModule(tree, literal.parent as ts.CallExpression);
  if (use.kind === 'none') return;
  const concerned = use.kind === 'members' ? use.names.filter((n) => move.names.has(n)) : [];
  if (use.kind === 'members' && !concerned.length) return;
  const same = concerned.every((n) => move.names.get(n) === n);
  if (use.kind === 'members' && concerned.length === use.names.length && same) return swap();
  if (use.kind === 'members' && use.pattern && same) {
    const { elements } = use.pattern;
    const out = new Set<ts.Node>(elements.filter((e) => concerned.includes((e.propertyName ?? e.name).getText(tree))));
    const taken = [...out].map((e) => e.getText(tree)).join(', ');
    const value = (use.pattern.parent as ts.VariableDeclaration).initializer!;
    const text = value.getText(tree);
    const at = literal.getStart(tree) - value.getStart(tree);
    const copy = text.slice(0, at + 1) + next() + text.slice(at + literal.getWidth(tree) - 1);
    change.edits.push(...withoutElements(tree, elements, out), { start: value.end, end: value.end, text: `, { ${taken} } = ${copy}` });
    return undefined;
  }
  if (move.keepOld) {
    change.notes.push({ kind: 'kept', path, line, text: `gets the names by way of ${move.from}` });
    return undefined;
  }
  throw refuse('dynamic_use', `${path}:${line} loads ${move.from} in a form that cannot be taken apart.`, { path, line }, 'Ask for it with `keepOld`, which leaves a re-export in the old module.');
}

/** A mocked module no longer holds what moved: the test would meet the real thing. */
function mocked(tree: ts.SourceFile, literal: ts.StringLiteralLike, move: Relocation, path: RelativePath): void {
  const call = literal.parent as ts.CallExpression;
  const factory = call.arguments[1]?.getText(tree) ?? '';
  const name = [...move.names.keys()].find((n) => (factory === '' ? tree.text : factory).match(new RegExp(`(?<![\\w$])${n.replaceAll('$', '\\$')}(?![\\w$])`)));
  if (name === undefined || (call.expression as ts.PropertyAccessExpression).name.text.endsWith('Actual')) return;
  const line = lineOf(tree, call.getStart(tree));
  throw refuse('dynamic_use', `${path}:${line} mocks ${move.from}, and with it ${name}.`, { path, line, symbol: name }, 'Change what the test mocks by hand first, or leave the symbol where it is.');
}
