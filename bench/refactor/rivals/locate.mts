// Where a symbol of an operation is declared: language servers want a position.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from './edits.mts';

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Zero-based position of the name of `symbol`, or of its parameter, in a file. */
export function locate(directory: string, path: string, symbol: string, parameter?: string): Position & { offset: number } {
  const text = readFileSync(join(directory, path), 'utf8');
  const parts = symbol.split('.');
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const name = escape(part);
    const head = path.endsWith('.go') && index === 0 ? `^(?:func|type|var|const|\\t)\\s*` : '';
    const patterns = index === 0
      ? [`^(?:export )?(?:default )?(?:async )?(?:def|class|function\\*?|const|let|var|type|interface|func|namespace|enum)\\s+(${name})\\b`, `${head}^(${name})\\s*(?::[^=\\n]+)?=`]
      : path.endsWith('.go')
        ? [`^func \\([^)]*${escape(parts[0] ?? '')}\\) (${name})\\(`, `^\\t(${name})\\b`]
        : [`^\\s+(?:async )?def (${name})\\(`, `^\\s+(?:(?:public|private|protected|static|async|readonly)\\s+)*(${name})\\s*[(<=:]`];
    const found = patterns.map((pattern) => new RegExp(pattern, 'md').exec(index > 0 && path.endsWith('.go') && pattern.startsWith('^func') ? text : text.slice(at))).map((match, which) => ({ match, base: index > 0 && path.endsWith('.go') && which === 0 ? 0 : at })).find(({ match }) => match);
    const start = found?.match?.indices?.[1]?.[0];
    if (found === undefined || start === undefined) throw new Error(`${path} does not declare ${symbol}.`);
    at = found.base + start;
  }
  if (parameter !== undefined) {
    const inside = new RegExp(`(?<=[(,{\\s*])(${escape(parameter)})\\b`, 'd').exec(text.slice(at));
    const start = inside?.indices?.[1]?.[0];
    if (start === undefined) throw new Error(`${symbol} has no parameter ${parameter}.`);
    at += start;
  }
  const before = text.slice(0, at).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0, offset: at };
}
