import { pythonImports } from './python-imports.ts';
import type { FileFacts, SymbolFact } from './types.ts';
import { MOST_SIGNATURE, shortened } from './words.ts';

const DEFINITION = /^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/u;

/** Definitions and imports of a file that does not parse, by its lines and their indentation. */
export function pythonLines(source: string): Pick<FileFacts, 'symbols' | 'imports' | 'calls' | 'entries'> {
  const lines = source.split(/\r?\n/);
  const symbols: SymbolFact[] = [];
  const imports: FileFacts['imports'] = [];
  const open: { indent: number; symbol: SymbolFact }[] = [];
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '' || /^\s*[#)\]}]/.test(text)) continue;
    const indent = /^[ \t]*/.exec(text)![0].replaceAll('\t', '        ').length;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    for (const { symbol } of open) symbol.toLine = index + 1;
    const found = DEFINITION.exec(text);
    if (found) {
      const parent = open.at(-1)?.symbol;
      const symbol: SymbolFact = {
        name: found[3]!, parents: open.map((o) => o.symbol.name), fromLine: index + 1, toLine: index + 1,
        kind: found[2] === 'class' ? 'class' : parent?.kind === 'class' ? 'method' : 'function',
        signature: shortened(text.replace(/:\s*(#.*)?$/, ''), MOST_SIGNATURE), exported: open.length === 0 && !found[3]!.startsWith('_'),
      };
      symbols.push(symbol);
      open.push({ indent, symbol });
    } else if (/^\s*(from\s+[\w.]|from\s*\.|import\s)/.test(text)) {
      let end = index;
      if (text.includes('(')) while (end < Math.min(lines.length - 1, index + 200) && !lines[end]!.includes(')')) end += 1;
      imports.push(...pythonImports(lines.slice(index, end + 1).join('\n'), index + 1));
    }
  }
  const guard = lines.findIndex((text) => /^if\s+__name__\s*==\s*['"]__main__['"]/.test(text));
  return { symbols, imports, calls: '', entries: guard < 0 ? [] : [{ kind: 'main', name: "if __name__ == '__main__'", line: guard + 1 }] };
}
