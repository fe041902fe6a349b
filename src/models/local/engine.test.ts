import { constants, copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/support/small-model.ts';
import { openEngine, type GenerateRequest, type LocalEngine } from './engine.ts';

// SmolLM2-135M-Instruct on one thread; the samples below depend on it alone.
const file = await smallModel('smollm2');
const base = await mkdtemp(join(tmpdir(), 'untilgreen-engine-test-'));
afterAll(() => rm(base, { recursive: true, force: true }));

describe.skipIf(!file)('a model in this process', { timeout: 60_000 }, () => {
  let engine: LocalEngine;
  beforeAll(async () => {
    engine = await openEngine(file!, { threads: 1, sequences: 4 });
  });
  afterAll(() => engine?.close());

  const task = 'def add(a, b):\n    """Add two numbers.\n\n    >>> add(2, 3)\n    5\n    """\n    return a + b\n\n\ndef multiply(a, b):\n    """Multiply two numbers.';
  const ask = (request: Partial<GenerateRequest> = {}) =>
    engine.generate({ prompt: task, special: false, n: 1, temperature: 0.8, topP: 0.95, seed: 11, maxTokens: 8, stop: [], ...request });

  it('says what it is', () => {
    expect(engine.info).toEqual({ path: file, name: 'Smollm2 135M 8k Lc100K Mix1 Ep2', billions: 0.135, chat: true, trainedContext: 8192 });
    expect(engine.tokenCount('def add(a, b):')).toBe(7);
  });

  it('renders messages by the template of the file, and begins the reply', () => {
    expect(engine.renderChat([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }], '```python')).toBe('<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n```python');
  });

  it('gives the same samples to the same request, knows its whole prompt then, and computes anew only what is new after another one', async () => {
    const three = { n: 3, temperature: 1.5 };
    const first = await ask(three);
    const again = await ask(three);
    const longer = await ask({ prompt: `${task} Return the product of a and b, whatever their signs and however large they are, and so on.`, maxTokens: 2 });
    const back = await ask(three);
    expect(again.samples).toEqual(first.samples);
    expect(back.samples).toEqual(first.samples);
    expect(first.cachedTokens).toBe(0);
    expect(again.cachedTokens).toBe(again.promptTokens - 1);
    expect(longer.cachedTokens).toBe(32); // in pieces of 32
    expect(back.cachedTokens).toBe(back.promptTokens - 1);
    expect(new Set(first.samples.map(({ text }) => text)).size).toBe(3);
    expect((await ask({ ...three, seed: 12 })).samples).not.toEqual(first.samples);
  });

  it('makes more samples than it has sequences in groups, each of its own seed, and tells their text as it comes', async () => {
    const told = Array.from({ length: 6 }, () => '');
    const { samples } = await ask({ n: 6, temperature: 2, onText: (piece, index) => void (told[index] += piece) });
    expect(samples.map(({ text }) => text)).toEqual(told);
    expect(new Set(told).size).toBe(6);
    expect(samples.every(({ tokens, finish }) => tokens === 8 && finish === 'length')).toBe(true);
  });

  it('is greedy at temperature 0', async () => {
    const { samples } = await ask({ n: 2, temperature: 0 });
    expect(samples[0]).toEqual(samples[1]);
    expect(samples[0]!.text).toContain('>>> multiply(');
  });

  it('ends before a stop string, no part of which is shown', async () => {
    let told = '';
    const { samples } = await ask({ temperature: 0, maxTokens: 40, stop: ['multiply(2'], onText: (piece) => void (told += piece) });
    expect(samples[0]).toMatchObject({ text: '\n\n    >>> ', finish: 'stop' });
    expect(told).toBe('\n\n    >>> ');
  });

  it('goes on from the beginning of a reply and ends with it', async () => {
    const prompt = engine.renderChat([{ role: 'user', content: 'Write a Python function add(a, b) that returns the sum.' }], '```python\ndef add(a, b):');
    const { samples } = await ask({ prompt, special: true, temperature: 0, maxTokens: 30, stop: ['```'] });
    expect(samples[0]).toMatchObject({ text: '\n    return a + b\n', finish: 'stop' });
  });

  it('reads the marks of the template as text where they are not meant', async () => {
    const special = await ask({ prompt: '<|im_start|>user', special: true, maxTokens: 1 });
    const plain = await ask({ prompt: '<|im_start|>user', maxTokens: 1 });
    expect([special.promptTokens, plain.promptTokens > 4]).toEqual([2, true]);
  });

  it('holds a reply to a schema, which ends it, and says when its tokens do not suffice', async () => {
    const schema = { type: 'object', properties: { even: { type: 'boolean' }, digit: { enum: ['one', 'two'] } }, required: ['even', 'digit'], additionalProperties: false };
    const prompt = engine.renderChat([{ role: 'user', content: 'Is 2 even? Answer with JSON.' }]);
    const whole = await ask({ prompt, special: true, schema, n: 2, maxTokens: 60 });
    for (const { text, finish } of whole.samples) {
      expect(finish).toBe('stop');
      expect(JSON.parse(text)).toEqual({ even: expect.any(Boolean), digit: expect.stringMatching(/^(one|two)$/) });
    }
    const short = await ask({ prompt, special: true, schema, maxTokens: 3 });
    expect(short.samples[0]).toMatchObject({ tokens: 3, finish: 'length' });
    await expect(ask({ schema: { $ref: '#/$defs/absent' } })).rejects.toMatchObject({ code: 'model_refused', message: expect.stringContaining('grammar') });
  });

  it('leaves off at once when it is told to, and then answers as ever', async () => {
    const before = await ask({ n: 2 });
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    // In the middle of a sample, and in the middle of a prompt.
    const writing = new AbortController();
    let told = 0;
    await expect(ask({ maxTokens: 400, signal: writing.signal, onText: () => void ((told += 1) === 3 && writing.abort()) })).rejects.toMatchObject({ name: 'AbortError' });
    const reading = new AbortController();
    const long = ask({ prompt: 'word '.repeat(200), signal: reading.signal });
    setImmediate(() => reading.abort());
    await expect(long).rejects.toMatchObject({ name: 'AbortError' });
    const after = await ask({ n: 2 });
    expect(after.samples).toEqual(before.samples);
    expect(told).toBe(3);
  });

  it('serves requests that come at once one after another', async () => {
    const [one, two] = await Promise.all([ask(), ask()]);
    expect(two.samples).toEqual(one.samples);
    expect(two.cachedTokens).toBe(two.promptTokens - 1);
  });

  it('grows its context with the request, up to what the model was trained for', async () => {
    const before = await ask({ n: 2 });
    const grown = await ask({ temperature: 0, maxTokens: 1020, stop: ['>>>'] });
    expect(grown).toMatchObject({ cachedTokens: 0, samples: [{ text: '\n\n    ', finish: 'stop' }] });
    const after = await ask({ n: 2 });
    expect(after).toMatchObject({ cachedTokens: grown.promptTokens - 1, samples: before.samples });
    await expect(ask({ maxTokens: 8200 })).rejects.toMatchObject({
      code: 'model_refused',
      message: expect.stringMatching(/prompt of \d+ tokens and a reply of up to 8200 exceed the context length of Smollm2.*, 8192 tokens/),
      data: { maxTokens: 8200, trainedContext: 8192 },
    });
    await expect(ask({ prompt: '', maxTokens: 1 })).resolves.toMatchObject({ promptTokens: 1 });
  });
});

