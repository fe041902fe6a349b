import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { Note } from '../../../refactor/types.ts';
import { syntaxErrorIn } from '../check/diagnostics.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { type Wanted, withImports } from './add-imports.ts';
import { dependentChange, type Relocation } from './dependents.ts';
import { type Module, readModule } from './model.ts';
import { newImports, placeIn, reused, writtenPieces } from './new-home.ts';
import { oldHome } from './old-home.ts';
import { isVariable, planOf } from './plan.ts';
import { importPlace } from './text.ts';

export interface Relocated {
  texts: Map<RelativePath, string>;
  notes: Note[];
  /** Local names that went. */
  names: string[];
}

/**
 * Moves symbols from the top of one module to another, with all who import them. Computes texts and stages nothing.
 *
 * @throws `refactoring_refused`
 */
export function relocated(project: Project, from: RelativePath, symbols: readonly string[], to: RelativePath, keepOld: boolean): Relocated {
  refuseUnfit(project, from, to);
  const old = readModule(project, from);
  const home = project.files.has(to) ? readModule(project, to) : undefined;
  if (home && isModule(home) && isModule(old) && home.commonJs !== old.commonJs) throw refuse('unsupported', `${from} and ${to} are of different module systems.`, { from, to }, 'Move within ES modules or within CommonJS.');
  const plan = planOf(project, old, symbols, keepOld);
  const written = plan.rest.find((r) => r.written && plan.names.has(r.name)) ?? plan.uses.find((r) => r.written && !plan.names.has(r.name));
  if (written && isVariable(old, written.name)) throw refuse('behaviour', `${written.name} is given values on both sides of the move, and an import cannot be written to.`, { path: from, symbol: written.name }, 'Move what writes to it along.');

  // What others call things, before and after.
  const names = new Map<string, string>();
  const exportedAs = new Map<string, string[]>();
  for (const name of plan.names) {
    const outside = old.exported.get(name) ?? [];
    exportedAs.set(name, outside.map((as) => {
      const next = as === 'default' && (home !== undefined || plan.names.size > 1) ? name : as;
      if (next === 'default' && name !== 'default') names.set(as, 'default');
      else if (as === 'default' && name === 'default' && home && defaultOf(home)) throw refuse('name_clash', `${to} has a default export already, and what moves has no name.`, { path: to }, 'Name it first.');
      else names.set(as, as === 'default' && name === 'default' ? 'default' : next);
      return names.get(as)!;
    }));
  }
  const clash = [...names.values()].find((n) => home && [...home.exported.values()].flat().includes(n));
  if (clash !== undefined) throw refuse('name_clash', `${to} exports ${clash} already.`, { path: to, symbol: clash }, 'Rename one of them first.');
  const types = new Set([...plan.names].filter((n) => old.types.has(n)).flatMap((n) => old.exported.get(n) ?? []));
  const move: Relocation = { from, to, names, types, keepOld };

  // The new home. Names that it had from the old module become its own.
  const ownNames = new Map<string, string>();
  for (const b of home?.imports ?? []) {
    const local = b.target === from ? [...old.exported].find(([n, as]) => plan.names.has(n) && as.includes(b.imported))?.[0] : undefined;
    if (local !== undefined) ownNames.set(b.local, local);
  }
  refuseTaken(project, home, plan.names, ownNames, to);
  const back = plan.rest.filter((r) => plan.names.has(r.name));
  for (const { name } of back) if (!exportedAs.get(name)?.length) exportedAs.set(name, [name]);
  const needs = newImports(project, old, plan, to, home);
  const pieces = writtenPieces(old, plan, exportedAs, needs.renamed);

  const texts = new Map<RelativePath, string>();
  texts.set(to, homeText(project, old, home, to, pieces, needs.wanted, move, ownNames, plan));
  const dependents: Note[] = [];
  for (const { path, tree } of project.trees()) {
    if (path === from || path === to) continue;
    const change = dependentChange(project, path, tree, move);
    if (!change) continue;
    dependents.push(...change.notes);
    if (change.edits.length || change.wanted.length) texts.set(path, withImports(project, path, applied(tree.text, change.edits), change.wanted, readModule(project, path).commonJs));
  }
  texts.set(from, oldHome(project, old, plan, { to, move, exportedAs, exports: needs.exports, back }));
  return { texts, notes: [...plan.notes, ...dependents], names: [...plan.names] };
}

