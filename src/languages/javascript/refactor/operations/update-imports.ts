import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Note, UpdateImports } from '../../../refactor/types.ts';
import { isTestPath } from '../../test-paths.ts';
import { lineOf } from '../check/diagnostics.ts';
import { type Wanted, withImports } from '../move/add-imports.ts';
import { readModule } from '../move/model.ts';
import { importRemovals } from '../move/old-home.ts';
import { isSource } from '../project/configs.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten, specifierTo } from '../project/rewrite.ts';
import { type Specifier, specifiersOf, targetOf } from '../project/specifiers.ts';
import type { Outcome } from './outcome.ts';

const CODE = /(\.d)?\.[cm]?[jt]sx?$/;

/** Repairs specifiers that lead nowhere, and names that their module no longer exports, where exactly one file of the project can be meant. */
export function updateImports(project: Project, { moved = [] }: UpdateImports): Outcome {
  const files = project.sources();
  const exported = exportsByFile(project, files);
  const notes: Note[] = [];
  const texts = new Map<RelativePath, string>();
  let repaired = 0;
  for (const path of files) {
    const tree = project.tree(path);
    const edits: TextEdit[] = [];
    const settled = new Set<ts.Node>();
    for (const s of specifiersOf(tree, project.options)) {
      if (!s.node || s.kind === 'url' || s.kind === 'augment' || !broken(project, path, s)) continue;
      const alias = aliased(project, path, s, moved);
      const found = alias === undefined ? meant(project, path, s, moved, exported) : [];
      if (alias === undefined && found.length !== 1) {
        notes.push({ kind: 'kept', path, line: lineOf(tree, s.start), text: found.length ? `'${s.text}' may mean ${found.slice(0, 5).join(' or ')}` : `'${s.text}' leads nowhere, and no file is like it` });
        continue;
      }
      edits.push({ start: s.start, end: s.end, text: alias ?? styled(project, path, s, found[0]!) });
      if (s.node) settled.add(s.node);
      repaired += 1;
    }
    const names = lostNames(project, path, exported, settled, notes);
    repaired += names.wanted.length;
    if (!edits.length && !names.edits.length) continue;
    const text = applied(tree.text, [...edits, ...names.edits]);
    texts.set(path, withImports(project, path, text, names.wanted, false));
  }
  project.stage(texts);
  return { notes, summary: repaired ? `Repaired ${repaired} ${repaired === 1 ? 'import' : 'imports'} in ${texts.size} ${texts.size === 1 ? 'file' : 'files'}.` : 'No import had to be repaired.' };
}

function broken(project: Project, path: RelativePath, s: Specifier): boolean {
  if (targetOf(project, path, s) !== undefined || project.resolve(s.text, path, s.mode) !== undefined) return false;
  const relative = s.text.startsWith('.');
  // Style sheets and data are resolved by bundlers, and what is built may not be there yet.
  if (relative) return (CODE.test(s.text) || !/\.\w+$/.test(posix.basename(s.text))) && !project.files.has(posix.normalize(posix.join(posix.dirname(path), s.text))) && !/(^|\/)(dist|build|out|generated|node_modules)\//.test(s.text);
  const config = project.configOf(path)?.options;
  return s.text.startsWith('#') || Object.keys(config?.paths ?? {}).some((key) => fits(key, s.text));
}

function fits(pattern: string, text: string): boolean {
  const [head = '', tail] = pattern.split('*');
  return tail === undefined ? pattern === text : text.startsWith(head) && text.endsWith(tail) && head !== '';
}

/** A module given as imports spell it. */
function aliased(project: Project, path: RelativePath, s: Specifier, moved: readonly { from: string; to: string }[]): string | undefined {
  for (const { from, to } of moved) {
    if (from.startsWith('.') || project.files.has(to) || !(s.text === from || s.text.startsWith(`${from}/`))) continue;
    const next = to + s.text.slice(from.length);
    if (project.resolve(next, path, s.mode) !== undefined) return next;
  }
  return undefined;
}

/** The files that a broken specifier may mean: by what was said to have moved, else by name and by what is imported. */
function meant(project: Project, path: RelativePath, s: Specifier, moved: readonly { from: string; to: string }[], exported: ReadonlyMap<RelativePath, ReadonlySet<string>>): RelativePath[] {
  if (s.text.startsWith('.')) {
    const places = [path, ...moved.flatMap(({ from, to }) => (path === to ? [from] : path.startsWith(`${to}/`) ? [from + path.slice(to.length)] : []))];
    for (const place of places) {
      const pointed = posix.normalize(posix.join(posix.dirname(place), s.text));
      const now = moved.flatMap(({ from, to }) => {
        const bare = from.replace(CODE, '');
        if (pointed.replace(CODE, '') === bare) return [to];
        return pointed.startsWith(`${from}/`) ? [to + pointed.slice(from.length)] : [];
      });
      for (const target of [...now, ...(place === path ? [] : [pointed])]) {
        const file = fileAt(project, target);
        if (file !== undefined) return [file];
      }
    }
  }
  const wanted = namesOf(s);
  const stem = stemOf(s.text);
  const test = isTestPath(path);
  const like = [...exported.keys()].filter((p) => p !== path && (test || !isTestPath(p)) && stemOf(p) === stem && wanted.every((n) => exported.get(p)?.has(n)));
  if (like.length || !wanted.length) return like;
  // The file has another name now, or the symbols went elsewhere: files that declare all of them.
  return [...exported.keys()].filter((p) => p !== path && (test || !isTestPath(p)) && wanted.every((n) => n !== 'default' && exported.get(p)?.has(n)));
}

