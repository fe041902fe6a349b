import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolCallContent, ToolCallLocation } from '@agentclientprotocol/sdk';
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';

/** Bytes of a file that is sent whole; the editor has larger ones itself. */
const SHOWN_BYTES = 512 * 1_024;

/** A file's text, or undefined where there is none that can be shown: missing, a link, large, or not text. */
export function textAt(path: string): string | undefined {
  try {
    const info = lstatSync(path);
    if (!info.isFile() || info.size > SHOWN_BYTES) return undefined;
    const bytes = readFileSync(path);
    return bytes.includes(0) ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

/** One file before and after, or undefined where nothing differs. A file that is deleted becomes empty: the protocol has no other word for it. */
export function diffOf(path: string, before: string | undefined, after: string | undefined): ToolCallContent | undefined {
  if (before === after) return undefined;
  return { type: 'diff', path, oldText: before ?? null, newText: after ?? '' };
}

/** What a unified diff changes in a directory, by file. */
export interface Change {
  content: ToolCallContent[];
  locations: ToolCallLocation[];
}

/**
 * The files of a unified diff with their whole texts before and after. Where the file on disk is not what the diff was made from
 * (or is too large), the lines of the diff alone are shown.
 */
export function changeOf(diff: string, directory: string): Change {
  const content: ToolCallContent[] = [];
  const locations: ToolCallLocation[] = [];
  for (const patch of parsePatch(diff)) {
    const [from, to] = [named(patch.oldFileName), named(patch.newFileName)];
    const path = to ?? from;
    if (path === undefined || patch.hunks.length === 0) continue;
    const absolute = join(directory, path);
    locations.push({ path: absolute, line: firstLine(patch) });
    const shown = diffOf(absolute, ...sides(patch, from === undefined ? '' : textAt(join(directory, from)), from !== undefined, to !== undefined));
    if (shown) content.push(shown);
  }
  return { content, locations };
}

/** The first line that changes, past the context that stands before it. */
function firstLine({ hunks: [hunk] }: StructuredPatch): number {
  if (!hunk) return 1;
  return Math.max(1, hunk.newStart + Math.max(0, hunk.lines.findIndex((line) => !line.startsWith(' '))));
}

/** `a/calc.js` and `b/calc.js` are calc.js; `/dev/null` is no file. */
function named(name: string | undefined): string | undefined {
  return name === undefined || name === '/dev/null' ? undefined : name.replace(/^[ab]\//, '');
}

function sides(patch: StructuredPatch, disk: string | undefined, existed: boolean, stays: boolean): [before: string | undefined, after: string | undefined] {
  const whole = disk === undefined ? false : applyPatch(disk, patch, { autoConvertLineEndings: false });
  const before = whole === false ? lines(patch, '-') : disk;
  const after = whole === false ? lines(patch, '+') : whole;
  return [existed ? before : undefined, stays ? after : undefined];
}

function lines(patch: StructuredPatch, sign: '-' | '+'): string {
  return patch.hunks.map((hunk) => hunk.lines.filter((line) => line.startsWith(' ') || line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join('')).join('');
}
