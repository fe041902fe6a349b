import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { MergeModules } from '../../../refactor/types.ts';
import { lineOf, syntaxErrorIn } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { withImports } from '../move/add-imports.ts';
import { loadGraph, refuseNewCircles } from '../move/cycles.ts';
import { joined } from '../move/joined.ts';
import { type Body, bodyOf, sideEffects } from '../move/merged-body.ts';
import { type Module, readModule } from '../move/model.ts';
import { hasGaps, importPlace, mannerOf, withoutGaps } from '../move/text.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten, specifierTo } from '../project/rewrite.ts';
import { specifiersOf, targetOf } from '../project/specifiers.ts';
import { movedSettings } from './move-settings.ts';
import type { Outcome } from './outcome.ts';

/** Files that follow and are checked as a whole; of others their imports. */
const CHECKED = 12;

/** Puts modules into one: imported ones first, imports between them dropped, the same import once; whoever imports one of them follows. */
export function mergeModules(project: Project, operation: MergeModules): Outcome {
  const { into, keepOld } = operation;
  const all = [...new Set([...(project.files.has(into) ? [into] : []), ...operation.from])];
  const others = all.filter((p) => p !== into);
  if (!others.length) throw refuse('unsupported', 'There is nothing to merge.', { from: operation.from }, 'Name at least one other module.');
  for (const path of all) {
    project.tree(path);
    const broken = syntaxErrorIn(project, path);
    if (broken) throw refuse('broken_file', `${path} does not parse.`, { path }, 'Mend the file first.');
    if (/\.tsx?$|\.[cm]ts$/.test(path) !== /\.tsx?$|\.[cm]ts$/.test(into)) throw refuse('unsupported', `${path} and ${into} are of different languages.`, { path, into }, 'Merge within one language.');
  }
  const modules = inOrder(all.map((p) => readModule(project, p)));
  const common = modules.find((m) => m.commonJs);
  if (common) throw refuse('unsupported', `${common.path} is a CommonJS module; those are not merged.`, { path: common.path }, 'Move its symbols one by one.');
  refuseClashes(project, modules, into);
  const graph = loadGraph(project);

  const texts = new Map<RelativePath, string | null>();
  texts.set(into, mergedText(project, modules, into));
  const set = new Set(all);
  for (const { path, tree } of project.trees()) {
    if (set.has(path)) continue;
    const edits = followers(project, path, tree, modules, into);
    if (edits.length) texts.set(path, joined(path, applied(tree.text, edits)));
  }
  const goes = new Map(others.map((p) => [p, into]));
  for (const [path, edits] of movedSettings(project, (p) => goes.get(p) ?? p, goes)) texts.set(path, applied(project.text(path), edits));
  for (const module of modules) if (module.path !== into) texts.set(module.path, keepOld ? handedOn(project, module, into) : null);

  const closely = texts.size <= CHECKED ? [...texts.keys()] : [into];
  const before = stateOf(project, [...new Set([...closely, ...all])].filter((p) => project.files.has(p)));
  project.stage(texts);
  verified(project, closely, before);
  refuseNewCircles(graph, loadGraph(project), new Set(texts.keys()), new Map([[into, others[0]!]]));
  const rest = [...texts.keys()].filter((p) => !set.has(p) && p !== into).length;
  return { notes: [], summary: `Merged ${others.join(', ')} into ${into}: ${rest} other ${rest === 1 ? 'file follows' : 'files follow'}.` };
}

/** What others import comes before them; else the order given. */
function inOrder(modules: readonly Module[]): Module[] {
  const done: Module[] = [];
  const entered = new Set<Module>();
  const enter = (m: Module): void => {
    if (entered.has(m)) return;
    entered.add(m);
    for (const b of m.imports) {
      const other = b.type ? undefined : modules.find((x) => x.path === b.target);
      if (other) enter(other);
    }
    done.push(m);
  };
  modules.forEach(enter);
  return done;
}

function refuseClashes(project: Project, modules: readonly Module[], into: RelativePath): void {
  const paths = new Set(modules.map((m) => m.path));
  const clash = (name: string, a: string, b: string): never => {
    throw refuse('name_clash', `${name} means one thing in ${a} and another in ${b}.`, { symbol: name, modules: [a, b], into }, 'Rename one of them first.');
  };
  const names = new Map<string, { path: string; key: string }>();
  const exported = new Map<string, string>();
  for (const m of modules) {
    const put = (name: string, key: string): void => {
      const known = names.get(name);
      if (known && known.key !== key) clash(name, known.path, m.path);
      names.set(name, { path: m.path, key });
    };
    for (const name of new Set(m.declarations.values())) if (name !== 'default') put(name, `${m.path}#${name}`);
    for (const b of m.imports) {
      if (b.target !== undefined && paths.has(b.target)) {
        const own = modules.find((x) => x.path === b.target)!;
        const local = [...own.exported].find(([, as]) => as.includes(b.imported))?.[0];
        if (local === b.local) put(b.local, `${b.target}#${local}`);
      } else put(b.local, `${b.target ?? b.specifier}|${b.imported}`);
    }
    for (const as of [...m.exported.values()].flat()) {
      const known = exported.get(as);
      if (known !== undefined) clash(as === 'default' ? 'the default export' : as, known, m.path);
      exported.set(as, m.path);
    }
  }
  for (const m of modules) {
    for (const name of freeNames(project, m)) {
      const other = modules.find((x) => x !== m && [...x.declarations.values()].includes(name));
      if (other) clash(name, m.path, other.path);
    }
  }
}

