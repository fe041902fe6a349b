import ts from 'typescript6';
import { refuse } from '../../../refactor/refuse.ts';
import type { Note } from '../../../refactor/types.ts';
import { lineOf } from '../check/diagnostics.ts';
import type { Project } from '../project/project.ts';
import { commonExports, hasModifier, type Module } from './model.ts';
import { type Reference, referencesIn } from './references.ts';

/** A statement that goes, or the declarations of it that do. */
export interface Piece {
  statement: ts.Statement;
  names: string[];
  /** Set where only some declarations of a variable statement go. */
  only?: ts.VariableDeclaration[];
}

/** What goes from a module to another. */
export interface Plan {
  names: Set<string>;
  pieces: Piece[];
  notes: Note[];
  /** What the code that goes names of its old module. */
  uses: Reference[];
  /** What the code that stays names of it. */
  rest: Reference[];
}

/**
 * Finds what has to go with symbols: merged declarations and overloads, assignments to them, private helpers that nothing else uses, and
 * private helpers without which the two modules would import each other.
 *
 * @throws `refactoring_refused`: `not_found`, `unsupported`
 */
export function planOf(project: Project, module: Module, symbols: readonly string[], keepOld: boolean): Plan {
  const names = new Set<string>();
  for (const symbol of symbols) {
    const name = module.units.some((u) => u.names.includes(symbol)) ? symbol : symbol === 'default' ? [...module.exported].find(([, as]) => as.includes('default'))?.[0] : undefined;
    if (name === undefined) throw refuse('not_found', `${module.path} declares no ${symbol} at its top.`, { path: module.path, symbol }, 'Members move with their class.');
    names.add(name);
  }
  const notes: Note[] = [];
  for (;;) {
    const plan = { names, notes, ...split(project, module, names) };
    const along = alongWith(module, plan, keepOld);
    if (!along) return plan;
    for (const { name, why } of along) {
      names.add(name);
      const statement = module.units.find((u) => u.names.includes(name))?.statement ?? module.tree;
      notes.push({ kind: 'also', path: module.path, line: lineOf(module.tree, statement.getStart(module.tree)), text: `${name}: ${why}` });
    }
  }
}

function split(project: Project, module: Module, names: ReadonlySet<string>): Pick<Plan, 'pieces' | 'uses' | 'rest'> {
  const pieces: Piece[] = [];
  const stay: ts.Node[] = [];
  for (const { statement, names: own } of module.units) {
    const going = own.filter((n) => names.has(n));
    if (!going.length) {
      if (assignsTo(statement, names)) pieces.push({ statement, names: [] });
      else if (!ts.isImportDeclaration(statement) && !isExportList(statement)) stay.push(statement);
      continue;
    }
    if (going.length === own.length) {
      pieces.push({ statement, names: going });
      continue;
    }
    const declarations = ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [];
    const only = declarations.filter((d) => ts.isIdentifier(d.name) && names.has(d.name.text));
    if (only.length !== going.length) throw refuse('unsupported', `${going.join(', ')} and ${own.filter((n) => !names.has(n)).join(', ')} are bound by one pattern in ${module.path}.`, { path: module.path, symbols: own }, 'Move all of them.');
    pieces.push({ statement, names: going, only });
    stay.push(...declarations.filter((d) => !only.includes(d)));
  }
  return { pieces, uses: referencesIn(project, module, pieces.flatMap((p): ts.Node[] => p.only ?? [p.statement])), rest: referencesIn(project, module, stay).filter((r) => !isRequire(r)) };
}

const isRequire = (r: Reference): boolean => ts.isVariableDeclaration(r.id.parent) && r.id.parent.name === r.id;

/** `export { … }`, `export default name`, `module.exports = { … }` of names alone: no use, it goes with the names. */
export function isExportList(statement: ts.Statement): boolean {
  if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier) return true;
  if (ts.isExportAssignment(statement)) return !statement.isExportEquals && ts.isIdentifier(statement.expression);
  const common = commonExports(statement);
  const [first] = common;
  return first !== undefined && (first.list === undefined || first.list.properties.length === common.length);
}

/** `area.unit = 'm2'` and `Shape.prototype.area = …` belong to what they are put on. */
function assignsTo(statement: ts.Statement, names: ReadonlySet<string>): boolean {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression) || statement.expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  let target = statement.expression.left;
  if (!ts.isPropertyAccessExpression(target)) return false;
  while (ts.isPropertyAccessExpression(target)) target = target.expression as ts.LeftHandSideExpression;
  return ts.isIdentifier(target) && names.has(target.text);
}

function alongWith(module: Module, { names, uses, rest }: Plan, keepOld: boolean): { name: string; why: string }[] | undefined {
  const own = (r: Reference): boolean => module.units.some((u) => u.names.includes(r.name)) && !names.has(r.name);
  const isPrivate = (name: string): boolean => !module.exported.has(name);
  const stays = new Set(rest.map((r) => r.name));
  const needed = [...new Set(uses.filter(own).map((r) => r.name))];
  const alone = needed.filter((n) => isPrivate(n) && !stays.has(n));
  if (alone.length) return alone.map((name) => ({ name, why: 'nothing else uses it' }));
  const back = keepOld || rest.some((r) => names.has(r.name) && !r.type);
  const forth = needed.filter((n) => isPrivate(n) && uses.some((r) => r.name === n && !r.type) && movable(module, n, rest));
  if (back && forth.length) return forth.map((name) => ({ name, why: 'the two modules would import each other otherwise' }));
  return undefined;
}

/** What is written to from outside cannot be imported. */
function movable(module: Module, name: string, rest: readonly Reference[]): boolean {
  return !rest.some((r) => r.name === name && r.written) && module.units.some((u) => u.names.includes(name));
}

/** Whether a name can be written anew: `let` and `var`. */
export function isVariable(module: Module, name: string): boolean {
  return module.units.some((u) => u.names.includes(name) && ts.isVariableStatement(u.statement) && (u.statement.declarationList.flags & ts.NodeFlags.Const) === 0);
}

export const isDefault = (statement: ts.Statement): boolean => hasModifier(statement, ts.SyntaxKind.DefaultKeyword) || (ts.isExportAssignment(statement) && !statement.isExportEquals);
