import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { ndJsonStream } from '@agentclientprotocol/sdk';
import { serveAcp } from '../../src/acp/serve.ts';
import type { AcpOptions } from '../../src/acp/types.ts';
import { openEngine } from '../../src/agent/engine.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/schema.ts';
import { TestEditor, type EditorOptions } from './acp-editor.ts';
import { startModelServer, type ModelServer, type Reply } from './model-server.ts';

type Script = (Reply | (() => Reply))[];

/** Agents over a scripted model, with a home of their own; an editor for each. */
export class AcpLab {
  private script: Script = [];
  private replied = 0;
  private readonly ends: (() => Promise<unknown>)[] = [];

  private constructor(readonly home: string, readonly server: ModelServer) {}

  static async open(): Promise<AcpLab> {
    const home = await mkdtemp(join(tmpdir(), 'untilgreen-acp-'));
    let lab: AcpLab;
    const server = await startModelServer({ replies: [() => lab.next()], repeat: true });
    lab = new AcpLab(home, server);
    return lab;
  }

  private next(): Reply {
    const reply = this.script[this.replied];
    this.replied += 1;
    if (reply === undefined) return { status: 400, error: `the script has no reply ${this.replied}` };
    return typeof reply === 'function' ? reply() : reply;
  }

  /** What the model answers from now on, in order. */
  answer(...script: Script): void {
    this.script = script;
    this.replied = 0;
  }

  async project(files: Record<string, string>): Promise<string> {
    const directory = join(await mkdtemp(join(this.home, 'p-')), 'project');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    return directory;
  }

  get env(): Record<string, string | undefined> {
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    return { PATH, HOME, XDG_CACHE_HOME, XDG_CONFIG_HOME: join(this.home, 'config'), UNTILGREEN_HOME: join(this.home, 'data'), OPENAI_BASE_URL: this.server.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'scripted' };
  }

  async configFor(directory: string): Promise<LoadedConfig> {
    const config = await loadConfig({ directory, env: this.env });
    config.settings.memory.embedder = 'ngram';
    config.settings.models.timeout_ms = 1_500;
    config.settings.models.max_retries = 1;
    config.settings.verify.baseline_runs = 1;
    return config;
  }

  /** An agent in this process, spoken to over the wire. */
  async editor(options: EditorOptions = {}, more: Partial<AcpOptions> = {}): Promise<TestEditor> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveAcp({
      version: '0.0.0', records: join(this.home, 'data', 'acp'), openEngine: (config) => openEngine({ config }),
      configFor: (directory) => this.configFor(directory), ...more,
    }, { input: there, output: back });
    this.ends.push(async () => {
      there.end();
      await served;
    });
    return new TestEditor(options).connect(ndJsonStream(Writable.toWeb(there), Readable.toWeb(back) as ReadableStream<Uint8Array>));
  }

  /** The command as an editor starts it. */
  spawn(args: string[] = []): ChildProcessWithoutNullStreams {
    const root = join(import.meta.dirname, '../..');
    const start = `import { start } from ${JSON.stringify(join(root, 'src/cli/main.ts'))}; await start(${JSON.stringify(['acp', ...args])});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', start], { cwd: root, env: { ...this.env, NODE_ENV: 'test' } });
    this.ends.push(async () => {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    });
    return child;
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
    await this.server.close();
    await rm(this.home, { recursive: true, force: true });
  }
}
