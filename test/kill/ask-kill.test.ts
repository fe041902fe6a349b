import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLibrary } from '../../src/capabilities/library/open.ts';
import { PERCENTAGE, scriptedCodes, scriptedReply } from '../../src/capabilities/testing/scripted.ts';
import { startModelServer } from '../support/model-server.ts';

// Run with `npm run build && npx vitest run --config test/kill/vitest.config.ts`: what is killed is the built command.
const BIN = join(import.meta.dirname, '../../bin/untilgreen.mjs');
const LIMIT_MS = 300_000;
const EVERY = Number(process.env['UNTILGREEN_KILL_EVERY'] ?? 1);
const REQUEST = 'What is 15 percent of 300?';
const ANSWER = '15 percent of 300 is 45.\n';

const codes = scriptedCodes([PERCENTAGE]);
const server = await startModelServer({
  models: ['scripted'], repeat: true,
  replies: [({ body }) => {
    const schema = body.response_format?.json_schema?.name as string | undefined;
    const text = (body.messages as { content: string }[]).map(({ content }) => content).join('\n');
    // Probes of what the server can do name schemas of their own.
    if (schema) return { json: scriptedReply([PERCENTAGE], schema, text) };
    return /def calculate_percentage/.test(text) ? { contents: codes(text, Number(body.n ?? 1)) } : { content: 'ok' };
  }],
});
afterAll(() => server.close());

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** One user: a home, a library and the real command. */
class Place {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'ask-kill-')));
  readonly log = join(this.root, 'moments');
  readonly tools = join(this.root, 'tools');
  readonly questions: string[] = [];

  constructor() {
    mkdirSync(join(this.root, 'here'));
    writeFileSync(join(this.root, 'settings.json'), JSON.stringify({ memory: { embedder: 'ngram' }, models: { timeout_ms: 30_000 } }));
  }

  async ask(at?: number): Promise<Ended> {
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    const from = server.requests.length;
    const child = spawn(process.execPath, [BIN, 'ask', '--config', join(this.root, 'settings.json'), REQUEST], {
      cwd: join(this.root, 'here'), stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH, HOME, ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}), XDG_CONFIG_HOME: join(this.root, 'config'), UNTILGREEN_HOME: join(this.root, 'home'), TOOLS_DIR: this.tools,
        OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted', UNTILGREEN_KILL_LOG: this.log, ...(at === undefined ? {} : { UNTILGREEN_KILL_AT: String(at) }),
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece) => (stdout += String(piece)));
    child.stderr.on('data', (piece) => (stderr += String(piece)));
    const ended = await new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    this.questions.splice(0, this.questions.length, ...server.requests.slice(from).flatMap(({ body }) => [body.response_format?.json_schema?.name as string | undefined].filter((name) => name !== undefined)));
    return ended;
  }

  /** Names of the moments that were passed, in order; the log is started anew. */
  moments(): string[] {
    const lines = existsSync(this.log) ? readFileSync(this.log, 'utf8').trim().split('\n') : [];
    rmSync(this.log, { force: true });
    return lines.map((line) => line.slice(line.indexOf(' ') + 1));
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const whole = await (async () => {
  const place = new Place();
  try {
    const ended = await place.ask();
    return { ended, moments: place.moments() };
  } finally {
    place.close();
  }
})();

it('the request that is not killed makes a tool and is answered', () => {
  expect(whole.ended).toMatchObject({ code: 0, stdout: ANSWER });
  expect(whole.moments).toEqual(expect.arrayContaining(['request understood', 'synthesis specified', 'synthesis wave 1', 'synthesis saved', 'ask answered']));
});

const moments = whole.moments.map((name, index) => ({ n: index + 1, name })).filter((_, index) => index % EVERY === Math.min(EVERY - 1, 3));
/** Moments by which the reply to a question is on record. */
const RECORDED: Record<string, string> = { 'model call recorded understand': 'request_needs', 'model call recorded make/s1/specify': 'tool_specification', 'model call recorded make/s1/test': 'tool_tests' };

// One at a time: the questions of two would be mixed up in the server's record.
describe('killed with SIGKILL, a request goes on to the same answer, with one tool', () => {
  it.each(moments)('at moment $n, $name', { timeout: LIMIT_MS }, async ({ n }) => {
    const place = new Place();
    try {
      expect(await place.ask(n)).toMatchObject({ code: null, signal: 'SIGKILL' });
      const passed = place.moments();
      // Whatever is in the folder is whole: a tool that can be read and is what was admitted, or none.
      const { tools, broken } = existsSync(place.tools) ? await (await openLibrary(place.tools)).list() : { tools: [], broken: [] };
      expect(broken).toEqual([]);
      expect(tools.map(({ tool, edited, evidence }) => [tool.name, edited, evidence?.gates.every(({ ok }) => ok)])).toEqual(tools.length === 0 ? [] : [['calculate_percentage', false, true]]);
      const ended = await place.ask();
      expect(ended).toMatchObject({ code: 0, stdout: ANSWER });
      expect(readdirSync(place.tools).filter((name) => !name.startsWith('.'))).toEqual(['calculate_percentage']);
      for (const [moment, question] of Object.entries(RECORDED)) expect(passed.includes(moment) && place.questions.includes(question), `${question} is asked again after "${moment}"`).toBe(false);
    } finally {
      place.close();
    }
  });
});
