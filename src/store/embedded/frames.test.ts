import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFrames, writeFrame, type Answer } from './frames.ts';

const server = createServer();
let here: Socket;
let there: Socket;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  here = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [there] = await accepted;
});
afterAll(() => {
  here.destroy();
  server.close();
});

it('brings every message through whole and in order, however the bytes are cut', async () => {
  const received: Answer[] = [];
  let wanted = 0;
  let whole: (() => void) | undefined;
  // The bytes as `writeFrame` makes them, cut anew at every write.
  let cut = 1;
  const splitter = { write: (bytes: Buffer) => { for (let at = 0; at < bytes.length; at += cut) here.write(bytes.subarray(at, at + cut)); } } as unknown as Socket;
  readFrames<Answer>(there, (message) => {
    received.push(message);
    if (received.length === wanted) whole?.();
  });
  const messages = fc.array(fc.record({ id: fc.nat(), rows: fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() })) }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(messages, fc.integer({ min: 1, max: 40 }), async (sent, size) => {
      cut = size;
      received.length = 0;
      wanted = sent.length;
      const all = new Promise<void>((resolve) => (whole = resolve));
      for (const message of sent) writeFrame(splitter, message);
      await all;
      expect(received).toEqual(sent);
    }),
    { numRuns: 40 },
  );
});

it('ends a connection whose length cannot be one', async () => {
  const closed = once(there, 'close').catch((error: unknown) => error);
  here.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await closed;
  expect(there.destroyed).toBe(true);
});
