import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { MAX_LINE, type SearchMatch, type SearchQuery } from './search-query.ts';

let found: Promise<string | undefined> | undefined;

/** Path of ripgrep's program, or undefined where the optional package is not installed. */
export function ripgrepPath(): Promise<string | undefined> {
  found ??= import('@vscode/ripgrep').then(
    ({ rgPath }) => (existsSync(rgPath) ? rgPath : undefined),
    () => undefined,
  );
  return found;
}

interface RipgrepLine {
  type: string;
  data?: { path?: { text?: string }; line_number?: number; lines?: { text?: string; bytes?: string } };
}

/**
 * Searches the folder with ripgrep and keeps what lies in `query.files`. Its own ignore rules, configuration and
 * symbolic links are off: the list of files decides. Undefined where ripgrep cannot read the expression
 * (look-around, back references), so that the caller searches by itself.
 */
export async function searchWithRipgrep(binary: string, query: SearchQuery): Promise<{ matches: SearchMatch[] } | undefined> {
  const wanted = new Set(query.files);
  if (wanted.size === 0) return { matches: [] };
  const args = ['--json', '--no-config', '--no-ignore', '--hidden', '--crlf', '--no-unicode', '--sort', 'path', '--glob', '!.git', ...(query.ignoreCase ? ['--ignore-case'] : []), '--regexp', query.pattern, '--', '.'];
  const child = spawn(binary, args, { cwd: query.root, env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'], ...(query.signal ? { signal: query.signal } : {}) });
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr += stderr.length < 4_000 ? piece.toString() : ''));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const matches: SearchMatch[] = [];
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      const { type, data } = JSON.parse(line) as RipgrepLine;
      const path = data?.path?.text?.replace(/^\.\//, '');
      if (type !== 'match' || path === undefined || data?.line_number === undefined || !wanted.has(path)) continue;
      const text = data.lines?.text ?? Buffer.from(data.lines?.bytes ?? '', 'base64').toString('utf8');
      matches.push({ path, line: data.line_number, text: text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '').slice(0, MAX_LINE) });
      if (matches.length >= query.maxResults) {
        child.kill();
        return;
      }
    }
  };
  const [code] = await Promise.all([ended, read()]);
  if (code === 2 && matches.length === 0 && stderr !== '') return undefined;
  return { matches };
}
