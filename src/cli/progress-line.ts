import { cut, oneLine } from './view/text.ts';

/** One line of progress on stderr: rewritten in a terminal, now and then a line of its own elsewhere, nothing where nobody wants it. */
export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
}

/** Milliseconds between two lines where they cannot be rewritten. */
const APART_MS = 10_000;

/** @param options.quiet nothing is shown; so with `json`, whose readers have their own lines */
export function progressLine(options: { quiet?: boolean; json?: boolean }): ProgressLine {
  if (options.quiet || options.json) return { show: () => {}, clear: () => {} };
  if (!process.stderr.isTTY || process.env['NO_COLOR'] || process.env['TERM'] === 'dumb') {
    let last = performance.now();
    return {
      show(text) {
        if (performance.now() - last < APART_MS) return;
        last = performance.now();
        process.stderr.write(`${oneLine(text)}\n`);
      },
      clear: () => {},
    };
  }
  let shown = false;
  return {
    show(text) {
      shown = true;
      process.stderr.write(`\r\u001B[2K${cut(oneLine(text), (process.stderr.columns || 80) - 1)}`);
    },
    clear() {
      if (shown) process.stderr.write('\r\u001B[2K');
      shown = false;
    },
  };
}

/** `98.4 MB`, `1.12 GB`. */
export function bytesText(bytes: number): string {
  const [size, unit] = bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : bytes >= 1e3 ? [bytes / 1e3, 'kB'] : [bytes, 'bytes'];
  return `${unit === 'bytes' ? size : size.toPrecision(3).replace(/e\+.*/, '')} ${unit}`;
}

/** `45 s`, `3 min`, `1.5 h`. */
export function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