/** A copy of SmolLM2 in which a text of the header is another, or which has this length. */
const changed = async (name: string, change: { from: string; to: string } | { length: number }): Promise<string> => {
  const path = join(base, name);
  await copyFile(file!, path, constants.COPYFILE_FICLONE);
  await using copy = await open(path, 'r+');
  if ('length' in change) await copy.truncate(change.length);
  else {
    const header = Buffer.alloc(4_000_000);
    await copy.read(header, 0, header.length, 0);
    await copy.write(change.to, header.indexOf(change.from));
  }
  return path;
};

describe.skipIf(!file)('a file', () => {
  it('without a chat template is a base model, which continues text', async () => {
    const path = await changed('base.gguf', { from: 'tokenizer.chat_template', to: 'tokenizer.chat_nothing_' });
    const engine = await openEngine(path, { threads: 1, sequences: 1 });
    expect(engine.info.chat).toBe(false);
    expect(() => engine.renderChat([{ role: 'user', content: 'Hi' }])).toThrow(/no chat template: it is a base model/);
    const { samples } = await engine.generate({ prompt: 'One, two, three,', special: false, n: 1, temperature: 0, topP: 1, seed: 1, maxTokens: 2, stop: [] });
    expect(samples[0]!.text).toBe(' four,');
    await engine.close();
    await expect(engine.generate({ prompt: 'One', special: false, n: 1, temperature: 0, topP: 1, seed: 1, maxTokens: 2, stop: [] })).rejects.toThrow(/is closed/);
  });

  it.each<[title: string, change: Parameters<typeof changed>[1], code: string, message: RegExp]>([
    ['that is cut off', { length: 40_000_000 }, 'model_file_invalid', /cut off: it has 40000000 bytes, and its tensors need 98362432/],
    ['that is none', { from: 'GGUF', to: 'GGML' }, 'model_file_invalid', /\.gguf/],
    ['that is empty', { length: 0 }, 'model_file_invalid', /\.gguf/],
    ['of an unknown architecture', { from: 'llama', to: 'lhama' }, 'model_refused', /unknown model architecture: 'lhama'/],
  ])('%s is refused in words', async (title, change, code, message) => {
    const path = await changed(`${title.replaceAll(' ', '-')}.gguf`, change);
    await expect(openEngine(path, { threads: 1 })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('that is not there is refused before the library is looked for', async () => {
    await expect(openEngine(join(base, 'absent.gguf'), { cache: '/nowhere' })).rejects.toMatchObject({ code: 'model_file_invalid' });
  });
});
