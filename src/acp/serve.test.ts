import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../agent/types.ts';
import { settingsSchema } from '../config/schema.ts';
import { serveAcp } from './serve.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-serve-')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An agent whose runs wait until they are stopped; and the wires to it. */
function served(signal?: AbortSignal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const log: string[] = [];
  let begun: () => void = () => {};
  const working = new Promise<void>((resolve) => (begun = resolve));
  const engine = {
    run: (_goal, face) => new Promise((_resolve, reject) => {
      begun();
      face.signal?.addEventListener('abort', () => {
        log.push('stopped');
        reject(new DOMException('', 'AbortError'));
      });
    }),
    close: async () => void log.push('closed'),
  } as Partial<Engine> as Engine;
  const over = serveAcp({
    version: '0', records: join(root, 'records'), openEngine: async () => engine, configFor: async () => ({ settings: settingsSchema.parse({}), origins: {}, files: [], env: {} }),
  }, { input, output, ...(signal && { signal }) });
  let heard = '';
  output.on('data', (piece) => (heard += String(piece)));
  const say = (id: number, method: string, params: object): void => void input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  const answered = async (id: number): Promise<Record<string, any>> => {
    for (;;) {
      const line = heard.split('\n').find((one) => one.includes(`"id":${id},`) && one.endsWith('}'));
      if (line) return JSON.parse(line) as Record<string, any>;
      await new Promise((resolve) => output.once('data', resolve));
    }
  };
  const begin = async (): Promise<void> => {
    say(1, 'initialize', { protocolVersion: 1 });
    await answered(1);
    say(2, 'session/new', { cwd: root, mcpServers: [] });
    const { result } = await answered(2);
    say(3, 'session/prompt', { sessionId: result.sessionId, prompt: [{ type: 'text', text: 'work' }] });
    await working;
  };
  return { input, output, log, over, begin };
}

describe('serveAcp', () => {
  it.each<[string, (wires: ReturnType<typeof served>, stop: AbortController) => void]>([
    ['the editor closes the input', ({ input }) => input.end()],
    ['the input breaks', ({ input }) => input.destroy(new Error('EIO'))],
    ['the output breaks', ({ input, output }) => {
      output.destroy(new Error('EPIPE'));
      input.write('{"jsonrpc":"2.0","id":9,"method":"session/list","params":{}}\n');
    }],
    ['a signal ends it', (_wires, stop) => stop.abort()],
  ])('stops what is at work, closes the store and ends when %s', async (_title, end) => {
    const stop = new AbortController();
    const wires = served(stop.signal);
    await wires.begin();
    end(wires, stop);
    await wires.over;
    expect(wires.log).toEqual(['stopped', 'closed']);
  });
});
