import type { Finding, StaticTest, SymbolInfo } from '../types.ts';

/** What can be said of a file by its lines alone, when it does not parse or there is no Python to parse it. */
export function symbolsByLines(source: string): SymbolInfo[] {
  const lines = source.split(/\r?\n/);
  const open: { name: string; indent: number; symbol: SymbolInfo }[] = [];
  const symbols: SymbolInfo[] = [];
  lines.forEach((line, index) => {
    if (!line.trim() || line.trim().startsWith('#')) return;
    const indent = line.length - line.trimStart().length;
    while (open.length && indent <= open.at(-1)!.indent && !/^\s*[)\]}]/.test(line)) open.pop();
    for (const { symbol } of open) symbol.toLine = index + 1;
    const found = /^\s*(?:(async\s+)?def|(class))\s+(\w+)/.exec(line);
    if (!found) return;
    const name = found[3]!;
    const parents = open.map((outer) => outer.name);
    const kind = found[2] ? 'class' : open.at(-1)?.symbol.kind === 'class' ? 'method' : 'function';
    const symbol: SymbolInfo = { name, kind, fromLine: index + 1, toLine: index + 1, signature: line.trim().replace(/:\s*(#.*)?$/, ''), parents, exported: ![...parents, name].some((part) => /^_(?!_)/.test(part)) };
    symbols.push(symbol);
    open.push({ name, indent, symbol });
  });
  return symbols;
}

export function importsByLines(source: string): { module: string; names: string[]; line: number }[] {
  return source.split(/\r?\n/).flatMap((line, index) => {
    const from = /^\s*from\s+(\S+)\s+import\s+\(?([^#)]*)/.exec(line);
    if (from) return [{ module: from[1]!, names: from[2]!.split(',').map((n) => n.trim().split(/\s+/)[0]!).filter(Boolean), line: index + 1 }];
    const plain = /^\s*import\s+([^#]+)/.exec(line);
    return plain ? plain[1]!.split(',').map((n) => ({ module: n.trim().split(/\s+/)[0]!, names: [], line: index + 1 })) : [];
  });
}

export function testsByLines(source: string): StaticTest[] {
  const lines = source.split(/\r?\n/);
  return symbolsByLines(source)
    .filter((symbol) => symbol.kind !== 'class' && symbol.name.startsWith('test'))
    .map((symbol) => {
      let from = symbol.fromLine;
      while (from > 1 && /^\s*@/.test(lines[from - 2]!)) from -= 1;
      const text = lines.slice(from - 1, symbol.toLine);
      return {
        name: [...symbol.parents, symbol.name].join('.'),
        fromLine: from,
        toLine: symbol.toLine,
        skipped: /@.*\b(skip\w*|xfail|expectedFailure)\b|\b(pytest\.skip|skipTest)\(/.test(text.join('\n')),
        body: text.map((line) => line.replace(/\s+#.*$/, '').trim()).filter(Boolean).join('\n'),
      };
    });
}

/** Names that are dangerous wherever they stand; without a syntax tree a false alarm is better than a gap. */
const DANGEROUS = /\b(eval|exec|compile|__import__|breakpoint)\s*\(|\bos\s*\.\s*(system|popen|exec\w+|spawn\w+|fork\w*|_exit)\b|\b(subprocess|ctypes|pty|_pytest|builtins|__builtins__|importlib)\b/;

export function scanByLines(path: string, source: string): Finding[] {
  return source.split(/\r?\n/).flatMap((line, index): Finding[] => {
    const found = DANGEROUS.exec(line.replace(/(^|\s)#.*$/, '').replace(/\b\w+\.(compile|eval|exec)\s*\(/g, (call) => (call.startsWith('os.') ? call : '(')));
    if (!found) return [];
    return [{ rule: 'unparsed', severity: 'block', path, line: index + 1, message: `\`${found[0].trim()}\` stands in a file whose syntax could not be read.`, excerpt: line.trim() }];
  });
}
