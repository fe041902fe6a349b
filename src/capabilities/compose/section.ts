import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { Use } from '../types.ts';

/** A tool's code as it stands in the file of one that calls it. */
export interface Piece extends Use {
  /** Its declarations, without imports and without what it calls itself. */
  text: string;
}

const OPEN = '--- uses (generated; edit those tools instead) ---';
const CLOSE = '--- end of uses ---';
/** The whole section, with the empty line behind it. Other line ends come from check-outs of other systems. */
const SECTION = /^(?:#|\/\/) --- uses \(generated; edit those tools instead\) ---\r?\n[\s\S]*?^(?:#|\/\/) --- end of uses ---$(?:\r?\n){0,2}/m;
const PIECE = /^(?:#|\/\/) --- uses ([\w$]+) (\d+\.\d+\.\d+\S*) sha256:(\S+) ---$/;

/** The section as text: what opens a file, imports, and the pieces, each under the version that it is. */
export function sectionOf(language: FunctionLanguageName, { pragmas, imports, pieces }: { pragmas: readonly string[]; imports: readonly string[]; pieces: readonly Piece[] }): string {
  const mark = (text: string): string => `${language === 'python' ? '#' : '//'} ${text}`;
  const gap = language === 'python' ? '\n\n' : '\n';
  const head = [mark(OPEN), ...pragmas, ...imports].join('\n');
  const bodies = pieces.map(({ name, version, hash, text }) => `${mark(`--- uses ${name} ${version} sha256:${plain(hash)} ---`)}\n${text}\n`);
  return `${head}\n${bodies.map((body) => gap + body).join('')}\n${mark(CLOSE)}\n\n`;
}

/** The code as it was written: without the section. */
export function unlinked(code: string): string {
  return code.replace(SECTION, '');
}

/** The tools whose code stands in a file, those that they call included. */
export function piecesIn(code: string): Piece[] {
  const pieces: (Use & { lines: string[] })[] = [];
  for (const line of (SECTION.exec(code)?.[0] ?? '').trimEnd().split(/\r?\n/).slice(0, -1)) {
    const [, name, version, hash] = PIECE.exec(line) ?? [];
    if (name !== undefined && version !== undefined && hash !== undefined) pieces.push({ name, version, hash, lines: [] });
    else pieces.at(-1)?.lines.push(line);
  }
  return pieces.map(({ lines, ...use }) => ({ ...use, text: lines.join('\n').replace(/^\n+|\s+$/g, '') }));
}

/** The 1-based lines that are generated: who changes a tool's own code leaves them alone. */
export function linkedLines(code: string): { from: number; to: number } | undefined {
  const found = SECTION.exec(code);
  if (!found) return undefined;
  const from = code.slice(0, found.index).split('\n').length;
  return { from, to: from + found[0].trimEnd().split('\n').length - 1 };
}

/** Hashes are told with and without the word before them. */
export const plain = (hash: string): string => hash.replace(/^sha256:/, '');
