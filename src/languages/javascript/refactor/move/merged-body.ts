import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { lineOf } from '../check/diagnostics.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten } from '../project/rewrite.ts';
import { specifiersOf, targetOf } from '../project/specifiers.ts';
import type { Wanted } from './add-imports.ts';
import { type ImportBinding, leads, type Module } from './model.ts';
import { referencesIn } from './references.ts';
import { extentOf, mannerOf, removal } from './text.ts';
import { usesOfWhole } from './whole.ts';

/** A module's part of a merged one. */
export interface Body {
  /** What stands above the first statement and belongs to the file: a licence. */
  head: string;
  /** Without imports and head. */
  text: string;
  /** With its own imports, without those of what is merged: for the module that the others join. */
  whole: string;
  wanted: Wanted[];
}

/** What a module contributes: its statements, specifiers as they read from the new place, names of the merged modules by what they are there. */
export function bodyOf(project: Project, module: Module, modules: readonly Module[], into: RelativePath): Body {
  const { tree, path } = module;
  const edits = [...ownNames(project, module, modules), ...inner(project, module, modules)];
  const imports = tree.statements.filter(ts.isImportDeclaration);
  const between = imports.filter((s) => ts.isStringLiteral(s.moduleSpecifier) && modules.some((m) => m.path === leads(project, path, s.moduleSpecifier as ts.StringLiteral)));
  for (const s of specifiersOf(tree, project.options)) {
    if (!s.node || imports.some((i) => i.pos <= s.start && s.end <= i.end)) continue;
    const target = targetOf(project, path, s);
    const merged = modules.find((m) => m.path === target);
    if (merged && s.kind === 'export') continue;
    if (s.kind === 'url' && path !== into) throw refuse('unsupported', `${path}:${lineOf(tree, s.start)} names a file by its own place (new URL).`, { path }, 'Leave that module as it is.');
    if (target === undefined) continue;
    const next = rewritten(project, { from: path, text: s.text, target }, into, merged ? into : target);
    if (next !== s.text) edits.push({ start: s.start, end: s.end, text: next });
  }
  const gone = (list: readonly ts.Statement[]): TextEdit[] => list.map((s) => removal(tree.text, extentOf(tree, s).start, extentOf(tree, s).end)).map((e, i) => (list[i] === tree.statements[0] ? { ...e, start: Math.max(e.start, list[i]!.getStart(tree)) } : e));
  const wanted = module.imports.filter((b) => !modules.some((m) => m.path === b.target)).map((b) => wantedFor(project, module, b, into));
  const [first] = tree.statements;
  const headEnd = first ? extentOf(tree, first).start : 0;
  const head = tree.text.slice(0, headEnd).replace(/^\uFEFF/, '').trim();
  const body = applied(tree.text, [...edits, ...gone(imports)].map((e) => (e.start < headEnd && e.end > headEnd ? { ...e, start: headEnd } : e)));
  return { head, text: (head === '' ? body : body.slice(headEnd)).replace(/^\s+/, ''), whole: applied(tree.text, [...edits, ...gone(between)]), wanted };
}

function wantedFor(project: Project, { path }: Module, b: ImportBinding, into: RelativePath): Wanted {
  const specifier = b.target === undefined ? b.specifier : rewritten(project, { from: path, text: b.specifier, target: b.target }, into, b.target);
  return { imported: b.imported, local: b.local, type: b.type, specifier, ...(b.target !== undefined && { target: b.target }) };
}

/** Uses of names of the other merged modules: by the name that they have there. */
function ownNames(project: Project, module: Module, modules: readonly Module[]): TextEdit[] {
  const { tree } = module;
  const edits: TextEdit[] = [];
  const renamed = new Map<string, string>();
  for (const b of module.imports) {
    const other = modules.find((m) => m.path === b.target);
    if (!other) continue;
    if (b.imported === '*') {
      const uses = usesOfWhole(project.checker(), tree, b.name);
      if (uses.bare.length) throw refuse('dynamic_use', `${module.path}:${lineOf(tree, uses.bare[0]!.getStart(tree))} uses ${b.local} as a whole.`, { path: module.path, symbol: b.local }, 'Import its names first.');
      for (const { node, name } of uses.members) edits.push({ start: node.getStart(tree), end: node.end, text: localName(other, name.text, module) });
      continue;
    }
    const local = localName(other, b.imported, module);
    if (local !== b.local) renamed.set(b.local, local);
  }
  for (const { id, name } of referencesIn(project, module, tree.statements.filter((s) => !ts.isImportDeclaration(s)))) {
    const to = renamed.get(name);
    if (to === undefined) continue;
    const text = ts.isShorthandPropertyAssignment(id.parent) ? `${name}: ${to}` : ts.isExportSpecifier(id.parent) && !id.parent.propertyName ? `${to} as ${name}` : to;
    edits.push({ start: id.getStart(tree), end: id.end, text });
  }
  return edits;
}

function localName(other: Module, exported: string, module: Module): string {
  const local = [...other.exported].find(([, as]) => as.includes(exported))?.[0];
  if (local !== undefined && local !== 'default') return local;
  throw refuse('unsupported', `${module.path} imports ${exported} from ${other.path}, which has no name for it of its own.`, { path: other.path, symbol: exported }, 'Give it a name there first.');
}

/** `export … from` one of the merged modules: it is handed out from here anyhow, unless under another name. */
function inner(project: Project, module: Module, modules: readonly Module[]): TextEdit[] {
  const { tree } = module;
  const { semi } = mannerOf(tree.text);
  return tree.statements.flatMap((s): TextEdit[] => {
    if (!ts.isExportDeclaration(s) || !s.moduleSpecifier || !ts.isStringLiteral(s.moduleSpecifier)) return [];
    const other = modules.find((m) => m.path === leads(project, module.path, s.moduleSpecifier as ts.StringLiteral));
    if (!other) return [];
    if (s.exportClause && ts.isNamespaceExport(s.exportClause)) throw refuse('unsupported', `${module.path} hands out ${other.path} as a whole.`, { path: module.path }, 'Leave that module as it is.');
    const names = s.exportClause ? s.exportClause.elements.filter((e) => e.propertyName && e.propertyName.text !== e.name.text).map((e) => `${localName(other, e.propertyName!.text, module)} as ${e.name.text}`) : [];
    const removed = removal(tree.text, extentOf(tree, s).start, extentOf(tree, s).end);
    return [names.length ? { start: s.getStart(tree), end: s.end, text: `export ${s.isTypeOnly ? 'type ' : ''}{ ${names.join(', ')} }${semi}` } : removed];
  });
}

/** Imports for their effects alone, as they read from the new place. */
export function sideEffects(project: Project, module: Module, modules: readonly Module[], into: RelativePath): string[] {
  const { quote, semi } = mannerOf(module.tree.text);
  return module.tree.statements.flatMap((s) => {
    if (!ts.isImportDeclaration(s) || s.importClause || !ts.isStringLiteral(s.moduleSpecifier)) return [];
    const target = leads(project, module.path, s.moduleSpecifier);
    if (modules.some((m) => m.path === target)) return [];
    const text = target === undefined ? s.moduleSpecifier.text : rewritten(project, { from: module.path, text: s.moduleSpecifier.text, target }, into, target);
    return [`import ${quote}${text}${quote}${semi}`];
  });
}
