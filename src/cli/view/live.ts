import type { Colors } from 'picocolors/types.js';
import type { RunEvent } from '../../core/events.ts';
import { describe } from './describe.ts';
import { frame, paint } from './frame.ts';
import { foldView, initialView, type ViewState } from './state.ts';
import { jsonText } from './text.ts';
import { waitingLines } from './waiting.ts';

/** Where a view writes, and what it must know of the place. */
export interface Screen {
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** Milliseconds; only differences count. */
  now(): number;
  colors: Colors;
}

/** A view of one run. */
export interface View {
  event(event: RunEvent): void;
  /** Clears the live part for a question; `resume` draws it again. */
  pause(): void;
  resume(): void;
  /** Ends the view; what is kept stays, the cursor is back. */
  close(): void;
}

/** Milliseconds between two drawings: ten a second at most. */
const REDRAW_MS = 100;
const HIDE = '\u001B[?25l';
const SHOW = '\u001B[?25h';

/** The redrawn view of a terminal: kept lines scroll up, the frame stands below them. */
export function liveView(screen: Screen, start: { request?: string; maxIterations?: number } = {}): View {
  const started = screen.now();
  let view: ViewState = initialView(start.request, start.maxIterations);
  let drawn = 0;
  let lastDraw = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let state: 'open' | 'paused' | 'closed' = 'open';
  /** Kept lines that are not on the screen yet. */
  let waiting: string[] = [];

  /** What takes the frame away and prints the lines that are to stay in its place. */
  const settled = () => {
    const text = `${drawn > 0 ? `\u001B[${drawn}A\r\u001B[J` : ''}${waiting.join('')}`;
    waiting = [];
    drawn = 0;
    return text;
  };
  const draw = () => {
    const lines = frame(view, { columns: screen.columns(), rows: screen.rows(), elapsed: screen.now() - started, colors: screen.colors });
    // One write a frame, so that a terminal never shows half of one.
    screen.write(`${settled()}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
    lastDraw = screen.now();
  };
  const schedule = () => {
    if (timer || state !== 'open') return;
    const wait = REDRAW_MS - (screen.now() - lastDraw);
    if (wait <= 0) return draw();
    timer = setTimeout(() => {
      timer = undefined;
      if (state === 'open') draw();
    }, wait);
    timer.unref();
  };
  const clock = setInterval(schedule, 1_000);
  clock.unref();
  const showCursor = () => screen.write(SHOW);
  process.once('exit', showCursor);
  screen.write(HIDE);
  draw();

  return {
    event(event) {
      view = foldView(view, event);
      const line = describe(event);
      if (line?.keep) waiting.push(`${paint(screen.colors, line.tone, line.text)}\n`);
      schedule();
    },
    pause() {
      if (state !== 'open') return;
      state = 'paused';
      screen.write(`${settled()}${SHOW}`);
    },
    resume() {
      if (state !== 'paused') return;
      state = 'open';
      screen.write(HIDE);
      draw();
    },
    close() {
      if (state === 'closed') return;
      state = 'closed';
      clearInterval(clock);
      clearTimeout(timer);
      process.removeListener('exit', showCursor);
      screen.write(`${settled()}${SHOW}`);
    },
  };
}

/** One line an event, for pipes, CI and NO_COLOR; and one every 30 seconds in which nothing happens. */
export function plainView(screen: Pick<Screen, 'write' | 'colors'>): View {
  const waiting = waitingLines((line) => screen.write(`${paint(screen.colors, 'faint', line)}\n`));
  return {
    event(event) {
      const line = describe(event);
      if (line) screen.write(`${paint(screen.colors, line.tone, line.text)}\n`);
      waiting.event(event);
    },
    // A question stands on the screen: what is waited for is the answer.
    pause: waiting.stop,
    resume() {},
    close: waiting.stop,
  };
}

/** Every event as one line of JSON; the outcome is left to the command, which prints it last, after the files are written. */
export function jsonView(write: (text: string) => void): View {
  return {
    event(event) {
      if (event.event !== 'outcome') write(`${jsonText(event)}\n`);
    },
    pause() {}, resume() {}, close() {},
  };
}

export const silentView: View = { event() {}, pause() {}, resume() {}, close() {} };
