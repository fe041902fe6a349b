import { tomlOf } from '../languages/python/manifest.ts';

/** Python takes `Foo_Bar` and `foo-bar` for one name. */
export const canonicalName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

const nameOf = (requirement: string): string => canonicalName(/^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1] ?? '');

/**
 * requirements.txt with the requirement: a line of the same package is replaced where a version is asked for, else one is added
 * at the end. Line endings stay.
 */
export function withRequirement(text: string, spec: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => !/^\s*(#|-|$)/.test(line) && nameOf(line) === nameOf(spec));
  if (at >= 0) {
    if (canonicalName(spec) !== nameOf(spec)) lines[at] = spec;
    return lines.join(end);
  }
  if (lines.at(-1) === '') lines.pop();
  return [...lines, spec, ''].join(end);
}

/** The items of the array that begins at `from` (after its bracket), and where its closing bracket stands. */
function arrayAt(text: string, from: number): { items: { from: number; to: number; value: string }[]; end: number } | undefined {
  const items: { from: number; to: number; value: string }[] = [];
  for (let i = from; i < text.length; i += 1) {
    const c = text[i]!;
    if (c === ']') return { items, end: i };
    if (c === '#') i = text.indexOf('\n', i) < 0 ? text.length : text.indexOf('\n', i);
    else if (c === '"' || c === "'") {
      const start = i;
      for (i += 1; i < text.length && text[i] !== c; i += 1) if (c === '"' && text[i] === '\\') i += 1;
      items.push({ from: start, to: i + 1, value: text.slice(start + 1, i) });
    }
  }
  return undefined;
}

/**
 * pyproject.toml with the requirement in `[project] dependencies`, in the layout that the list has.
 * @returns undefined where there is no `[project]` table, or the result would not say what it should
 */
export function withProjectDependency(text: string, spec: string): string | undefined {
  const header = /^\[project\][ \t]*(?:#.*)?\r?$/m.exec(text);
  if (!header) return undefined;
  const begin = header.index + header[0].length;
  const next = /^\[/m.exec(text.slice(begin));
  const table = text.slice(begin, next ? begin + next.index : undefined);
  const key = /^dependencies[ \t]*=[ \t]*\[/m.exec(table);
  const after = key ? inList(text, begin + key.index + key[0].length, spec) : `${text.slice(0, begin)}${text.includes('\r\n') ? '\r\n' : '\n'}dependencies = ["${spec}"]${text.slice(begin)}`;
  const listed = after === undefined ? undefined : (tomlOf(after)['project'] as { dependencies?: unknown } | undefined)?.dependencies;
  return Array.isArray(listed) && listed.some((item) => nameOf(String(item)) === nameOf(spec)) ? after : undefined;
}

function inList(text: string, from: number, spec: string): string | undefined {
  const list = arrayAt(text, from);
  if (!list) return undefined;
  const same = list.items.find((item) => nameOf(item.value) === nameOf(spec));
  if (same) return canonicalName(spec) === nameOf(spec) ? text : `${text.slice(0, same.from)}"${spec}"${text.slice(same.to)}`;
  const last = list.items.at(-1);
  if (!last) return `${text.slice(0, from)}"${spec}"${text.slice(list.end)}`;
  const rest = text.slice(last.to, list.end);
  const indent = /\n([ \t]*)["'][^\n]*$/.exec(text.slice(from - 1, last.from + 1))?.[1];
  const added = indent === undefined || !rest.includes('\n') ? `, "${spec}"` : `,${text.includes('\r\n') ? '\r\n' : '\n'}${indent}"${spec}"`;
  return text.slice(0, last.to) + added + text.slice(last.to);
}
