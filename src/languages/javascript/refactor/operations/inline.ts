import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { InlineFunction } from '../../../refactor/types.ts';
import { lineOf, syntaxErrorIn } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { type Wanted, withImports } from '../move/add-imports.ts';
import { readModule } from '../move/model.ts';
import { importRemovals } from '../move/old-home.ts';
import { referencesIn } from '../move/references.ts';
import { extentOf, hasGaps, removal, withoutElements, withoutGaps } from '../move/text.ts';
import { declared, functionOf } from '../project/declarations.ts';
import { applied, FileEdits, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten, specifierTo } from '../project/rewrite.ts';
import { bodyFor, type Inlinable, inlinable } from './inline-body.ts';
import type { Outcome } from './outcome.ts';
import { isPublic, refuseHandedOut, type Use, usesOf } from './uses.ts';

/** Puts a function that gives one expression where it is called, everywhere, and removes it with its imports. */
export function inlineFunction(project: Project, { path, symbol }: InlineFunction): Outcome {
  const place = declared(project, symbol, path);
  const fn = functionOf(place.declaration);
  const tree = project.tree(path);
  if (syntaxErrorIn(project, path)) throw refuse('broken_file', `${path} does not parse.`, { path }, 'Mend the file first.');
  if (!fn || ts.isClassElement(place.declaration) || !(ts.isFunctionDeclaration(place.declaration) || ts.isVariableDeclaration(place.declaration))) throw refuse('unsupported', `${symbol} in ${path} is no function of its own.`, { path, symbol }, 'Methods are not inlined.');
  const statement = ts.isVariableDeclaration(place.declaration) ? (place.declaration.parent.parent as ts.Statement) : (place.declaration as ts.FunctionDeclaration);
  if (statement.parent !== tree) throw refuse('unsupported', `${symbol} is not declared at the top of ${path}.`, { path, symbol }, 'Inline it by hand.');
  if (isPublic(project, project.checker().getSymbolAtLocation(place.name))) throw refuse('exported_api', `${symbol} is handed out by the package.`, { path, symbol }, 'Make it private to the package first.');
  const what = inlinable(project, fn, symbol);
  const uses = usesOf(project, path, place.name.getStart());
  refuseHandedOut(project, path, symbol, uses);
  const odd = uses.find((u) => u.kind === 'value' || (u.kind === 'declaration' && u.declaration !== fn));
  if (odd) throw refuse('dynamic_use', `${odd.path}:${lineOf(odd.node.getSourceFile(), odd.node.getStart())} uses ${symbol} as a value, or declares it again.`, { path: odd.path, symbol }, 'Only what is called everywhere can be inlined.');
  const calls = uses.filter((u): u is Use & { call: ts.CallExpression } => u.kind === 'call' && u.call !== undefined);
  const nested = calls.find((c) => calls.some((o) => o !== c && o.path === c.path && c.call.pos <= o.call.pos && o.call.end <= c.call.end));
  if (nested) throw refuse('unsupported', `${nested.path}:${lineOf(nested.call.getSourceFile(), nested.call.getStart())} calls ${symbol} with a call of ${symbol}.`, { path: nested.path, symbol }, 'Put one of them in a constant first.');

  const edits = new FileEdits();
  const wanted = new Map<RelativePath, Wanted[]>();
  for (const { path: at, call } of calls) {
    if (at === path && statement.pos <= call.pos && call.end <= statement.end) throw refuse('unsupported', `${symbol} calls itself.`, { path, symbol });
    edits.add(at, call.getStart(), call.end, bodyFor(project, what, call, at, symbol));
    if (at !== path) wanted.set(at, [...(wanted.get(at) ?? []), ...needs(project, path, what, at, call)]);
  }
  for (const [file, list] of cleared(project, path, place.name.text, statement, uses)) for (const e of list) edits.add(file, e.start, e.end, e.text);
  if (!calls.some((c) => c.path === path)) {
    const module = readModule(project, path);
    const used = new Set(referencesIn(project, module, [statement]).map((r) => r.name));
    const still = new Set([...module.exported.keys(), ...referencesIn(project, module, tree.statements.filter((s) => s !== statement && !ts.isImportDeclaration(s))).map((r) => r.name)]);
    for (const e of importRemovals(tree, module.imports, module.imports.filter((b) => !b.required && used.has(b.local) && !still.has(b.local)))) edits.add(path, e.start, e.end, e.text);
  }
  const paths = [...edits.byPath.keys()];
  const before = stateOf(project, paths);
  const texts = new Map([...edits.byPath].map(([file, list]): [RelativePath, string] => {
    const text = project.text(file);
    const next = applied(text, list);
    return [file, withImports(project, file, hasGaps(text) ? next : withoutGaps(next), wanted.get(file) ?? [], readModule(project, file).commonJs)];
  }));
  project.stage(texts);
  verified(project, paths, before);
  return { notes: [], summary: `Inlined ${symbol}: ${calls.length} ${calls.length === 1 ? 'call' : 'calls'} in ${new Set(calls.map((c) => c.path)).size} files.` };
}

