import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDb, openStore } from '../../src/store/store.ts';
import { JournalStore } from '../../src/workspace/journal.ts';
import { startModelServer, type ModelServer, type Reply, type ServerRequest } from './model-server.ts';

const BIN = join(import.meta.dirname, '../../bin/untilgreen.mjs');
const TEST = "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { add, mul } from '../calc.js';\n\ntest('add', () => {\n  assert.equal(add(2, 3), 5);\n});\n\ntest('mul', () => {\n  assert.equal(mul(2, 3), 6);\n});\n";
const FILES: [path: string, content: string, mode?: number][] = [
  ['package.json', '{ "name": "calc", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n'],
  ['calc.js', 'export function add(a, b) {\n  return a - b;\n}\n\nexport function mul(a, b) {\n  return a * b;\n}\n'],
  ['test/calc.test.js', TEST],
  ['bin/say.sh', '#!/bin/sh\necho minus\n', 0o755],
  ['old/deep/minus.js', 'export const minus = (a, b) => a - b;\n'],
  ['notes.txt', 'one\r\ntwo'],
];

/** What a request asks for, by its content: a process that goes on asks in the same words, in any order. */
export type Question = 'first plan' | 'reflection' | 'second plan';
const CAUSE = 'the operands changed places instead of being added';
export function questionOf(request: ServerRequest): Question {
  const text = JSON.stringify(request.body.messages);
  if (text.includes('find out why an attempt')) return 'reflection';
  return text.includes(CAUSE) ? 'second plan' : 'first plan';
}

const planOf = (...steps: [action: string, args: Record<string, unknown>][]): Reply => ({
  json: { summary: steps.map(([action]) => action).join(', '), steps: steps.map(([action, args], i) => ({ id: `s${i + 1}`, action, args, dependsOn: i ? [`s${i}`] : [], why: 'because' })), checks: [] },
});
const edit = (path: string, oldText: string, newText: string): [string, Record<string, unknown>] => ['edit_file', { path, edits: [{ oldText, newText }] }];
const REPLIES: Record<Question, Reply> = {
  'first plan': planOf(edit('calc.js', '  return a - b;', '  return b - a;')),
  reflection: { json: { hypothesis: CAUSE, advice: 'add them, in a file of its own', giveUp: false } },
  'second plan': planOf(
    ['create_file', { path: 'lib/plus/plus.js', content: 'export const plus = (a, b) => a + b;\n' }],
    edit('calc.js', 'export function add(a, b) {\n  return b - a;\n}', "import { plus } from './lib/plus/plus.js';\n\nexport function add(a, b) {\n  return plus(a, b);\n}"),
    ['delete_file', { path: 'old/deep/minus.js' }],
    edit('bin/say.sh', 'echo minus', 'echo plus'),
  ),
};

