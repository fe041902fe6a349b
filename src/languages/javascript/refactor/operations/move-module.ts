import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { MoveModule, Note } from '../../../refactor/types.ts';
import { lineOf, syntaxErrorIn } from '../check/diagnostics.ts';
import { isSource } from '../project/configs.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';
import { rewritten } from '../project/rewrite.ts';
import { endingHabit, relativeSpecifier, type Specifier, specifiersOf, targetOf } from '../project/specifiers.ts';
import { movedSettings } from './move-settings.ts';
import { mentionsOf } from './mentions.ts';
import type { Outcome } from './outcome.ts';

/**
 * Moves a file or a folder; everything that leads to it, or from it, follows: imports in every form, mocks, `new URL`, package.json and
 * tsconfig.json. Afterwards every specifier of the project is resolved again and has to lead where it led before.
 */
export function moveModule(project: Project, operation: MoveModule): Outcome {
  const moved = movedPaths(project, operation);
  const goes = (path: RelativePath): RelativePath => moved.get(path) ?? path;
  const before = ledBefore(project);
  const texts = new Map<RelativePath, string | null>();
  const notes: Note[] = [];
  for (const [path, specifiers] of before) {
    const edits = specifierEdits(project, path, specifiers, goes);
    const text = project.text(path);
    if (edits.length) texts.set(goes(path), applied(text, edits));
    else if (moved.has(path)) texts.set(goes(path), text);
    if (moved.has(path)) notes.push(...placeBound(project, path));
  }
  for (const [path, edits] of movedSettings(project, goes, moved)) texts.set(goes(path), applied(project.text(path), edits));
  for (const [from, to] of moved) {
    if (!texts.has(to) && project.files.text(from) !== undefined) texts.set(to, project.text(from));
    if (!texts.has(from)) texts.set(from, operation.keepOld && isSource(from) ? compatibility(project, from, to) : null);
  }
  notes.push(...mentionsOf(project, operation.from, [], mentionOf(operation.from)));
  project.stage(texts);
  const compat = new Set(operation.keepOld ? moved.keys() : []);
  ledSame(project, before, goes, compat);
  const importers = [...texts.keys()].filter((p) => texts.get(p) !== null && ![...moved.values()].includes(p) && !compat.has(p)).length;
  const what = moved.size === 1 ? operation.from : `${operation.from} (${moved.size} files)`;
  return {
    notes,
    summary: `Moved ${what} to ${operation.to}: ${importers} other ${importers === 1 ? 'file follows' : 'files follow'}.`,
    moved: new Map([...moved].filter(([from]) => !compat.has(from) || !isSource(from))),
  };
}

function mentionOf(path: RelativePath): RegExp {
  return new RegExp(`(?<![\\w])${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w])`, 'g');
}

/** Every file that goes, by where it is now. */
function movedPaths(project: Project, { from, to }: MoveModule): Map<RelativePath, RelativePath> {
  const clean = to.replace(/\/+$/, '');
  if (project.files.has(from)) {
    const folder = to.endsWith('/') || project.files.directoryExists(`/project/${clean}`);
    const target = folder ? posix.join(clean, posix.basename(from)) : posix.extname(clean) === '' ? clean + posix.extname(from) : clean;
    refuseTarget(project, from, target);
    return new Map([[from, target]]);
  }
  const inside = project.files.paths().filter((p) => p.startsWith(`${from}/`));
  if (!inside.length) throw refuse('not_found', `There is no ${from} in the project.`, { path: from }, 'Give a file or folder relative to the project.');
  if (clean === from || clean.startsWith(`${from}/`)) throw refuse('unsupported', `${to} lies inside ${from}.`, { path: to }, 'Choose a place outside of it.');
  const moved = new Map(inside.map((p) => [p, clean + p.slice(from.length)]));
  for (const [path, target] of moved) refuseTarget(project, path, target);
  return moved;
}

function refuseTarget(project: Project, from: RelativePath, to: RelativePath): void {
  if (project.files.has(to)) throw refuse('name_clash', `${to} exists already.`, { path: to }, 'Choose another place, or merge the two.');
  if (!isSource(from)) return;
  const family = (p: string): string => posix.extname(p).replace(/x$/, '');
  if (family(from) !== family(to)) throw refuse('unsupported', `${from} to ${to} is a change of language or module system, not a move.`, { from, to }, 'Keep the extension.');
  if (/\.[jt]sx?$/.test(from) && moduleType(project, from) !== moduleType(project, to)) throw refuse('behaviour', `${to} belongs to a package with another module system ("type") than ${from}.`, { from, to }, 'Move it within packages of one kind.');
  const broken = syntaxErrorIn(project, from);
  if (broken) throw refuse('broken_file', `${from} does not parse: ${ts.flattenDiagnosticMessageText(broken.messageText, ' ')}`, { path: from }, 'Mend the file first.');
}

function moduleType(project: Project, path: RelativePath): unknown {
  const nearest = project.packages.filter((p) => p.folder === '' || path.startsWith(`${p.folder}/`)).toSorted((a, b) => b.folder.length - a.folder.length)[0];
  return nearest?.json['type'] ?? 'commonjs';
}

