import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the lane to the one connection', () => {
  it('runs one job at a time, those of a client in their order, for any mixture of clients', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), async (clients) => {
        const lane = new Lane();
        const names = [{}, {}, {}, {}];
        const done: { client: number; index: number }[] = [];
        let running = 0;
        await Promise.all(
          clients.map((client, index) =>
            lane.run(names[client] as object, async () => {
              running += 1;
              expect(running).toBe(1);
              await turn();
              running -= 1;
              done.push({ client, index });
            }),
          ),
        );
        expect(done).toHaveLength(clients.length);
        for (const client of new Set(clients)) {
          const order = done.filter((entry) => entry.client === client).map((entry) => entry.index);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('lets a client with one job wait for one turn of another with a hundred', async () => {
    const lane = new Lane();
    const [greedy, modest] = [{}, {}];
    let finished = 0;
    const many = Array.from({ length: 100 }, () => lane.run(greedy, async () => (await turn(), void (finished += 1))));
    await lane.run(modest, turn);
    expect(finished).toBeLessThanOrEqual(2);
    await Promise.all(many);
  });

  it('goes on after a job that fails, which fails for its caller alone', async () => {
    const lane = new Lane();
    const failed = lane.run({}, () => Promise.reject(new Error('mine')));
    expect(await lane.run({}, async () => 'fine')).toBe('fine');
    await expect(failed).rejects.toThrow('mine');
  });

  it('when it closes finishes the job that runs and refuses the rest', async () => {
    const lane = new Lane();
    let ended = false;
    const first = lane.run({}, async () => (await turn(), void (ended = true)));
    const second = lane.run({}, async () => 'never');
    const closing = lane.close(() => new Error('closed'));
    await expect(second).rejects.toThrow('closed');
    await closing;
    expect(ended).toBe(true);
    await first;
    await expect(lane.run({}, async () => 'never')).rejects.toThrow('closed');
  });
});
