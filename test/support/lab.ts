import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openEngine } from '../../src/agent/engine.ts';
import type { Engine, Goal, Outcome } from '../../src/agent/types.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/schema.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { sha256 } from '../../src/core/hash.ts';
import type { Approve } from '../../src/tools/types.ts';
import { startModelServer, type ModelServer, type Reply, type ServerRequest } from './model-server.ts';

export interface Played {
  outcome: Outcome;
  events: RunEvent[];
  requests: ServerRequest[];
  named(event: string): RunEvent[];
}

/** The whole engine over a scripted HTTP model server, a store and a home of its own: one for a test file. */
export class Lab {
  private script: (Reply | ((request: ServerRequest, n: number) => Reply))[] = [];
  private repeat = false;
  private replied = 0;
  private engine?: { key: string; engine: Engine };

  private constructor(
    readonly home: string,
    private readonly server: ModelServer,
  ) {}

  static async open(): Promise<Lab> {
    const home = await mkdtemp(join(tmpdir(), 'untilgreen-lab-'));
    let lab: Lab;
    const server = await startModelServer({
      replies: [(request, n) => lab.next(request, n)],
      repeat: true,
    });
    lab = new Lab(home, server);
    return lab;
  }

  private next(request: ServerRequest, _n: number): Reply {
    const reply = this.script[this.replied] ?? (this.repeat ? this.script.at(-1) : undefined);
    this.replied += 1;
    if (reply === undefined) return { status: 400, error: `the script has no reply ${this.replied}` };
    return typeof reply === 'function' ? reply(request, this.replied - 1) : reply;
  }

  /** A project of these files, removed with the lab. */
  async project(files: Record<string, string>, name = 'project'): Promise<string> {
    const directory = join(await mkdtemp(join(this.home, 'p-')), name);
    await mkdir(directory);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    return directory;
  }

  async open(settings: (s: Settings) => void = () => {}): Promise<Engine> {
    const config = await loadConfig({
      directory: this.home,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'], UNTILGREEN_HOME: join(this.home, 'data'), OPENAI_BASE_URL: this.server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted' },
    });
    config.settings.memory.embedder = 'ngram';
    config.settings.models.timeout_ms = 1_500;
    config.settings.models.max_retries = 1;
    config.settings.verify.baseline_runs = 1;
    settings(config.settings);
    const key = JSON.stringify(config.settings);
    if (this.engine?.key !== key) {
      await this.engine?.engine.close();
      this.engine = { key, engine: await openEngine({ config }) };
    }
    return this.engine.engine;
  }

  /** What the model answers from now on, in order. */
  answer(script: typeof this.script, repeat = false): void {
    this.script = script;
    this.repeat = repeat;
    this.replied = 0;
  }

  async play(
    goal: Goal,
    script: typeof this.script,
    options: { repeat?: boolean; settings?: (s: Settings) => void; approve?: Approve; signal?: AbortSignal; resume?: string; approved?: string[] } = {},
  ): Promise<Played> {
    const engine = await this.open(options.settings);
    this.answer(script, options.repeat);
    const from = this.server.requests.length;
    const events: RunEvent[] = [];
    const face = { onEvent: (e: RunEvent) => void events.push(e), approve: options.approve ?? (async () => ({ answer: 'pending' as const })), signal: options.signal };
    const outcome = options.resume ? await engine.resume(options.resume, face, { approve: options.approved }) : await engine.run(goal, face);
    return { outcome, events, requests: this.server.requests.slice(from), named: (event) => events.filter((e) => e.event === event) };
  }

  async close(): Promise<void> {
    await this.engine?.engine.close();
    await this.server.close();
    await rm(this.home, { recursive: true, force: true });
  }
}

/** Every path below a directory with what it is: content hash, mode and, for files, modification time. */
export async function snapshot(directory: string, options: { times?: boolean } = {}): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  const walk = async (relative: string) => {
    for (const entry of await readdir(join(directory, relative), { withFileTypes: true })) {
      const path = join(relative, entry.name);
      const at = join(directory, path);
      const s = await stat(at).catch(() => undefined);
      if (entry.isSymbolicLink()) result[path] = `link ${await readlink(at)}`;
      else if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) result[path] = `${sha256(await readFile(at))} ${(s!.mode & 0o7777).toString(8)}${options.times ? ` ${s!.mtimeMs}` : ''}`;
      else result[path] = 'special';
    }
  };
  await walk('');
  return result;
}

/** A plan reply in the planner's form. */
export function plan(...steps: [action: string, args: Record<string, unknown>][]): Reply {
  return {
    json: {
      summary: steps.map(([action]) => action).join(', '),
      steps: steps.map(([action, args], i) => ({ id: `s${i + 1}`, action, args, dependsOn: i ? [`s${i}`] : [], why: 'because' })),
      checks: [],
    },
  };
}

export function reflection(hypothesis = 'the cause', more: { advice?: string; giveUp?: boolean } = {}): Reply {
  return { json: { hypothesis, advice: more.advice ?? 'try again', giveUp: more.giveUp ?? false } };
}

/** A small Node project whose `add` subtracts; its tests run in a tenth of a second. */
export const NODE_PROJECT: Record<string, string> = {
  'package.json': '{ "name": "calc", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
  'calc.js': 'export function add(a, b) {\n  return a - b;\n}\n\nexport function mul(a, b) {\n  return a * b;\n}\n',
  'test/calc.test.js':
    "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { add, mul } from '../calc.js';\n\ntest('add', () => {\n  assert.equal(add(2, 3), 5);\n});\n\ntest('mul', () => {\n  assert.equal(mul(2, 3), 6);\n});\n",
};
export const FIX: [string, Record<string, unknown>] = ['edit_file', { path: 'calc.js', edits: [{ oldText: '  return a - b;', newText: '  return a + b;' }] }];

/** The same in Python, with pytest. */
export const PYTHON_PROJECT: Record<string, string> = {
  'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["."]\n',
  'calc.py': 'def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n',
  'tests/test_calc.py': 'from calc import add, mul\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n',
};
export const PYTHON_FIX: [string, Record<string, unknown>] = ['edit_file', { path: 'calc.py', edits: [{ oldText: '    return a - b', newText: '    return a + b' }] }];