/** What the body names at the top of its module has to be imported where it goes. */
function needs(project: Project, path: RelativePath, what: Inlinable, at: RelativePath, call: ts.CallExpression): Wanted[] {
  const module = readModule(project, path);
  const there = readModule(project, at);
  const found: Wanted[] = [];
  for (const { name, type } of referencesIn(project, module, [what.body])) {
    const binding = module.imports.find((b) => b.local === name);
    const one: Wanted = binding
      ? { imported: binding.imported, local: name, type: binding.type || type, specifier: binding.target === undefined ? binding.specifier : rewritten(project, { from: path, text: binding.specifier, target: binding.target }, at, binding.target), ...(binding.target !== undefined && { target: binding.target }) }
      : { imported: module.exported.get(name)?.[0] ?? '', local: name, type: type || module.types.has(name), specifier: specifierTo(project, at, path), target: path };
    if (one.imported === '') throw refuse('unsupported', `The function uses ${name}, which ${path} does not export.`, { path, symbol: name }, 'Export it first.');
    const same = there.imports.some((b) => b.local === name && b.imported === one.imported && (one.target === undefined ? b.specifier === one.specifier : b.target === one.target));
    if (same) continue;
    if (one.target === at || project.checker().resolveName(name, call, ts.SymbolFlags.Value | ts.SymbolFlags.Type, false)) throw refuse('name_clash', `${at} means something else by ${name}, or declares it itself.`, { path: at, symbol: name }, 'Rename one of them first.');
    found.push(one);
  }
  return found;
}

/** Takes the function away, and every import and export of it. */
function cleared(project: Project, path: RelativePath, name: string, statement: ts.Statement, uses: readonly Use[]): Map<RelativePath, TextEdit[]> {
  const edits = new Map<RelativePath, TextEdit[]>();
  const add = (file: RelativePath, list: readonly TextEdit[]): void => void edits.set(file, [...(edits.get(file) ?? []), ...list]);
  const tree = project.tree(path);
  const { start, end } = extentOf(tree, statement);
  const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : undefined;
  if (declarations && declarations.length > 1) add(path, withoutElements(tree, declarations, new Set(declarations.filter((d) => d.name.getText(tree) === name))));
  else add(path, [removal(tree.text, start, end)]);
  for (const file of new Set(uses.filter((u) => u.kind === 'pass').map((u) => u.path))) {
    const module = readModule(project, file);
    const nodes = uses.filter((u) => u.kind === 'pass' && u.path === file).map((u) => u.node);
    add(file, importRemovals(module.tree, module.imports, module.imports.filter((b) => nodes.some((n) => n.parent === b.name.parent))));
    for (const node of nodes) {
      const holder = node.parent;
      if (ts.isShorthandPropertyAssignment(holder)) add(file, withoutElements(module.tree, holder.parent.properties, new Set([holder])));
      else if (ts.isExportAssignment(holder)) add(file, [removal(module.tree.text, holder.getStart(), holder.end)]);
      else if (ts.isExportSpecifier(holder)) {
        const { elements } = holder.parent;
        const gone = new Set(elements.filter((e) => nodes.some((n) => n.parent === e)));
        const whole = holder.parent.parent;
        add(file, gone.size === elements.length ? [removal(module.tree.text, whole.getStart(), whole.end)] : withoutElements(module.tree, elements, gone));
      }
    }
  }
  return edits;
}
