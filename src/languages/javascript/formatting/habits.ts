import { parseTree } from '../ast.ts';
import type { FormatSettings } from './config.ts';

/** The file's own habits, for a project that says nothing: quotes, semicolons, indentation, line length, line ends. */
export async function habitsOf(path: string, source: string): Promise<FormatSettings> {
  const { ts, tree } = await parseTree(path, source);
  const count = { single: 0, double: 0, semi: 0, bare: 0 };
  const visit = (node: import('typescript6').Node): void => {
    if (ts.isStringLiteral(node) && !ts.isJsxAttribute(node.parent)) count[source[node.getStart(tree)] === "'" ? 'single' : 'double'] += 1;
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isReturnStatement(node) || ts.isImportDeclaration(node)) {
      count[source[node.end - 1] === ';' ? 'semi' : 'bare'] += 1;
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const lines = source.split('\n');
  const settings: FormatSettings = {
    singleQuote: count.single > count.double,
    semi: count.semi >= count.bare,
    // oxfmt's own width; a file that keeps to 80 columns goes on doing so.
    printWidth: lines.some((l) => l.trimEnd().length > 80) ? 100 : 80,
    endOfLine: lineEnd(source),
    ...indentation(lines),
  };
  return settings;
}

export function lineEnd(source: string): 'lf' | 'crlf' {
  const crlf = source.match(/\r\n/g)?.length ?? 0;
  return crlf > (source.match(/\n/g)?.length ?? 0) / 2 ? 'crlf' : 'lf';
}

function indentation(lines: readonly string[]): FormatSettings {
  let tabs = 0;
  const steps = new Map<number, number>();
  let previous = 0;
  for (const line of lines) {
    if (!line.trim() || /^\s*\*/.test(line)) continue;
    if (line.startsWith('\t')) tabs += 1;
    const spaces = /^ */.exec(line)![0].length;
    const step = spaces - previous;
    if (step === 2 || step === 4 || step === 8 || step === 3) steps.set(step, (steps.get(step) ?? 0) + 1);
    previous = spaces;
  }
  const [best] = [...steps].toSorted((a, b) => b[1] - a[1]);
  if (tabs > (best?.[1] ?? 0)) return { useTabs: true };
  return best ? { tabWidth: best[0] } : {};
}
