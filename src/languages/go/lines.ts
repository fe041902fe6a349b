import type { Finding, StaticTest, SymbolInfo } from '../types.ts';

/** What can be said of a file by its lines alone, where there is no Go to read it. The form of gofmt is taken for granted. */
export function symbolsByLines(source: string): SymbolInfo[] {
  const lines = source.split(/\r?\n/);
  return lines.flatMap((line, index): SymbolInfo[] => {
    const found = /^func\s+(?:\(\s*\w*\s*\*?(\w+)[^)]*\)\s*)?(\w+)|^(type|var|const)\s+(\w+)/.exec(line);
    if (!found) return [];
    const [, owner, func, word, other] = found;
    const name = func ?? other!;
    const kind = func === undefined ? (word !== 'type' ? 'constant' : /\bstruct\b/.test(line) ? 'class' : 'type') : owner === undefined ? 'function' : 'method';
    return [{ name, kind, fromLine: index + 1, toLine: endOf(lines, index) + 1, signature: line.replace(/\s*\{.*$/, ''), parents: owner === undefined ? [] : [owner], exported: /^\p{Lu}/u.test(name) }];
  });
}

/** The line that closes what this one opens: it stands at the margin. */
function endOf(lines: readonly string[], from: number): number {
  if (!/[{(]\s*$/.test(lines[from]!)) return from;
  const end = lines.findIndex((line, index) => index > from && /^[})]/.test(line));
  return end < 0 ? lines.length - 1 : end;
}

export function importsByLines(source: string): { module: string; names: string[]; line: number }[] {
  let inside = false;
  return source.split(/\r?\n/).flatMap((line, index) => {
    if (/^import\s*\(/.test(line)) inside = true;
    else if (inside && line.startsWith(')')) inside = false;
    const found = (inside ? /^\s*(?:[\w.]+\s+)?["`]([^"`]+)["`]/ : /^import\s+(?:[\w.]+\s+)?["`]([^"`]+)["`]/).exec(line);
    return found ? [{ module: found[1]!, names: [], line: index + 1 }] : [];
  });
}

export function testsByLines(source: string): (StaticTest & { runs: boolean })[] {
  const lines = source.split(/\r?\n/);
  const held = lines.filter((line) => /^\/\/(go:build| \+build)/.test(line));
  return symbolsByLines(source)
    .filter((symbol) => /^(Test|Fuzz|Benchmark|Example)(?!\p{Ll})/u.test(symbol.name) && (symbol.kind === 'function' || (symbol.kind === 'method' && symbol.name.startsWith('Test'))))
    .map((symbol) => {
      const text = lines.slice(symbol.fromLine - 1, symbol.toLine);
      const body = [...held, ...text.map((line) => line.trim()).filter(Boolean)].join('\n');
      return {
        name: [...symbol.parents, symbol.name].join('.'), fromLine: symbol.fromLine, toLine: symbol.toLine, body,
        skipped: text.some((line) => /^\t\w+\.Skip(f|Now)?\(/.test(line)) || held.some((line) => /\bignore\b/.test(line)), runs: symbol.kind === 'function' && /^(Test|Fuzz)/.test(symbol.name),
      };
    });
}

/** Names that are dangerous wherever they stand; without a syntax tree a false alarm is better than a gap. */
const DANGEROUS = /"(os\/exec|unsafe|plugin|C|syscall)"|\bos\.(Exit|StartProcess)\b|\bsyscall\.|^\/\/go:(linkname|cgo)/;

export function scanByLines(path: string, source: string): Finding[] {
  return source.split(/\r?\n/).flatMap((line, index): Finding[] => {
    const found = DANGEROUS.exec(line);
    return found ? [{ rule: 'unparsed', severity: 'block', path, line: index + 1, message: `\`${found[0].trim()}\` stands in a file whose syntax could not be read.`, excerpt: line.trim() }] : [];
  });
}
