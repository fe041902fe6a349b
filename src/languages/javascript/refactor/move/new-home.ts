import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten, specifierTo } from '../project/rewrite.ts';
import type { Wanted } from './add-imports.ts';
import { type ImportBinding, type Module, hasModifier } from './model.ts';
import { isDefault, isExportList, type Piece, type Plan } from './plan.ts';
import { type Reference, referencesIn } from './references.ts';
import { exportPlace, extentOf, mannerOf, removal, withoutElements } from './text.ts';

export interface Needs {
  wanted: Wanted[];
  /** Local names that are called otherwise in the new home. */
  renamed: Map<string, string>;
  /** Names of the old module that it has to export from now on. */
  exports: Set<string>;
}

/** What code that moves needs imported where it goes. */
export function newImports(project: Project, old: Module, plan: Plan, to: RelativePath, home: Module | undefined): Needs {
  const needs: Needs = { wanted: [], renamed: new Map(), exports: new Set() };
  const typed = /\.[cm]?tsx?$/.test(to);
  const byName = new Map<string, Reference[]>();
  for (const r of plan.uses) if (!plan.names.has(r.name)) byName.set(r.name, [...(byName.get(r.name) ?? []), r]);
  for (const [name, uses] of byName) {
    const binding = old.imports.find((b) => b.local === name);
    const typeOnly = typed && uses.every((u) => u.type);
    if (binding?.target === to && home) {
      ownName(home, binding, needs);
      continue;
    }
    const one: Wanted = binding
      ? { imported: binding.imported, local: name, type: binding.type, specifier: binding.target !== undefined || binding.specifier.startsWith('.') ? written(project, old, binding, to) : binding.specifier, ...(binding.target !== undefined && { target: binding.target }) }
      : { imported: exportedName(old, name, needs), local: name, type: typeOnly || old.types.has(name), specifier: specifierTo(project, to, old.path), target: old.path };
    const there = home?.imports.find((b) => b.imported === one.imported && (one.target === undefined ? b.specifier === one.specifier : b.target === one.target) && (!b.type || one.type));
    if (there) {
      if (there.local !== name) needs.renamed.set(name, there.local);
      continue;
    }
    if (home && ([...home.declarations.values()].includes(name) || home.imports.some((b) => b.local === name && !plan.names.has(name)))) {
      throw refuse('name_clash', `What moves uses ${name}, and ${to} means something else by it.`, { path: to, symbol: name }, 'Rename one of them first.');
    }
    needs.wanted.push(one);
  }
  return needs;
}

function written(project: Project, old: Module, binding: ImportBinding, to: RelativePath): string {
  if (binding.target !== undefined) return rewritten(project, { from: old.path, text: binding.specifier, target: binding.target }, to, binding.target);
  return binding.specifier;
}

/** An import from the module that it goes to is the thing itself there. */
function ownName(home: Module, binding: ImportBinding, needs: Needs): void {
  const local = [...home.exported].find(([, as]) => as.includes(binding.imported))?.[0];
  if (local === undefined || binding.imported === '*') throw refuse('unsupported', `What moves uses ${binding.local}, which ${home.path} hands on from elsewhere or as a whole.`, { path: home.path, symbol: binding.local }, 'Import it by its own name from where it is declared first.');
  if (local !== binding.local) needs.renamed.set(binding.local, local);
}

function exportedName(old: Module, name: string, needs: Needs): string {
  const as = old.exported.get(name);
  if (as?.length) return as.includes(name) ? name : as[0]!;
  needs.exports.add(name);
  return name;
}

