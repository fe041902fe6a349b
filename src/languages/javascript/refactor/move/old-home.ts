import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { specifierTo } from '../project/rewrite.ts';
import { type Wanted, withImports } from './add-imports.ts';
import type { Relocation } from './dependents.ts';
import { commonExports, hasModifier, type ImportBinding, type Module } from './model.ts';
import type { Plan } from './plan.ts';
import type { Reference } from './references.ts';
import { exportPlace, extentOf, hasGaps, mannerOf, removal, withoutElements, withoutGaps } from './text.ts';

interface Leaving {
  to: RelativePath;
  move: Relocation;
  exportedAs: ReadonlyMap<string, string[]>;
  /** Names that the new home needs from here, and that are not exported yet. */
  exports: ReadonlySet<string>;
  /** Uses here of what went. */
  back: readonly Reference[];
}

/** The old module without what went: it imports what it still uses, and drops the imports that went out of use with it. */
export function oldHome(project: Project, old: Module, plan: Plan, leaving: Leaving): string {
  const { tree } = old;
  const edits: TextEdit[] = [];
  for (const { statement, only } of plan.pieces) {
    if (only) edits.push(...withoutElements(tree, (statement as ts.VariableStatement).declarationList.declarations, new Set(only)));
    else {
      const { start, end } = extentOf(tree, statement);
      edits.push(removal(tree.text, start, end));
    }
  }
  edits.push(...exportLists(old, plan), ...unusedImports(old, plan), ...newExports(old, leaving.exports));
  const { eol, quote, semi } = mannerOf(tree.text);
  const specifier = specifierTo(project, old.path, leaving.to);
  const wanted: Wanted[] = [];
  for (const { name, type } of leaving.back) {
    const as = leaving.exportedAs.get(name) ?? [name];
    const imported = as.includes(name) ? name : (as[0] ?? name);
    const every = leaving.back.filter((r) => r.name === name).every((r) => r.type);
    wanted.push({ imported, local: name, type: (every && type && /\.[cm]?tsx?$/.test(old.path)) || old.types.has(name), specifier, target: leaving.to });
  }
  let text = applied(tree.text, edits);
  if (!hasGaps(tree.text)) text = withoutGaps(text);
  if (leaving.move.keepOld) text = kept(old, leaving, text, `${quote}${specifier}${quote}`, semi, eol);
  else if (!old.commonJs && !isStillModule(text)) text = `${text.trimEnd() === '' ? text.trimEnd() : text.trimEnd() + eol}export {}${semi}${eol}`;
  return withImports(project, old.path, text, wanted, old.commonJs);
}

function isStillModule(text: string): boolean {
  return /^\s*(?:import|export)\b/m.test(text);
}

function kept(old: Module, { move }: Leaving, text: string, from: string, semi: string, eol: string): string {
  const gap = text.trim() === '' ? text.trim() : `${text.replace(/(\r?\n)+$/, '')}${eol}${eol}`;
  if (old.commonJs) return `${gap}${[...move.names].map(([as, now]) => `exports.${as} = require(${from}).${now}${semi}`).join(eol)}${eol}`;
  const element = ([as, now]: [string, string]): string => (as === now ? as : `${now} as ${as}`);
  const types = [...move.names].filter(([as]) => move.types.has(as)).map(element);
  const values = [...move.names].filter(([as]) => !move.types.has(as)).map(element);
  const lines = [...(values.length ? [`export { ${values.join(', ')} } from ${from}${semi}`] : []), ...(types.length ? [`export type { ${types.join(', ')} } from ${from}${semi}`] : [])];
  return lines.length ? `${gap}${lines.join(eol)}${eol}` : text;
}

/** `export { area, perimeter }`, `export default area`, `module.exports = { area }`. */
function exportLists({ tree }: Module, { names }: Plan): TextEdit[] {
  const edits: TextEdit[] = [];
  const whole = (s: ts.Statement): void => {
    const { start, end } = extentOf(tree, s);
    edits.push(removal(tree.text, start, end));
  };
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      const { elements } = statement.exportClause;
      const gone = elements.filter((e) => names.has((e.propertyName ?? e.name).text));
      if (gone.length && gone.length === elements.length) whole(statement);
      else edits.push(...withoutElements(tree, elements, new Set(gone)));
    } else if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression) && names.has(statement.expression.text)) whole(statement);
    const common = commonExports(statement).filter((e) => names.has(e.local));
    const list = common[0]?.list;
    if (list) edits.push(...withoutElements(tree, list.properties, new Set(common.map((c) => c.node))));
    else if (common.length) whole(statement);
  }
  return edits;
}

/** Imports that only what went has used. Those that were unused before stay. */
function unusedImports(old: Module, { uses, rest }: Plan): TextEdit[] {
  const { tree } = old;
  const still = new Set(rest.map((r) => r.name));
  const handed = new Set(old.exported.keys());
  const gone = old.imports.filter((b) => uses.some((u) => u.name === b.local) && !still.has(b.local) && !handed.has(b.local));
  return importRemovals(tree, old.imports, gone);
}

/** Takes bindings out of import statements and `require` patterns; a statement that is left without any goes. */
export function importRemovals(tree: ts.SourceFile, imports: readonly ImportBinding[], gone: readonly ImportBinding[]): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const statement of tree.statements) {
    const all = imports.filter((b) => statement.pos <= b.name.pos && b.name.end <= statement.end);
    const here = all.filter((b) => gone.includes(b));
    if (!here.length) continue;
    if (here.length === all.length) {
      edits.push(removal(tree.text, statement.getStart(tree), extentOf(tree, statement).end));
      continue;
    }
    const elements = here.map((b) => b.name.parent).filter((n) => ts.isImportSpecifier(n) || ts.isBindingElement(n));
    const list = elements[0]?.parent as ts.NamedImports | ts.ObjectBindingPattern | undefined;
    const clause = here.map((b) => b.name.parent).find(ts.isImportClause);
    if (list && ts.isNamedImports(list) && elements.length === list.elements.length && list.parent.name) edits.push({ start: list.parent.name.end, end: list.end, text: '' });
    else if (list) edits.push(...withoutElements(tree, list.elements, new Set(elements)));
    if (clause?.name && clause.namedBindings) edits.push({ start: clause.name.getStart(tree), end: clause.namedBindings.getStart(tree), text: '' });
  }
  return edits;
}

/** Exports what the new home needs. */
function newExports(old: Module, names: ReadonlySet<string>): TextEdit[] {
  const { tree, units } = old;
  const { eol, semi } = mannerOf(tree.text);
  if (old.commonJs) return [...names].map((n) => ({ start: tree.text.length, end: tree.text.length, text: `exports.${n} = ${n}${semi}${eol}` }));
  return units.filter((u) => u.names.some((n) => names.has(n)) && !hasModifier(u.statement, ts.SyntaxKind.ExportKeyword)).map(({ statement }) => {
    const at = exportPlace(tree, statement);
    return { start: at, end: at, text: 'export ' };
  });
}
