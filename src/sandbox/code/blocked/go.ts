import type { BlockedImport } from '../types.ts';

/**
 * The first blocked package, or exported name of one (`os.RemoveAll`), in the text of a Go file. Nothing of Go can be replaced while it
 * runs, and nothing needs to be: every package it uses stands in its imports.
 */
export function blockedInGo(code: string, blocked: readonly string[]): (BlockedImport & { line: number }) | undefined {
  if (blocked.length === 0) return undefined;
  const text = withoutComments(code);
  const bare = text.replace(STRING, blank);
  const uses = usesIn(bare);
  const found: { name: string; index: number }[] = [];
  for (const { path, alias, index } of imports(text, bare)) {
    for (const name of blocked) {
      const attribute = /^(.+)\.([A-Z]\w*)$/.exec(name);
      if (path === name || path.startsWith(`${name}/`)) found.push({ name, index });
      if (attribute?.[1] !== path) continue;
      const use = uses.get(alias === '.' ? `.${attribute[2]}` : `${alias}.${attribute[2]}`);
      if (use !== undefined) found.push({ name, index: use });
    }
  }
  const [first] = found.toSorted((one, other) => one.index - other.index);
  return first && { name: first.name, line: text.slice(0, first.index).split('\n').length };
}

// Whoever writes the code chooses its length: every pattern here goes on behind what it has read, and takes what is never closed to the end.
const STRING = /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|'(?:[^'\\\n]|\\.)*'?/g;
const STRING_OR_COMMENT = new RegExp(`${STRING.source}|//[^\\n]*|/\\*(?:[^*]|\\*(?!/))*(?:\\*/)?`, 'g');

/** As many blanks, so that lines and columns stay. */
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function withoutComments(code: string): string {
  return code.replace(STRING_OR_COMMENT, (match) => (match.startsWith('/') ? blank(match) : match));
}

/** Where each exported name is used first: `os.Exit`, and `.Exit` where it stands alone. */
function usesIn(bare: string): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const add = (use: string, index: number): void => void (uses.has(use) || uses.set(use, index));
  for (const { 1: before, 2: name = '', index } of bare.matchAll(/(?<![\w.])(?:(\w+)\s*\.\s*)?([A-Z]\w*)/g)) {
    add(`${before ?? ''}.${name}`, index);
    if (before !== undefined) add(`.${before}`, index);
  }
  return uses;
}

/** The imports of a file: what stands in `text` where `bare`, which has no strings, has the word. */
function* imports(text: string, bare: string): Generator<{ path: string; alias: string; index: number }> {
  const declaration = /import\s*(?:\(([^)]*)|((?:[\w.]+\s*)?(?:"[^"\n]*"|`[^`]*`)))/y;
  let end = 0;
  for (const { index, 0: word } of bare.matchAll(/(?<=^|;)[\t ]*import\b/gm)) {
    if (index < end) continue;
    declaration.lastIndex = index + word.length - 'import'.length;
    const match = declaration.exec(text);
    if (!match) continue;
    end = declaration.lastIndex;
    const body = match[1] ?? match[2] ?? '';
    for (const entry of body.matchAll(/(?<![\w.])(?:([\w.]+)\s*)?(?:"([^"\n]*)"|`([^`]*)`)/g)) {
      const path = entry[2] ?? entry[3] ?? '';
      yield { path, alias: entry[1] ?? nameOf(path), index: end - body.length + entry.index };
    }
  }
}

/** The name that a package of the standard library has in the code: `math/rand/v2` is `rand`. */
function nameOf(path: string): string {
  return path.replace(/\/v\d+$/, '').split('/').at(-1) ?? path;
}