/** The text of what moves, piece by piece, each with the line end behind it. */
export function writtenPieces(old: Module, plan: Plan, exportedAs: ReadonlyMap<string, string[]>, renamed: ReadonlyMap<string, string>): string[] {
  const { tree } = old;
  const { semi, eol } = mannerOf(tree.text);
  const texts: string[] = [];
  const lists: string[] = [];
  for (const [i, piece] of plan.pieces.entries()) {
    const { start, end } = extentOf(tree, piece.statement);
    const edits = renames(plan.uses, renamed, piece);
    const own = old.commonJs ? [] : exportEdits(tree, piece, exportedAs);
    const text = piece.only ? partial(tree, piece, exportedAs, edits, semi, old.commonJs) : applied(tree.text.slice(start, end), [...edits, ...own].map((e) => ({ ...e, start: e.start - start, end: e.end - start })));
    const previous = plan.pieces[i - 1];
    const gap = previous && !/\n[ \t]*\r?\n/.test(tree.text.slice(extentOf(tree, previous.statement).end, start)) && neighbours(old, previous, piece) ? '' : previous ? eol : '';
    texts.push(gap + text + eol);
  }
  for (const name of plan.names) {
    const as = exportedAs.get(name) ?? [];
    if (old.commonJs) lists.push(...as.map((a) => (a === name ? name : `${a}: ${name}`)));
    else lists.push(...as.filter((a) => a !== name && a !== 'default').map((a) => `${name} as ${a}`));
    if (!old.commonJs && as.includes('default') && !plan.pieces.some((p) => p.names.includes(name) && isDefault(p.statement))) texts.push(`${eol}export default ${name}${semi}${eol}`);
  }
  if (lists.length && !old.commonJs) texts.push(`${eol}export { ${lists.join(', ')} }${semi}${eol}`);
  else if (lists.length) texts.push(eol, ...lists.map((l) => `exports.${l.split(':')[0]} = ${l.split(':').at(-1)!.trim()}${semi}${eol}`));
  return texts;
}

function neighbours(old: Module, a: Piece, b: Piece): boolean {
  const all = old.units.map((u) => u.statement);
  return all.indexOf(b.statement) - all.indexOf(a.statement) === 1;
}

function renames(uses: readonly Reference[], renamed: ReadonlyMap<string, string>, piece: Piece): TextEdit[] {
  return uses.filter((u) => renamed.has(u.name) && piece.statement.pos <= u.id.pos && u.id.end <= piece.statement.end).map(({ id, name }) => {
    const to = renamed.get(name)!;
    return { start: id.getStart(), end: id.end, text: ts.isShorthandPropertyAssignment(id.parent) ? `${name}: ${to}` : to };
  });
}

/** Adds or takes `export` and `default`. */
function exportEdits(tree: ts.SourceFile, { statement, names }: Piece, exportedAs: ReadonlyMap<string, string[]>): TextEdit[] {
  if (!names.length) return [];
  const as = names.flatMap((n) => exportedAs.get(n) ?? []);
  if (ts.isExportAssignment(statement)) return [];
  const has = hasModifier(statement, ts.SyntaxKind.ExportKeyword);
  const isDefaultHere = hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
  if (has && isDefaultHere && !as.includes('default')) {
    const word = ts.getModifiers(statement as ts.FunctionDeclaration)!.find((m) => m.kind === ts.SyntaxKind.DefaultKeyword)!;
    return [{ start: word.getStart(tree), end: word.end + 1, text: '' }];
  }
  if (has || !names.some((n) => exportedAs.get(n)?.includes(n))) return [];
  const at = exportPlace(tree, statement);
  return [{ start: at, end: at, text: 'export ' }];
}

function partial(tree: ts.SourceFile, piece: Piece, exportedAs: ReadonlyMap<string, string[]>, edits: readonly TextEdit[], semi: string, commonJs: boolean): string {
  const statement = piece.statement as ts.VariableStatement;
  const [first] = statement.declarationList.declarations;
  const head = tree.text.slice(statement.getStart(tree), first!.getStart(tree));
  const exporting = !commonJs && !/^export\b/.test(head) && piece.names.some((n) => exportedAs.get(n)?.includes(n)) ? 'export ' : '';
  const list = piece.only!.map((d) => {
    const start = d.getStart(tree);
    return applied(tree.text.slice(start, d.end), edits.filter((e) => e.start >= start && e.end <= d.end).map((e) => ({ ...e, start: e.start - start, end: e.end - start })));
  });
  return `${exporting}${head}${list.join(', ')}${semi}`;
}

