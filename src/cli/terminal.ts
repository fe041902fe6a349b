import pc from 'picocolors';
import { jsonView, liveView, plainView, silentView, type Screen, type View } from './view/live.ts';
import { jsonText } from './view/text.ts';
import type { OutputFlags } from './program.ts';

/** Progress is written to stderr, so that stdout holds the result alone. */
const screen: Screen = {
  write: (text) => void process.stderr.write(text),
  // A terminal may report no size at all.
  columns: () => process.stderr.columns || 80,
  rows: () => process.stderr.rows || 24,
  now: () => performance.now(),
  colors: pc.createColors(pc.isColorSupported && Boolean(process.stderr.isTTY) && !process.env['NO_COLOR']),
};

/** Colours for stdout. */
export const colors = pc.createColors(pc.isColorSupported && Boolean(process.stdout.isTTY) && !process.env['NO_COLOR']);

/** Whether somebody sits there who can be asked. */
export function canAsk(options: OutputFlags): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY) && !process.env['CI'] && !options.json && !options.quiet;
}

/** The view that fits the options and the place: JSON lines, nothing, a live view, or plain lines. */
export function chooseView(options: OutputFlags, start: { request?: string; maxIterations?: number }): View {
  if (options.json) return jsonView((text) => void process.stdout.write(text));
  if (options.quiet) return silentView;
  const live = process.stderr.isTTY && !process.env['NO_COLOR'] && !process.env['CI'] && process.env['TERM'] !== 'dumb' && !options.verbose;
  return live ? liveView(screen, start) : plainView(screen);
}

/** A line on stdout. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A line on stderr about something that takes long and has no view of its own. */
export function sayProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A value as JSON on stdout. */
export function printJson(value: unknown, indent?: number): void {
  print(jsonText(value, indent));
}
