// A language server as a child process, with just enough of the protocol for refactorings.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { uriOf } from './edits.mts';

interface Message {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

/** Milliseconds for one answer. */
const ANSWER_MS = 120_000;
const LANGUAGES: Readonly<Record<string, string>> = { '.py': 'python', '.go': 'go', '.ts': 'typescript', '.js': 'javascript' };

export class LanguageServer {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
  private buffer = Buffer.alloc(0);
  private next = 1;
  /** Edits that the server asked the client to apply. */
  readonly asked: unknown[] = [];

  constructor(argv: readonly string[], private readonly directory: string, env: Record<string, string>, private readonly settings: unknown) {
    const [program = '', ...args] = argv;
    this.child = spawn(program, args, { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
    this.child.stdout?.on('data', (chunk: Buffer) => this.take(chunk));
    this.child.once('exit', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('The server ended.'));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async start(initializationOptions: unknown = {}): Promise<void> {
    await this.request('initialize', {
      processId: process.pid, rootUri: uriOf(this.directory), workspaceFolders: [{ uri: uriOf(this.directory), name: 'project' }], initializationOptions,
      capabilities: {
        workspace: {
          workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] }, configuration: true, workspaceFolders: true, applyEdit: true,
          fileOperations: { willRename: true, didRename: true }, didChangeConfiguration: { dynamicRegistration: true },
        },
        window: { workDoneProgress: true },
        textDocument: { rename: { prepareSupport: false }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['', 'refactor', 'refactor.extract', 'refactor.inline', 'source'] } }, resolveSupport: { properties: ['edit'] }, dataSupport: true } },
      },
    });
    this.notify('initialized', {});
    this.notify('workspace/didChangeConfiguration', { settings: this.settings });
  }

  /** Servers look at closed files late or never: whatever holds the name is opened first. */
  open(path: string): void {
    this.notify('textDocument/didOpen', { textDocument: { uri: uriOf(join(this.directory, path)), languageId: LANGUAGES[extname(path)] ?? 'plaintext', version: 1, text: readFileSync(join(this.directory, path), 'utf8') } });
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = this.next;
    this.next += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered in ${ANSWER_MS / 1_000} s.`)), ANSWER_MS);
      this.waiting.set(id, { resolve: (value) => (clearTimeout(timer), resolve(value)), reject: (reason) => (clearTimeout(timer), reject(reason)) });
      this.send({ id, method, params });
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  private notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  private send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin?.write(body);
  }

  private take(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.subarray(0, end).toString())?.[1]);
      if (this.buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.buffer.subarray(end + 4, end + 4 + length).toString()) as Message;
      this.buffer = this.buffer.subarray(end + 4 + length);
      this.hear(message);
    }
  }

  private hear({ id, method, params, result, error }: Message): void {
    if (method !== undefined && id !== undefined) {
      if (method === 'workspace/applyEdit') this.asked.push((params as { edit: unknown }).edit);
      const items = (params as { items?: { section?: string }[] } | undefined)?.items ?? [];
      this.send({ id, result: method === 'workspace/configuration' ? items.map(({ section }) => sectionOf(this.settings, section)) : method === 'workspace/applyEdit' ? { applied: true } : null });
      return;
    }
    if (id === undefined) return;
    const waiter = this.waiting.get(Number(id));
    this.waiting.delete(Number(id));
    if (error) waiter?.reject(new Error(error.message));
    else waiter?.resolve(result);
  }
}

function sectionOf(settings: unknown, section: string | undefined): unknown {
  return (section?.split('.') ?? []).reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], settings) ?? null;
}
