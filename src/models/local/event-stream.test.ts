import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from './event-stream.ts';

let answers: Response[];
let cancelled: unknown[];
const open = (): EventStream => new EventStream((response) => void answers.push(response), (reason) => void cancelled.push(reason), 1000);

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  cancelled = [];
});
afterEach(() => vi.useRealTimers());

describe('a streamed answer', () => {
  it('begins with its first event and ends with the word for it', async () => {
    const events = open();
    expect([events.begun, answers.length]).toEqual([false, 0]);
    events.send({ a: 1 });
    events.done();
    expect(events.begun).toBe(true);
    expect(await answers[0]!.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
  });

  it('gives signs of life while nothing else comes, and none after its end', async () => {
    const events = open();
    vi.advanceTimersByTime(2500);
    events.refuse({ error: 'x' });
    vi.advanceTimersByTime(5000);
    expect(await answers[0]!.text()).toBe(': at work\n\n: at work\n\ndata: {"error":"x"}\n\n');
  });

  it('can be cut, which its reader sees', async () => {
    const events = open();
    events.send(1);
    events.cut(new Error('gone'));
    await expect(answers[0]!.text()).rejects.toThrow('gone');
  });

  it('that was refused before it began never begins', () => {
    const events = open();
    events.cut(new Error('refused'));
    vi.advanceTimersByTime(5000);
    expect([events.begun, answers]).toEqual([false, []]);
  });

  it('that is put away says so, and takes what still comes without complaint', async () => {
    const events = open();
    events.send(1);
    await answers[0]!.body!.cancel('enough');
    events.send(2);
    events.done();
    events.cut(new Error('late'));
    expect(cancelled).toEqual(['enough']);
  });
});
