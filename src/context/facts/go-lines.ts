import { goHead, goImport } from './go-heads.ts';
import type { FileFacts, SymbolFact } from './types.ts';
import { MOST_SIGNATURE, shortened } from './words.ts';

/** Top-level definitions and imports of a Go file that does not parse, by its lines as gofmt sets them. */
export function goLines(source: string): Pick<FileFacts, 'symbols' | 'imports' | 'calls' | 'entries'> {
  const lines = source.split(/\r?\n/);
  const symbols: SymbolFact[] = [];
  const imports: FileFacts['imports'] = [];
  const entries: FileFacts['entries'] = [];
  let inImports = false;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    if (/^import\s*\(/.test(text)) inImports = true;
    else if (inImports && /^\s*\)/.test(text)) inImports = false;
    else if (inImports) imports.push(...goImport(text, line));
    else if (/^import\s/.test(text)) imports.push(...goImport(text.replace(/^import\s+/, ''), line));
    const close = lines.findIndex((l, at) => at >= index && l.startsWith('}'));
    const toLine = /\{\s*$/.test(text) && close >= 0 ? close + 1 : line;
    const signature = shortened(text.replace(/\{\s*$/, ''), MOST_SIGNATURE);
    if (/^func\b/.test(text)) {
      const { own, receiver, type } = goHead(text);
      if (own === '') continue;
      symbols.push({ name: own, parents: type ? [type] : [], kind: type ? 'method' : 'function', fromLine: line, toLine, signature, exported: /^\p{Lu}/u.test(own), ...(type && { bases: [type] }), ...(receiver && { receiver }) });
      if (own === 'main' && !type && /^package\s+main\b/m.test(source)) entries.push({ kind: 'main', name: 'func main', line });
    } else {
      const own = /^type\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(text)?.[1];
      if (own) symbols.push({ name: own, parents: [], kind: 'type', fromLine: line, toLine, signature, exported: /^\p{Lu}/u.test(own) });
    }
  }
  return { symbols, imports, calls: '', entries };
}