/**
 * Where what moves stands in an existing module: at its end, unless something there needs it while the module loads.
 *
 * @returns undefined for the end
 * @throws `refactoring_refused` (`behaviour`) where it would have to stand before and after something
 */
export function placeIn(project: Project, home: Module, plan: Plan, own: ReadonlyMap<string, string>): number | undefined {
  const hoisted = plan.pieces.every((p) => ts.isFunctionDeclaration(p.statement) || ts.isInterfaceDeclaration(p.statement) || ts.isTypeAliasDeclaration(p.statement));
  const eager = referencesIn(project, home, home.tree.statements.filter((s) => !ts.isImportDeclaration(s) && !isExportList(s))).find((r) => own.has(r.name) && r.eager && !r.type);
  if (!eager || hoisted) return undefined;
  const first = home.tree.statements.find((s) => s.pos <= eager.id.pos && eager.id.end <= s.end);
  const needed = plan.uses.filter((u) => u.eager && !u.type).map((u) => u.name);
  if (needed.some((n) => [...home.exported.values()].flat().includes(n) || [...home.declarations.values()].includes(n))) {
    throw refuse('behaviour', `${home.path} needs ${eager.name} while it loads, and what moves needs ${home.path}.`, { path: home.path, symbol: eager.name }, 'Move it to another module.');
  }
  return first ? extentOf(home.tree, first).start : undefined;
}

/** In the new home: imports of what is its own now go, and other names for it give way. */
export function reused(project: Project, home: Module, own: ReadonlyMap<string, string>, from: RelativePath): TextEdit[] {
  const edits: TextEdit[] = [];
  const { tree } = home;
  const statements = new Map<ts.Statement, ts.Node[]>();
  for (const b of home.imports.filter((x) => x.target === from && own.has(x.local))) {
    let at: ts.Node = b.name;
    while (at.parent !== tree) at = at.parent;
    statements.set(at as ts.Statement, [...(statements.get(at as ts.Statement) ?? []), b.name]);
  }
  for (const [statement, names] of statements) {
    const all = home.imports.filter((b) => statement.pos <= b.name.pos && b.name.end <= statement.end);
    if (all.length === names.length) {
      edits.push(removal(tree.text, statement.getStart(tree), statement.end));
      continue;
    }
    const list = names.map((n) => n.parent).filter((n) => ts.isImportSpecifier(n) || ts.isBindingElement(n));
    const clause = names.find((n) => ts.isImportClause(n.parent));
    const siblings = list[0]?.parent as ts.NamedImports | ts.ObjectBindingPattern | undefined;
    if (siblings && list.length === siblings.elements.length && ts.isNamedImports(siblings)) edits.push({ start: (siblings.parent.name ?? siblings).end, end: siblings.end, text: '' });
    else if (siblings) edits.push(...withoutElements(tree, siblings.elements, new Set(list)));
    if (clause && ts.isImportClause(clause.parent) && clause.parent.namedBindings) edits.push({ start: clause.getStart(tree), end: clause.parent.namedBindings.getStart(tree), text: '' });
  }
  for (const r of referencesIn(project, home, tree.statements.filter((s) => !ts.isImportDeclaration(s)))) {
    const to = own.get(r.name);
    const isBinding = ts.isBindingElement(r.id.parent) || ts.isImportSpecifier(r.id.parent);
    if (to === undefined || to === r.name || isBinding) continue;
    edits.push({ start: r.id.getStart(tree), end: r.id.end, text: ts.isShorthandPropertyAssignment(r.id.parent) ? `${r.name}: ${to}` : ts.isExportSpecifier(r.id.parent) && !r.id.parent.propertyName ? `${to} as ${r.name}` : to });
  }
  return edits;
}