type Led = Specifier & { target: RelativePath | undefined };

/** Where every specifier of the project leads. */
function ledBefore(project: Project): Map<RelativePath, Led[]> {
  return new Map(project.trees().map(({ path, tree }) => [path, specifiersOf(tree, project.options).map((s) => ({ ...s, target: targetOf(project, path, s) ?? plainFile(project, path, s.text) }))]));
}

/** A style sheet, a component or data: whatever a bundler takes. */
function plainFile(project: Project, path: RelativePath, text: string): RelativePath | undefined {
  if (!text.startsWith('.')) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(path), text.replace(/[?#].*$/, '')));
  return project.files.has(target) ? target : undefined;
}

function specifierEdits(project: Project, path: RelativePath, specifiers: readonly Led[], goes: (p: RelativePath) => RelativePath): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const s of specifiers) {
    const from = goes(path);
    const relative = s.text.startsWith('.') || s.kind === 'url' || s.kind === 'reference';
    const old = s.target ?? (relative ? posix.normalize(posix.join(posix.dirname(path), s.text)) : undefined);
    if (old === undefined) continue;
    const target = goes(old);
    if (target === old && (!relative || posix.dirname(from) === posix.dirname(path))) continue;
    let text = s.text;
    const distance = (a: string, b: string) => posix.relative(posix.dirname(a), b);
    if (s.target === undefined || s.kind === 'url' || s.kind === 'reference' || !isSource(old)) {
      const query = /[?#].*$/.exec(s.text)?.[0] ?? '';
      const r = distance(from, target);
      text = (r.startsWith('.') || !s.text.startsWith('.') ? r : `./${r}`) + query;
    } else if (!relative || distance(from, target) !== distance(path, old) || posix.relative(target, posix.join(posix.dirname(from), s.text)) !== posix.relative(old, posix.join(posix.dirname(path), s.text))) text = rewritten(project, { from: path, text: s.text, target: old }, from, target);
    if (text !== s.text) edits.push({ start: s.start, end: s.end, text });
  }
  return edits;
}

/** @throws `refactoring_refused` (`behaviour`) where a specifier leads elsewhere than before */
function ledSame(project: Project, before: ReadonlyMap<RelativePath, readonly Led[]>, goes: (p: RelativePath) => RelativePath, compat: ReadonlySet<RelativePath>): void {
  for (const [path, specifiers] of before) {
    const now = goes(path);
    const tree = project.tree(now);
    const after = specifiersOf(tree, project.options);
    for (const [i, { target, text }] of specifiers.entries()) {
      const s = after[i];
      if (target === undefined || !s) continue;
      const leads = targetOf(project, now, s) ?? plainFile(project, now, s.text);
      if (leads === goes(target) || (compat.has(target) && leads === target)) continue;
      throw refuse('behaviour', `${now}:${lineOf(tree, s.start)} imports '${text}'; no specifier was found that leads to ${goes(target)} from there.`, { path: now, specifier: text, target: goes(target) }, 'Write a relative import there first.');
    }
  }
}

/** What hangs on the place of the file itself. */
function placeBound(project: Project, path: RelativePath): Note[] {
  const tree = project.tree(path);
  return [...tree.text.matchAll(/\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:dirname|filename|url)\b|\bprocess\.cwd\(\)/g)]
    .filter((m) => !/new URL\([^)]*$/.test(tree.text.slice(Math.max(0, m.index - 200), m.index).split('\n').at(-1) ?? ''))
    .slice(0, 5)
    .map((m) => ({ kind: 'kept' as const, path, line: lineOf(tree, m.index), text: `${m[0]} now means another folder` }));
}

/** A module in the old place that hands on everything of the new one. */
function compatibility(project: Project, from: RelativePath, to: RelativePath): string {
  const tree = project.tree(from);
  const eol = tree.text.includes('\r\n') ? '\r\n' : '\n';
  const quote = (tree.text.match(/"/g)?.length ?? 0) > (tree.text.match(/'/g)?.length ?? 0) ? '"' : "'";
  const semi = /;\s*$/m.test(tree.text) || !/\n/.test(tree.text.trim()) ? ';' : '';
  const habit = endingHabit(project, from);
  const target = `${quote}${relativeSpecifier(from, to, habit === 'emitted' && /\.[cm]?jsx?$/.test(to) ? 'own' : habit)}${quote}`;
  if (isCommonJs(tree)) return `module.exports = require(${target})${semi}${eol}`;
  const module = project.checker().getSymbolAtLocation(tree);
  const exported = module ? project.checker().getExportsOfModule(module).map((s) => s.name) : [];
  const lines = [`export * from ${target}${semi}`];
  if (exported.includes('default')) lines.push(`export { default } from ${target}${semi}`);
  return lines.join(eol) + eol;
}

export function isCommonJs(tree: ts.SourceFile): boolean {
  const { commonJsModuleIndicator, externalModuleIndicator } = tree as { commonJsModuleIndicator?: unknown; externalModuleIndicator?: unknown };
  // The compiler marks a file that is a module by its package alone with `true`.
  return commonJsModuleIndicator !== undefined && (externalModuleIndicator === undefined || externalModuleIndicator === true);
}
