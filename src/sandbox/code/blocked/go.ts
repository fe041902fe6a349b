import type { BlockedImport } from '../types.ts';

/**
 * The first blocked package, or exported name of one (`os.RemoveAll`), in the text of a Go file. Nothing of Go can be replaced while it
 * runs, and nothing needs to be: every package it uses stands in its imports.
 */
export function blockedInGo(code: string, blocked: readonly string[]): (BlockedImport & { line: number }) | undefined {
  const text = withoutComments(code);
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length;
  const found: { name: string; line: number }[] = [];
  const bare = text.replace(STRING, blank);
  for (const { path, alias, line } of imports(text, bare, lineAt)) {
    for (const name of blocked) {
      const attribute = /^(.+)\.([A-Z]\w*)$/.exec(name);
      if (path === name || path.startsWith(`${name}/`)) found.push({ name, line });
      if (attribute?.[1] !== path) continue;
      const use = new RegExp(alias === '.' ? `(?<![\\w.])${attribute[2]}\\b` : `(?<![\\w.])${alias}\\s*\\.\\s*${attribute[2]}\\b`).exec(bare);
      if (use) found.push({ name, line: lineAt(use.index) });
    }
  }
  return found.toSorted((a, b) => a.line - b.line)[0];
}

const STRING = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'/g;
const STRING_OR_COMMENT = new RegExp(`${STRING.source}|//[^\\n]*|/\\*[^]*?\\*/`, 'g');

/** As many blanks, so that lines and columns stay. */
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function withoutComments(code: string): string {
  return code.replace(STRING_OR_COMMENT, (match) => (match.startsWith('/') ? blank(match) : match));
}

/** The imports of a file: what stands in `text` where `bare`, which has no strings, has the word. */
function* imports(text: string, bare: string, lineAt: (index: number) => number): Generator<{ path: string; alias: string; line: number }> {
  for (const { index } of bare.matchAll(/(?<=^|;)[\t ]*import\b/gm)) {
    const [, group, single] = /^[\t ]*import\s*(?:\(([^)]*)\)|([\w.]*\s*(?:"[^"\n]*"|`[^`]*`)))/.exec(text.slice(index)) ?? [];
    const body = group ?? single ?? '';
    const start = text.indexOf(body, index);
    for (const entry of body.matchAll(/([\w.]+)?\s*(?:"([^"\n]*)"|`([^`]*)`)/g)) {
      const path = entry[2] ?? entry[3] ?? '';
      yield { path, alias: entry[1] ?? nameOf(path), line: lineAt(start + entry.index) };
    }
  }
}

/** The name that a package of the standard library has in the code: `math/rand/v2` is `rand`. */
function nameOf(path: string): string {
  return path.replace(/\/v\d+$/, '').split('/').at(-1) ?? path;
}
