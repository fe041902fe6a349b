import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { insertImports, mannerOf, withElements } from './text.ts';

/** A name that a file needs from a module. */
export interface Wanted {
  /** The exported name; `default`; `*` for the whole module. */
  imported: string;
  local: string;
  type: boolean;
  /** As it is to be written. */
  specifier: string;
  /** The file of the project that it leads to; undefined for a dependency. */
  target?: RelativePath;
}

/** A text with more imports: names join a statement that is there for the same module, else a new one follows the others. */
export function withImports(project: Project, path: RelativePath, text: string, wanted: readonly Wanted[], commonJs: boolean): string {
  if (!wanted.length) return text;
  const tree = ts.createSourceFile(`/project/${path}`, text, ts.ScriptTarget.ESNext, true);
  const manner = mannerOf(text.trim() === '' || !/['"]/.test(text) ? nearText(project, path, text) : text);
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  for (const group of grouped(wanted)) {
    let { names } = group;
    const { specifier, target } = group;
    const existing = commonJs ? [] : tree.statements.filter((s): s is ts.ImportDeclaration => ts.isImportDeclaration(s) && ts.isStringLiteral(s.moduleSpecifier) && (s.moduleSpecifier.text === specifier || (target !== undefined && project.resolve(s.moduleSpecifier.text, path) === target)));
    const taken = existing.flatMap((s) => bound(s));
    names = names.filter((n) => !taken.some((t) => t.local === n.local && t.imported === n.imported && (!t.type || n.type)));
    const into = existing.find((s) => s.importClause?.namedBindings && ts.isNamedImports(s.importClause.namedBindings) && s.importClause.namedBindings.elements.length && (s.importClause.phaseModifier === undefined || names.every((n) => n.type)));
    const list = names.filter((n) => n.imported !== '*' && n.imported !== 'default');
    if (into && list.length) {
      const { elements } = into.importClause!.namedBindings as ts.NamedImports;
      const whole = into.importClause!.phaseModifier === ts.SyntaxKind.TypeKeyword;
      edits.push(withElements(tree, elements, list.map((n) => element(n, whole))));
      names = names.filter((n) => !list.includes(n));
    }
    if (names.length) lines.push(...(commonJs ? requireLines(names, specifier, manner) : importLines(names, specifier, manner)));
  }
  edits.push(...insertImports(tree, lines, manner.eol));
  return applied(text, edits);
}

/** A file without a string of its own is written as its neighbours are. */
function nearText(project: Project, path: RelativePath, text: string): string {
  const other = project.sources().find((p) => p !== path && p.slice(0, p.lastIndexOf('/')) === path.slice(0, path.lastIndexOf('/')) && (project.files.text(p) ?? '').includes('import'));
  return text + (other === undefined ? '' : (project.files.text(other) ?? ''));
}

function grouped(wanted: readonly Wanted[]): { specifier: string; target: RelativePath | undefined; names: Wanted[] }[] {
  const groups = new Map<string, { specifier: string; target: RelativePath | undefined; names: Wanted[] }>();
  for (const one of wanted) {
    const group = groups.get(one.specifier) ?? { specifier: one.specifier, target: one.target, names: [] };
    groups.set(one.specifier, group);
    const same = group.names.find((n) => n.local === one.local && n.imported === one.imported);
    if (same) group.names = group.names.map((n) => (n === same ? { ...n, type: n.type && one.type } : n));
    else group.names.push(one);
  }
  return [...groups.values()];
}

function bound({ importClause: clause }: ts.ImportDeclaration): { local: string; imported: string; type: boolean }[] {
  const whole = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const found: { local: string; imported: string; type: boolean }[] = [];
  if (clause?.name) found.push({ local: clause.name.text, imported: 'default', type: whole });
  const names = clause?.namedBindings;
  if (names && ts.isNamespaceImport(names)) found.push({ local: names.name.text, imported: '*', type: whole });
  else if (names) for (const e of names.elements) found.push({ local: e.name.text, imported: (e.propertyName ?? e.name).text, type: whole || e.isTypeOnly });
  return found;
}

function element({ imported, local, type }: Wanted, whole: boolean): string {
  return `${type && !whole ? 'type ' : ''}${imported === local ? local : `${imported} as ${local}`}`;
}

type Written = ReturnType<typeof mannerOf>;

function importLines(names: readonly Wanted[], specifier: string, { quote, semi }: Written): string[] {
  const from = `from ${quote}${specifier}${quote}${semi}`;
  const lines: string[] = [];
  for (const n of names.filter((x) => x.imported === '*')) lines.push(`import ${n.type ? 'type ' : ''}* as ${n.local} ${from}`);
  const list = names.filter((n) => n.imported !== '*' && n.imported !== 'default').toSorted((a, b) => (a.local < b.local ? -1 : 1));
  const whole = list.every((n) => n.type);
  const defaults = names.filter((n) => n.imported === 'default');
  for (const [i, n] of defaults.entries()) {
    // A default and names stand in one statement unless one of them is a type.
    const joined = i === 0 && !n.type && list.length > 0 && !whole;
    lines.push(`import ${n.type ? 'type ' : ''}${n.local}${joined ? `, { ${list.map((x) => element(x, false)).join(', ')} }` : ''} ${from}`);
    if (joined) list.length = 0;
  }
  if (list.length) lines.push(`import ${whole ? 'type ' : ''}{ ${list.map((n) => element(n, whole)).join(', ')} } ${from}`);
  return lines;
}

function requireLines(names: readonly Wanted[], specifier: string, { quote, semi }: Written): string[] {
  const call = `require(${quote}${specifier}${quote})`;
  const whole = names.filter((n) => n.imported === '*').map((n) => `const ${n.local} = ${call}${semi}`);
  const list = names.filter((n) => n.imported !== '*').map((n) => (n.imported === n.local ? n.local : `${n.imported}: ${n.local}`)).toSorted();
  return list.length ? [...whole, `const { ${list.join(', ')} } = ${call}${semi}`] : whole;
}
