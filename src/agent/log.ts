import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import type { Level, RunEvent } from '../core/events.ts';

/** The run's log file: one JSON line an event, in the same form as `--json`. Written at once, so that a kill loses nothing. */
export function openLog(path: string, level: Level): { write(event: RunEvent): void; close(): void } {
  mkdirSync(dirname(path), { recursive: true });
  const destination = pino.destination({ dest: path, sync: true });
  const logger = pino({ level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } }, destination);
  return {
    write({ level: at, ...event }) {
      logger[at](event);
    },
    close() {
      destination.end();
    },
  };
}
