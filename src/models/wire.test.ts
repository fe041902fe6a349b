import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Silence, openWire } from './wire.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A response whose pieces come when the test says so, and that breaks off when the request is aborted. */
function speaker(): { call: typeof fetch; say: (text: string) => void; end: () => void } {
  let out: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (out = controller) });
  return {
    call: async (_input, init) => {
      init?.signal?.addEventListener('abort', () => out.error(init.signal?.reason));
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    say: (text) => out.enqueue(new TextEncoder().encode(text)),
    end: () => out.close(),
  };
}

test('a stream may take any time as long as it speaks', async () => {
  const { call, say, end } = speaker();
  const wire = openWire(call, 1_000);
  const reader = (await wire.fetch('http://x')).body!.getReader();
  for (let n = 0; n < 10; n += 1) {
    const next = reader.read();
    await vi.advanceTimersByTimeAsync(900);
    say(`piece ${n}`);
    expect(new TextDecoder().decode((await next).value)).toBe(`piece ${n}`);
  }
  end();
  expect((await reader.read()).done).toBe(true);
  expect(wire.failure).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('silence between two pieces breaks it', async () => {
  const { call, say } = speaker();
  const wire = openWire(call, 1_000);
  const reader = (await wire.fetch('http://x')).body!.getReader();
  say('one');
  await reader.read();
  const next = reader.read().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await next).toBeInstanceOf(Silence);
  expect(wire.failure).toMatchObject({ after: 'piece', timeoutMs: 1_000 });
});

test('silence before the first byte breaks it', async () => {
  const call: typeof fetch = (_input, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)));
  const wire = openWire(call, 1_000);
  const answer = wire.fetch('http://x').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toMatchObject({ name: 'Silence', after: 'request' });
});

test('the end mark is seen when it comes in two pieces', async () => {
  const { call, say, end } = speaker();
  const wire = openWire(call, 1_000);
  const text = (await wire.fetch('http://x')).text();
  say('data: [DO');
  say('NE]\n\n');
  end();
  await text;
  expect(wire.done).toBe(true);
});