/** Names that a module takes from outside of all modules: globals. */
function freeNames(project: Project, { tree }: Module): Set<string> {
  const checker = project.checker();
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const member = (ts.isPropertyAccessExpression(parent) && parent.name === node) || (ts.isQualifiedName(parent) && parent.right === node) || (('name' in parent && parent.name === node) && !ts.isShorthandPropertyAssignment(parent)) || ('propertyName' in parent && parent.propertyName === node);
      const symbol = member ? undefined : ts.isShorthandPropertyAssignment(parent) ? checker.getShorthandAssignmentValueSymbol(parent) : checker.getSymbolAtLocation(node);
      if (!member && !symbol?.declarations?.some((d) => d.getSourceFile() === tree)) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function mergedText(project: Project, modules: readonly Module[], into: RelativePath): string {
  const at = modules.findIndex((m) => m.path === into);
  const own = modules[at];
  const base = own ?? modules[0]!;
  const { eol } = mannerOf(base.tree.text);
  const bodies = new Map<Module, Body>(modules.map((m) => [m, bodyOf(project, m, modules, into)]));
  const wanted = [...bodies].filter(([m]) => m !== own).flatMap(([, b]) => b.wanted);
  const heads = new Set(own ? [bodies.get(own)!.head] : []);
  const piece = (m: Module): string => {
    const { head, text: body } = bodies.get(m)!;
    // The same licence stands once.
    const again = head === '' || heads.has(head) || !own;
    if (head !== '') heads.add(head);
    return (again ? body : `${head}\n\n${body}`).replace(/\r?\n/g, eol);
  };
  let text: string;
  if (own) {
    const tree = ts.createSourceFile(into, bodies.get(own)!.whole, ts.ScriptTarget.ESNext, true);
    const before = modules.slice(0, at).map(piece).filter((t) => t !== '');
    const behind = modules.slice(at + 1).map(piece).filter((t) => t !== '');
    const place = importPlace(tree);
    const edits: TextEdit[] = [];
    if (before.length) edits.push({ start: place.position, end: place.position, text: place.after ? before.map((t) => eol + eol + t.trimEnd()).join('') : before.map((t) => t.trimEnd() + eol + eol).join('') });
    text = applied(tree.text, edits);
    if (behind.length) text = [text.trimEnd(), ...behind.map((t) => t.trimEnd())].filter((t) => t !== '').join(eol + eol) + eol;
  } else {
    const pieces = modules.map((m) => piece(m).trimEnd());
    text = [[...heads].join(eol + eol), ...pieces].filter((t) => t !== '').join(eol + eol) + eol;
  }
  const effects = modules.filter((m) => m !== own).flatMap((m) => sideEffects(project, m, modules, into));
  const withEffects = effects.length ? insertedEffects(into, text, [...new Set(effects)], eol) : text;
  const merged = joined(into, withImports(project, into, withEffects, wanted, false));
  return modules.some((m) => hasGaps(m.tree.text)) ? merged : withoutGaps(merged);
}

function insertedEffects(path: RelativePath, text: string, lines: readonly string[], eol: string): string {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const { position, after } = importPlace(tree);
  return applied(text, [{ start: position, end: position, text: after ? lines.map((l) => eol + l).join('') : lines.map((l) => l + eol).join('') + eol }]);
}

/** Edits of a file that imports what was merged. */
function followers(project: Project, path: RelativePath, tree: ts.SourceFile, modules: readonly Module[], into: RelativePath): TextEdit[] {
  const edits: TextEdit[] = [];
  const led = specifiersOf(tree, project.options).map((s) => ({ ...s, target: s.node ? targetOf(project, path, s) : undefined }));
  const stars = new Set(led.filter((s) => s.kind === 'export' && !(s.node!.parent as ts.ExportDeclaration).exportClause).map((s) => s.target));
  const wholeSet = modules.every((m) => stars.has(m.path));
  for (const s of led) {
    const module = modules.find((m) => m.path === s.target);
    if (!module || !s.node) continue;
    const line = lineOf(tree, s.start);
    if (s.kind === 'mock') throw refuse('dynamic_use', `${path}:${line} mocks ${module.path}, and would mock all that is merged.`, { path, line }, 'Change what the test mocks by hand first.');
    if (s.kind === 'url' || s.kind === 'augment') throw refuse('unsupported', `${path}:${line} names ${module.path} as a file of its own.`, { path, line }, 'Leave that module as it is.');
    const next = rewritten(project, { from: path, text: s.text, target: module.path }, path, into);
    const parent = s.node.parent;
    if (s.kind === 'export' && ts.isExportDeclaration(parent) && !parent.exportClause && !wholeSet) {
      const list = [...module.exported.values()].flat().filter((n) => n !== 'default').map((n) => (module.types.has(localOf(module, n)) && !parent.isTypeOnly ? `type ${n}` : n));
      if (list.length) edits.push({ start: parent.getStart(tree), end: s.start - 1, text: `export ${parent.isTypeOnly ? 'type ' : ''}{ ${list.toSorted().join(', ')} } from ` });
    }
    if (next !== s.text) edits.push({ start: s.start, end: s.end, text: next });
  }
  return edits;
}

const localOf = (module: Module, name: string): string => [...module.exported].find(([, as]) => as.includes(name))?.[0] ?? name;

function handedOn(project: Project, module: Module, into: RelativePath): string {
  const { quote, semi, eol } = mannerOf(module.tree.text);
  const names = [...module.exported.values()].flat().map((n) => (module.types.has(localOf(module, n)) ? `type ${n}` : n));
  return names.length ? `export { ${names.toSorted().join(', ')} } from ${quote}${specifierTo(project, module.path, into)}${quote}${semi}${eol}` : `export {}${semi}${eol}`;
}
