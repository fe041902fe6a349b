/** Lines of a text; a final newline does not start another. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `count` with its noun: `1 file`, `3 files`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** Lines `from`..`to` (1-based, inclusive) with their numbers, as prompts and people see them. */
export function numbered(lines: readonly string[], from: number, to: number, maxLineLength = 2_000): string {
  const width = String(to).length;
  return lines
    .slice(from - 1, to)
    .map((line, i) => `${String(from + i).padStart(width)}| ${line.length > maxLineLength ? `${line.slice(0, maxLineLength)}… [${line.length - maxLineLength} more characters]` : line}`)
    .join('\n');
}

/** Gives new content the byte-order mark and the line ending of the file it replaces, so that a rewrite changes only what it means to change. */
export function inShapeOf(before: string | undefined, after: string): string {
  if (before === undefined) return after;
  let text = after;
  const crlf = before.match(/\r\n/g)?.length ?? 0;
  const bareLf = (before.match(/\n/g)?.length ?? 0) - crlf;
  if (crlf > 0 && bareLf === 0 && !text.includes('\r')) text = text.replaceAll('\n', '\r\n');
  if (before.startsWith('\uFEFF') && !text.startsWith('\uFEFF')) text = `\uFEFF${text}`;
  return text;
}

/** Head and tail of a long text with a mark between. `max` in characters. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const half = Math.floor(max / 2);
  return `${text.slice(0, half)}\n… [${text.length - 2 * half} characters left out] …\n${text.slice(-half)}`;
}

/** A word as it may stand in a file name: lower case, letters and digits joined by `_`. */
export function slug(text: string, fallback: string): string {
  const words = text.toLowerCase().normalize('NFKD').match(/[a-z0-9]+/g) ?? [];
  const joined = words.slice(0, 4).join('_').slice(0, 40);
  return /^[a-z]/.test(joined) ? joined : fallback;
}
