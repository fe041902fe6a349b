import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from './engine.ts';
import { enginePool } from './pool.ts';

let opened: string[];
let closed: string[];
let failing: boolean;
async function open(path: string): Promise<LocalEngine> {
  opened.push(path);
  if (failing) throw new Error('cut off');
  return { info: { path }, close: async () => void closed.push(path) } as unknown as LocalEngine;
}

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  closed = [];
  failing = false;
});
afterEach(() => vi.useRealTimers());

describe('models that stay loaded', () => {
  it('are loaded once a file, also for two requests at once', async () => {
    const pool = enginePool({}, open, 1000);
    await Promise.all([pool.use('a', async () => 1), pool.use('a', async () => 2), pool.use('b', async () => 3)]);
    await pool.use('a', async () => 4);
    expect(opened).toEqual(['a', 'b']);
  });

  it('are freed after an idle while, counted from the end of the last request, and loaded again when needed', async () => {
    const pool = enginePool({}, open, 1000);
    let finish!: () => void;
    const long = pool.use('a', () => new Promise<void>((resolve) => (finish = resolve)));
    await vi.advanceTimersByTimeAsync(5000);
    expect(closed).toEqual([]);
    finish();
    await long;
    await vi.advanceTimersByTimeAsync(999);
    await pool.use('a', async () => {});
    await vi.advanceTimersByTimeAsync(999);
    expect(closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(closed).toEqual(['a']);
    await pool.use('a', async () => {});
    expect(opened).toEqual(['a', 'a']);
  });

  it('are freed when a request fails as when it does not, and all at the end', async () => {
    const pool = enginePool({}, open, 1000);
    await expect(pool.use('a', async () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await pool.use('b', async () => {});
    await pool.close();
    expect(closed.toSorted()).toEqual(['a', 'b']);
  });

  it('are tried again after a file that could not be loaded', async () => {
    const pool = enginePool({}, open, 1000);
    failing = true;
    await expect(pool.use('a', async () => {})).rejects.toThrow('cut off');
    failing = false;
    await pool.use('a', async () => {});
    expect(opened).toEqual(['a', 'a']);
  });
});