function fileAt(project: Project, target: RelativePath): RelativePath | undefined {
  if (project.files.has(target)) return target;
  const bare = target.replace(CODE, '');
  return ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs', '/index.ts', '/index.tsx', '/index.js', '/index.mjs'].map((e) => bare + e).find((p) => project.files.has(p));
}

function stemOf(path: string): string {
  const bare = path.replace(CODE, '').replace(/\/index$/, '');
  return posix.basename(bare);
}

/** The names that a statement takes from its module; none for a namespace or a dynamic import. */
function namesOf({ node }: Specifier): string[] {
  const parent = node?.parent;
  if (parent && ts.isImportDeclaration(parent)) {
    const { name, namedBindings } = parent.importClause ?? {};
    return [...(name ? ['default'] : []), ...(namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements.map((e) => (e.propertyName ?? e.name).text) : [])];
  }
  if (parent && ts.isExportDeclaration(parent) && parent.exportClause && ts.isNamedExports(parent.exportClause)) return parent.exportClause.elements.map((e) => (e.propertyName ?? e.name).text);
  return [];
}

function styled(project: Project, path: RelativePath, s: Specifier, target: RelativePath): string {
  // The file that the specifier seemed to mean tells its ending.
  const guess = posix.normalize(posix.join(posix.dirname(path), s.text));
  const ended = /\.[cm]?[jt]sx?$/.exec(s.text)?.[0];
  const old = ended === undefined ? `${guess}${CODE.exec(target)?.[0] ?? ''}` : guess.slice(0, -ended.length) + (/t/.test(ended) ? ended : (CODE.exec(target)?.[0] ?? ended));
  return rewritten(project, { from: path, text: s.text, target: s.text.startsWith('.') ? old : target }, path, target);
}

/** What each file declares and exports itself; what it only hands on does not count. */
function exportsByFile(project: Project, files: readonly RelativePath[]): Map<RelativePath, Set<string>> {
  return new Map(files.filter((p) => isSource(p) && !/\.d\.[cm]?ts$/.test(p)).map((path) => {
    const module = readModule(project, path);
    const own = new Set(module.declarations.values());
    return [path, new Set([...module.exported].filter(([local]) => own.has(local)).flatMap(([, as]) => as))];
  }));
}

/** Names that a module of the project no longer exports, and that exactly one other one does. */
function lostNames(project: Project, path: RelativePath, exported: ReadonlyMap<RelativePath, ReadonlySet<string>>, settled: ReadonlySet<ts.Node>, notes: Note[]): { edits: TextEdit[]; wanted: Wanted[] } {
  const module = readModule(project, path);
  const checker = project.checker();
  const lost = module.imports.filter((b) => b.target !== undefined && !b.required && b.imported !== '*' && b.imported !== 'default' && ![...settled].some((n) => n.parent.pos <= b.name.pos && b.name.end <= n.parent.end)).flatMap((b) => {
    const symbol = project.program().getSourceFile(`/project/${b.target}`) && checker.getSymbolAtLocation(project.tree(b.target!));
    if (symbol && checker.getExportsOfModule(symbol).some((s) => s.name === b.imported || s.name === 'export=')) return [];
    const homes = [...exported].filter(([p, names]) => p !== path && names.has(b.imported) && (isTestPath(path) || !isTestPath(p))).map(([p]) => p);
    if (homes.length === 1) return [{ b, home: homes[0]! }];
    notes.push({ kind: 'kept', path, line: lineOf(module.tree, b.name.getStart(module.tree)), text: homes.length ? `${b.imported} may come from ${homes.slice(0, 5).join(' or ')}` : `nothing exports ${b.imported}` });
    return [];
  });
  return {
    edits: importRemovals(module.tree, module.imports, lost.map((l) => l.b)),
    wanted: lost.map(({ b, home }) => ({ imported: b.imported, local: b.local, type: b.type, specifier: b.specifier.startsWith('.') ? rewritten(project, { from: path, text: b.specifier, target: b.target! }, path, home) : specifierTo(project, path, home), target: home })),
  };
}