const isModule = (m: Module): boolean => m.commonJs || m.imports.length > 0 || m.exported.size > 0;
const defaultOf = (m: Module): boolean => [...m.exported.values()].flat().includes('default');

function refuseUnfit(project: Project, from: RelativePath, to: RelativePath): void {
  project.tree(from);
  if (from === to) throw refuse('unsupported', `${from} is where it is already.`, { path: from }, 'Give another module.');
  const typed = (p: string): boolean => /\.[cm]?tsx?$/.test(p);
  if (!/\.[cm]?[jt]sx?$/.test(to)) throw refuse('unsupported', `${to} is no module of JavaScript or TypeScript.`, { path: to }, 'Give a path with its extension.');
  if (typed(from) !== typed(to)) throw refuse('unsupported', `${from} and ${to} are of different languages.`, { from, to }, 'Move within one language.');
  if (/\.[cm][jt]s$/.exec(from)?.[0] !== /\.[cm][jt]s$/.exec(to)?.[0] && !project.files.has(to)) throw refuse('unsupported', `${to} would be of another module system than ${from}.`, { from, to }, 'Keep the extension.');
  for (const path of [from, to]) {
    const broken = project.files.has(path) ? syntaxErrorIn(project, path) : undefined;
    if (broken) throw refuse('broken_file', `${path} does not parse: ${ts.flattenDiagnosticMessageText(broken.messageText, ' ')}`, { path }, 'Mend the file first.');
  }
}

/** @throws `refactoring_refused` (`name_clash`) where the new home has the name, or means a global by it */
function refuseTaken(project: Project, home: Module | undefined, names: ReadonlySet<string>, own: ReadonlyMap<string, string>, to: RelativePath): void {
  if (!home) return;
  const taken = new Set([...home.declarations.values(), ...home.imports.filter((b) => !own.has(b.local)).map((b) => b.local)]);
  const globals = new Set<string>();
  const checker = project.checker();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && names.has(node.text) && !own.has(node.text)) {
      const symbol = checker.getSymbolAtLocation(node);
      const here = symbol?.declarations?.some((d) => d.getSourceFile() === home.tree);
      const member = (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) || (ts.isQualifiedName(node.parent) && node.parent.right === node);
      if (!here && !member && !ts.isImportSpecifier(node.parent) && !ts.isExportSpecifier(node.parent) && !ts.isPropertyAssignment(node.parent)) globals.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(home.tree);
  const clash = [...names].find((n) => taken.has(n) || globals.has(n));
  if (clash !== undefined) throw refuse('name_clash', `${to} uses the name ${clash} already.`, { path: to, symbol: clash }, 'Rename one of them first.');
}

function homeText(project: Project, old: Module, home: Module | undefined, to: RelativePath, pieces: readonly string[], wanted: readonly Wanted[], move: Relocation, own: ReadonlyMap<string, string>, plan: ReturnType<typeof planOf>): string {
  const eol = old.tree.text.includes('\r\n') ? '\r\n' : '\n';
  if (!home) {
    const head = old.tree.statements.filter((s) => ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression) && s.getStart(old.tree) < (importPlace(old.tree).position || 1)).map((s) => s.getText(old.tree));
    const directives = head.length ? head.join(eol) + eol + eol : '';
    return withImports(project, to, directives + pieces.join('') , wanted, old.commonJs);
  }
  const place = placeIn(project, home, plan, own);
  const { text } = home.tree;
  const edits: TextEdit[] = [...reused(project, home, own, move.from)];
  const homeEol = text.includes('\r\n') ? '\r\n' : '\n';
  const body = pieces.join('').replace(/\r?\n/g, homeEol);
  if (place === undefined) {
    const gap = text.trim() === '' ? '' : text.endsWith('\n') ? homeEol : homeEol + homeEol;
    edits.push({ start: text.length, end: text.length, text: gap + body });
  } else edits.push({ start: place, end: place, text: body + homeEol });
  return withImports(project, to, applied(text, edits), wanted, home.commonJs || (!isModule(home) && old.commonJs));
}
