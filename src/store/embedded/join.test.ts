import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFrames, writeFrame, type Ask } from './frames.ts';
import { join } from './join.ts';

let scratch: string;
let socket: string;
let server: Server | undefined;
beforeEach(() => {
  scratch = mkdtempSync(path(tmpdir(), 'join-'));
  socket = path(scratch, 's.sock');
});
afterEach(() => {
  server?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** An owner that does what `act` says with each request after the greeting. */
async function owner(act: (ask: Ask, to: Socket) => void, greet = true): Promise<void> {
  server = createServer((to) => readFrames<Ask>(to, (ask) => (ask.op === 'hello' && greet ? writeFrame(to, { id: ask.id, rows: [] }) : act(ask, to))));
  await new Promise<void>((resolve) => server?.listen(socket, resolve));
}

describe('joining the owner of a store', () => {
  it('is told at once that nobody is there', async () => {
    await expect(join(socket, 1_000)).rejects.toMatchObject({ code: 'store_failed', data: { lost: true, effect: 'no' } });
  });
  it('gives up on one that does not answer', async () => {
    await owner(() => {}, false);
    await expect(join(socket, 100)).rejects.toMatchObject({ code: 'store_busy', data: { timeout: 100 } });
  });
  it('passes on why it is refused', async () => {
    await owner((ask, to) => writeFrame(to, { id: ask.id, refused: 'The store is open in another version of untilgreen.' }), false);
    await expect(join(socket, 1_000)).rejects.toMatchObject({ message: expect.stringContaining('another version') });
  });
  it.each<[what: string, op: Ask['op'], effect: string]>([
    ['a statement may have been carried out', 'query', 'unknown'],
    ['a transaction was not begun', 'begin', 'no'],
    ['a statement in a transaction was rolled back', 'query', 'rolled_back'],
    ['a commit may have been carried out', 'commit', 'unknown'],
  ])('knows, when the owner dies, that %s', async (_what, fatal, effect) => {
    await owner((ask, to) => (ask.op === fatal ? to.destroy() : writeFrame(to, { id: ask.id, rows: [] })));
    const route = await join(socket, 1_000);
    const work = async (): Promise<unknown> => {
      if (effect === 'unknown' && fatal === 'query') return route.query('insert', []);
      const transaction = await route.begin();
      await transaction.query('insert', []);
      return transaction.commit();
    };
    await expect(work()).rejects.toMatchObject({ data: { lost: true, effect } });
    await expect(route.query('select 1', [])).rejects.toMatchObject({ data: { lost: true, effect: 'no' } });
  });
});
