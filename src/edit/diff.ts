import { structuredPatch } from 'diff';

import { decodeText } from './encoding.ts';

/** One file of a change set. Bytes are absent where the file does not exist on that side. */
export interface FileDiff {
  path: string;
  before?: Uint8Array;
  after?: Uint8Array;
  /** Permission bits. */
  beforeMode?: number;
  afterMode?: number;
  /** The file was here before and has been moved to `path`. */
  renamedFrom?: string;
}

/** Lines of context round a change, as `diff -u` has it. */
const CONTEXT = 3;

/**
 * A change set as unified diff text with git's headers (`a/`, `b/`, new, deleted, renamed, mode). Binary files are named
 * only. A deleted and a new file with the same bytes are shown as one renamed file.
 *
 * @example
 * unifiedDiff([{ path: 'a.txt', before: encodeText('a\n'), after: encodeText('b\n') }]);
 */
export function unifiedDiff(files: readonly FileDiff[]): string {
  return joinRenames(files).map(oneFile).join('');
}

function joinRenames(files: readonly FileDiff[]): FileDiff[] {
  const gone = files.filter((f) => f.before && !f.after && f.before.length > 0);
  const taken = new Set<FileDiff>();
  const joined = files.map((file) => {
    if (file.before || !file.after) return file;
    const from = gone.find((g) => !taken.has(g) && Buffer.from(g.before!).equals(file.after!));
    if (!from) return file;
    taken.add(from);
    return { ...file, before: from.before, beforeMode: from.beforeMode, renamedFrom: from.path };
  });
  return joined.filter((file) => !taken.has(file));
}

function oneFile(file: FileDiff): string {
  const from = file.renamedFrom ?? file.path;
  const a = quoted(`a/${from}`);
  const b = quoted(`b/${file.path}`);
  const head = [`diff --git ${a} ${b}`];
  if (!file.before) head.push(`new file mode ${gitMode(file.afterMode)}`);
  else if (!file.after) head.push(`deleted file mode ${gitMode(file.beforeMode)}`);
  else {
    if (gitMode(file.beforeMode) !== gitMode(file.afterMode)) head.push(`old mode ${gitMode(file.beforeMode)}`, `new mode ${gitMode(file.afterMode)}`);
    if (file.renamedFrom) head.push('similarity index 100%', `rename from ${from}`, `rename to ${file.path}`);
  }
  const lines = `${head.join('\n')}\n`;
  const before = file.before ?? new Uint8Array();
  const after = file.after ?? new Uint8Array();
  if (Buffer.from(before).equals(after)) return lines;
  const left = file.before ? a : '/dev/null';
  const right = file.after ? b : '/dev/null';
  const [oldText, newText] = [decodeText(before), decodeText(after)];
  if (oldText === undefined || newText === undefined) return `${lines}Binary files ${left} and ${right} differ\n`;
  const { hunks } = structuredPatch(from, file.path, oldText, newText, undefined, undefined, { context: CONTEXT });
  const body = hunks.map((h) => `@@ -${range(h.oldStart, h.oldLines)} +${range(h.newStart, h.newLines)} @@\n${h.lines.join('\n')}\n`);
  return `${lines}--- ${left}\n+++ ${right}\n${body.join('')}`;
}

function range(start: number, lines: number): string {
  // An empty range names the line before it.
  return lines === 1 ? `${start}` : `${lines === 0 ? Math.max(0, start - 1) : start},${lines}`;
}

function gitMode(mode: number | undefined): string {
  return mode !== undefined && (mode & 0o111) !== 0 ? '100755' : '100644';
}

/** Git's form of a name with control characters or quotes in it. */
function quoted(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return /[\u0000-\u001f"\\\u007f]/.test(name) ? JSON.stringify(name) : name;
}
