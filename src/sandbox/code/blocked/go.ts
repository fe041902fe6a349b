import type { BlockedImport } from '../types.ts';

/**
 * The first blocked package, or exported name of one (`os.RemoveAll`), in the text of a Go file. Nothing of Go can be replaced while it
 * runs, and nothing needs to be: every package it uses stands in its imports.
 */
export function blockedInGo(code: string, blocked: readonly string[]): (BlockedImport & { line: number }) | undefined {
  const text = withoutComments(code);
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length;
  const found: { name: string; line: number }[] = [];
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'/g, (string) => string.replace(/[^\n]/g, ' '));
  for (const { path, alias, line } of imports(text, lineAt)) {
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

/** The same text with blanks for comments, so that lines and columns stay. */
function withoutComments(code: string): string {
  return code.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\//g, (match) => (match.startsWith('/') ? match.replace(/[^\n]/g, ' ') : match));
}

/** The imports of a file; they stand before everything else but the package clause. */
function* imports(text: string, lineAt: (index: number) => number): Generator<{ path: string; alias: string; line: number }> {
  for (const declaration of text.matchAll(/^[\t ;]*import\s*(?:\(([^)]*)\)|([\w.]*\s*(?:"[^"\n]*"|`[^`]*`)))/gm)) {
    const body = declaration[1] ?? declaration[2] ?? '';
    const start = declaration.index + declaration[0].indexOf(body);
    for (const entry of body.matchAll(/([\w.]+)?\s*(?:"([^"\n]*)"|`([^`]*)`)/g)) {
      const path = entry[2] ?? entry[3] ?? '';
      yield { path, alias: (entry[1] ?? path.split('/').at(-1) ?? path).replace(/[^\w.]/g, ''), line: lineAt(start + entry.index) };
    }
  }
}
