import { posix } from 'node:path';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Project } from './project.ts';
import { type Ending, endingHabit, endingOf, relativeSpecifier } from './specifiers.ts';

/** A specifier as it stood: the file it stood in, its text, and the file it led to. */
export interface Written {
  from: RelativePath;
  text: string;
  target: RelativePath;
}

/**
 * The specifier that leads from a file to a module in the manner of one that stood there: relative ones stay relative with their ending,
 * aliases (`paths`, `baseUrl`, `imports` of package.json, the package's own name) stay aliases where the alias reaches the new place.
 */
export function rewritten(project: Project, old: Written, from: RelativePath, target: RelativePath): string {
  const { text } = old;
  if (text.startsWith('.')) {
    const ending = endingOf(text, old.target);
    const folder = ending === undefined && posix.basename(old.target).startsWith('index.') && !/(^|\/)index(\.|$)/.test(posix.basename(text));
    if (folder && posix.basename(target).startsWith('index.')) return relativeSpecifier(from, target, 'none');
    const habit: Ending = ending ?? (folder ? (/\.[cm]?jsx?$/.test(target) && needsExtension(project, from) ? 'own' : 'none') : endingHabit(project, old.from));
    const indexNamed = /(^|\/)index(\.|$)/.test(text);
    return relativeSpecifier(from, target, plainEnding(habit, target), !indexNamed);
  }
  return aliasFor(project, old, from, target) ?? relativeSpecifier(from, target, plainEnding(endingHabit(project, from), target));
}

/** A file of plain JavaScript is emitted as it is. */
function plainEnding(ending: Ending, target: RelativePath): Ending {
  return ending === 'emitted' && /\.[cm]?jsx?$/.test(target) ? 'own' : ending;
}

function needsExtension(project: Project, from: RelativePath): boolean {
  return endingHabit(project, from) !== 'none';
}

/** The alias whose pattern gave the old specifier, applied the other way round; several patterns are tried in their order. */
function aliasFor(project: Project, old: Written, from: RelativePath, target: RelativePath): string | undefined {
  for (const [key, value] of patternsOf(project, old.from)) {
    if (!fits(key, old.text)) continue;
    const alias = inverse(key, value, target, old);
    if (alias !== undefined) return alias;
  }
  for (const [key, value] of patternsOf(project, from)) {
    const alias = inverse(key, value, target, old);
    if (alias !== undefined) return alias;
  }
  return undefined;
}

/** Patterns with one `*` or none, and what they lead to from the project's root. */
export function patternsOf(project: Project, path: RelativePath): [string, RelativePath][] {
  const found: [string, RelativePath][] = [];
  const options = project.configOf(path)?.options;
  const base = typeof options?.baseUrl === 'string' ? options.baseUrl : ((options as { pathsBasePath?: string } | undefined)?.pathsBasePath ?? '/project');
  const at = (folder: string, value: string): RelativePath => posix.relative('/project', posix.join(folder, value));
  for (const [key, values] of Object.entries(options?.paths ?? {})) for (const value of values) found.push([key, at(base, value)]);
  if (typeof options?.baseUrl === 'string') found.push(['*', at(options.baseUrl, '*')]);
  for (const { folder, name, json } of project.packages) {
    if (folder !== '' && !path.startsWith(`${folder}/`) && name === undefined) continue;
    const inside = folder === '' || path.startsWith(`${folder}/`);
    if (inside && typeof json['imports'] === 'object' && json['imports'] !== null) {
      for (const [key, value] of Object.entries(json['imports'])) for (const leaf of leaves(value)) found.push([key, posix.join(folder, leaf)]);
    }
    if (name !== undefined && typeof json['exports'] === 'object' && json['exports'] !== null) {
      for (const [key, value] of Object.entries(json['exports'])) {
        if (key.startsWith('.')) for (const leaf of leaves(value)) found.push([posix.join(name, key), posix.join(folder, leaf)]);
      }
    }
  }
  return found;
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}

function fits(pattern: string, text: string): boolean {
  const [head = '', tail] = pattern.split('*');
  return tail === undefined ? pattern === text : text.startsWith(head) && text.endsWith(tail) && text.length >= head.length + tail.length;
}

function inverse(key: string, value: RelativePath, target: RelativePath, old: Written): string | undefined {
  const [head = '', tail] = value.split('*');
  const bare = target.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  const js = bare + (/\.[cm]?[jt]sx?$/.exec(target)?.[0].replace('t', 'j').replace('.jsx', '.js') ?? '');
  // A bare `*` of `baseUrl` would make any path an alias: only for what was written so.
  const withoutEnding = !/\.[cm]?[jt]sx?$/.test(old.text);
  for (const form of withoutEnding ? [bare, target, js] : [js, target, bare]) {
    if (tail === undefined) {
      if (form === value && !key.includes('*')) return key;
      continue;
    }
    if (!form.startsWith(head) || !form.endsWith(tail) || form.length < head.length + tail.length) continue;
    const inner = form.slice(head.length, form.length - tail.length);
    const short = withoutEnding && inner.endsWith('/index') && posix.basename(old.target).startsWith('index.') && !old.text.endsWith('/index') ? inner.slice(0, -'/index'.length) : inner;
    return key.replace('*', short);
  }
  return undefined;
}

/** The relative specifier that one module of the project writes for another. */
export function specifierTo(project: Project, from: RelativePath, to: RelativePath): string {
  const habit = endingHabit(project, from);
  return relativeSpecifier(from, to, habit === 'emitted' && /\.[cm]?jsx?$/.test(to) ? 'own' : habit);
}