/** Every path below a directory with its kind, permissions and content. */
export function tree(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (at: string): void => {
    for (const name of readdirSync(join(directory, at)).toSorted()) {
      const path = join(at, name);
      const info = lstatSync(join(directory, path));
      const mode = (info.mode & 0o7777).toString(8);
      found[path] = info.isDirectory() ? `directory ${mode}` : `${mode} ${createHash('sha256').update(readFileSync(join(directory, path))).digest('hex')}`;
      if (info.isDirectory()) walk(path);
    }
  };
  walk('');
  return found;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** One user: a project, a home, a store and a model server of their own, and the real command. */
export class Rig {
  readonly project: string;
  readonly log: string;
  private constructor(
    readonly scratch: string,
    readonly server: ModelServer,
    readonly url: string | undefined,
    private readonly drop: () => Promise<void>,
  ) {
    this.project = join(scratch, 'project');
    this.log = join(scratch, 'moments');
  }

  /** @param admin  address of a PostgreSQL server, on which a database is made; without it the embedded store is used */
  static async make(admin?: string): Promise<Rig> {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'run-kill-')));
    for (const [path, content, mode] of FILES) {
      mkdirSync(dirname(join(scratch, 'project', path)), { recursive: true });
      writeFileSync(join(scratch, 'project', path), content);
      if (mode) chmodSync(join(scratch, 'project', path), mode);
    }
    writeFileSync(join(scratch, 'settings.json'), JSON.stringify({ memory: { embedder: 'ngram' }, verify: { baseline_runs: 1 }, models: { timeout_ms: 30_000 } }));
    const server = await startModelServer({ replies: [(request) => REPLIES[questionOf(request)]], repeat: true, models: ['scripted'] });
    const database = admin === undefined ? undefined : await makeDatabase(admin);
    return new Rig(scratch, server, database?.url, async () => database?.drop());
  }

  get home(): string {
    return join(this.scratch, 'home');
  }

  /** Runs the command. @param moments  `at`: the moment at which it dies */
  command(words: string[], moments: { at?: number } = {}): Promise<Ended> {
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    const child = spawn(process.execPath, [BIN, ...words], {
      cwd: this.project,
      env: {
        PATH, HOME, ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}), XDG_CONFIG_HOME: join(this.scratch, 'config'), UNTILGREEN_HOME: this.home,
        OPENAI_BASE_URL: this.server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted', ...(this.url ? { DATABASE_URL: this.url } : {}),
        ...(moments.at === undefined ? {} : { UNTILGREEN_KILL_AT: String(moments.at) }), UNTILGREEN_KILL_LOG: this.log,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece) => (stdout += String(piece)));
    child.stderr.on('data', (piece) => (stderr += String(piece)));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  run(moments: { at?: number } = {}): Promise<Ended> {
    return this.command(['run', '--json', '--config', join(this.scratch, 'settings.json'), 'add is wrong'], moments);
  }

  resume(moments: { at?: number } = {}): Promise<Ended> {
    return this.command(['resume', '--json', '--config', join(this.scratch, 'settings.json')], moments);
  }

  /** Names of the moments that were passed so far, in order; the log is started anew. */
  moments(): string[] {
    const lines = existsSync(this.log) ? readFileSync(this.log, 'utf8').trim().split('\n') : [];
    rmSync(this.log, { force: true });
    return lines.map((line) => line.slice(line.indexOf(' ') + 1));
  }

  /** How often each question was asked. */
  asked(): Record<Question, number> {
    const count: Record<Question, number> = { 'first plan': 0, reflection: 0, 'second plan': 0 };
    for (const request of this.server.requests) count[questionOf(request)] += 1;
    return count;
  }

  /** On a server nobody knows whether the holder of a lease is dead; this is what waiting for its end comes to. */
  async expireLease(): Promise<void> {
    if (!this.url) return;
    const db = await openDb({ url: this.url, directory: '' });
    try {
      const [table] = await db.query<{ there: string | null }>(`select to_regclass('untilgreen.tasks')::text as there`);
      if (table?.there) await db.query(`update untilgreen.tasks set lease_until = '-infinity' where status = 'running'`);
    } finally {
      await db.close();
    }
  }

  /** What the store holds of the runs of this user, without what differs from run to run (ids, times). */
  async stored(): Promise<Record<string, unknown>> {
    const store = await openStore({ url: this.url, directory: join(this.home, 'db') });
    try {
      const one = (sql: string): Promise<unknown[]> => store.db.query(sql);
      return {
        tasks: await one('select status, outcome from untilgreen.tasks'),
        modelCalls: await one('select key, role from untilgreen.model_calls order by number'),
        steps: await one(`select regexp_replace(key, '^[0-9]+/', '') as key from untilgreen.events where kind = 'step' and key not like '%/resumed' order by seq`),
        iterations: await one('select number, outcome, steps, passed, failed, input_tokens > 0 as tokens from untilgreen.iterations order by number'),
        planSteps: await one('select iteration, step_id, action, state from untilgreen.steps order by iteration, position'),
        metrics: await one('select name, count(*) as times from untilgreen.metrics group by name order by name'),
        failures: await one('select count(*) as times from untilgreen.failures'),
      };
    } finally {
      await store.close();
    }
  }

  /** States of the applies in the journal. */
  async applies(): Promise<string[]> {
    const { journals } = await new JournalStore(join(this.home, 'journals')).all();
    return journals.filter((j) => j.kind === 'apply').map((j) => j.state);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.drop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

async function makeDatabase(admin: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `kill_${randomBytes(6).toString('hex')}`;
  const asAdmin = async (sql: string): Promise<void> => {
    const db = await openDb({ url: admin, directory: '' });
    try {
      await db.query(sql);
    } finally {
      await db.close();
    }
  };
  await asAdmin(`create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database ${name} with (force)`) };
}
