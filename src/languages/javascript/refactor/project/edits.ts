/** Text that takes the place of `start` to `end` (UTF-16 units of the text before). */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/**
 * Applies edits to a text. The same edit twice counts once: the compiler's service names some places twice.
 *
 * @throws Error for edits that overlap: a fault of the caller's
 */
export function applied(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of ordered(edits)) {
    if (edit.start < at) throw new Error(`edits overlap at ${edit.start}`);
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** Sorted, each edit once; insertions at one place keep the order in which they were given. */
export function ordered(edits: readonly TextEdit[]): TextEdit[] {
  const seen = new Set<string>();
  return edits
    .filter((e) => {
      const key = `${e.start}:${e.end}:${e.text}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** Where a position of the text before lies in the text after; an insertion at the very place comes before it. */
export function shifted(edits: readonly TextEdit[], position: number): number {
  let by = 0;
  for (const edit of ordered(edits)) {
    if (edit.end > position || (edit.start === position && edit.end > edit.start)) break;
    by += edit.text.length - (edit.end - edit.start);
  }
  return position + by;
}

/** Edits of several files. */
export class FileEdits {
  readonly byPath = new Map<string, TextEdit[]>();

  add(path: string, start: number, end: number, text: string): void {
    const list = this.byPath.get(path);
    if (list) list.push({ start, end, text });
    else this.byPath.set(path, [{ start, end, text }]);
  }

  /** The texts after the edits. */
  texts(before: (path: string) => string): Map<string, string> {
    return new Map([...this.byPath].map(([path, edits]) => [path, applied(before(path), edits)]));
  }
}
