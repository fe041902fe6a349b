import { randomBytes } from 'node:crypto';
import { lstatSync, realpathSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { readNoFollow } from '../host.ts';
import { openSandbox } from '../open.ts';
import { toolPaths } from '../tool-paths.ts';
import type { Sandbox } from '../types.ts';
import { makeBoxDirectory, removeBoxDirectory, removeBoxDirectoryNow, writeNoFollow } from './files.ts';
import { codeLanguage } from './languages/registry.ts';
import type { CodeLanguage, Prepared, Refusal } from './languages/types.ts';
import { checkCode, checkHanded, checkLimits, checkNames, limitsFor } from './options.ts';
import type { BlockedImport, CodeResult, CodeRunOptions, CodeSandboxOptions } from './types.ts';

/** What a guard inside the sandbox wrote; untrusted, since the snippet could have written it. */
const reportSchema = z.object({ name: z.string(), line: z.number().int().positive().optional() });

/**
 * Runs snippets in Python, JavaScript, TypeScript, Go and shell, each in the sandbox, all in one temporary directory: files stay from run to
 * run until the box is closed. Runs may go on side by side.
 *
 * @example
 * await using box = new CodeSandbox({ timeoutSeconds: 10, maxMemoryMb: 256, blockedImports: ['socket', 'os.system'] });
 * box.writeFile('numbers.txt', '1\n2\n3\n');
 * const result = await box.run('print(sum(map(int, open("numbers.txt"))))', { language: 'python' });
 * // { ok: true, status: 'exited', exitCode: 0, stdout: '6\n', language: 'python', rung: 'A', … }
 */
export class CodeSandbox implements AsyncDisposable, Disposable {
  /** Host path of the box, and of its runs' working directory. */
  readonly directory: string;
  readonly #options: CodeSandboxOptions;
  readonly #running = new Map<AbortController, Promise<unknown>>();
  readonly #stems = new Set<string>();
  #sandbox: Promise<Sandbox> | undefined;
  #closed = false;

  /**
   * @throws `bad_arguments` for an option that cannot be, before anything is made
   */
  constructor(options: CodeSandboxOptions = {}) {
    checkNames('box', options);
    checkLimits(options);
    this.#options = { ...options };
    if (options.sandbox) this.#sandbox = Promise.resolve(options.sandbox);
    this.directory = realpathSync(makeBoxDirectory());
  }

  /**
   * A box whose sandbox is already open, so that a machine without one is known here and not at the first run.
   *
   * @throws `no_sandbox`, `bad_arguments`
   */
  static async open(options: CodeSandboxOptions = {}): Promise<CodeSandbox> {
    const box = new CodeSandbox(options);
    try {
      await box.#open();
      return box;
    } catch (thrown) {
      await box.close();
      throw thrown;
    }
  }

  /**
   * Runs one snippet to its end. What the snippet does is in the result: an exception, a limit, a blocked name, a syntax error.
   *
   * @throws `bad_arguments` for code or options that cannot be, `no_sandbox`, `file_missing` where the language is not installed, and
   * `path_outside`, `path_unsafe`, `not_a_file` for `files`; nothing has run then
   */
  async run(code: string, options: CodeRunOptions): Promise<CodeResult> {
    if (this.#closed) throw new UntilgreenError('bad_arguments', 'This CodeSandbox is closed.', {}, 'Make a new one.');
    checkCode(code);
    checkNames('run', options);
    checkLimits(options);
    checkHanded(options);
    const language = codeLanguage(options.language);
    const blocked = options.blockedImports ?? this.#options.blockedImports ?? [];
    if (blocked.length > 0 && !language.blocksImports) {
      throw new UntilgreenError('bad_arguments', `The \`blockedImports\` option does not work for ${language.name}.`, { argument: 'blockedImports' }, 'Leave it out: the sandbox holds anyway.');
    }
    const limits = limitsFor(language, this.#options, options);
    for (const [path, content] of Object.entries(options.files ?? {})) this.writeFile(path, content);
    const ending = new AbortController();
    const running = this.#run(code, options, language, blocked, limits, ending.signal);
    this.#running.set(ending, running);
    try {
      return await running;
    } finally {
      this.#running.delete(ending);
    }
  }

  /**
   * Writes a file of the box, making its folders; links that a snippet left are not followed.
   *
   * @param path relative, with `/`
   * @throws `path_outside`, `path_unsafe`, `not_a_file`
   */
  writeFile(path: string, content: string | Uint8Array): void {
    writeNoFollow(this.directory, path, content);
  }

  /**
   * The bytes of a file of the box, without following links.
   *
   * @param maxBytes largest size read, default 64 MiB
   * @throws `path_outside`, `file_missing`, `path_unsafe`, `not_a_file`, `too_large`
   */
  readFile(path: string, maxBytes?: number): Buffer {
    return readNoFollow(this.directory, path, maxBytes);
  }

  /** Ends what still runs, waits for it and removes the directory with all that snippets left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ending of this.#running.keys()) ending.abort();
    await Promise.allSettled(this.#running.values());
    await removeBoxDirectory(this.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** As `close`, for `using`: what still runs is killed, and not waited for. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const ending of this.#running.keys()) ending.abort();
    removeBoxDirectoryNow(this.directory);
  }

  #open(): Promise<Sandbox> {
    // A failure is not kept: the next run tries again.
    this.#sandbox ??= openSandbox({ minRung: this.#options.minRung }).catch((thrown: unknown) => {
      this.#sandbox = undefined;
      throw thrown;
    });
    return this.#sandbox;
  }

  async #run(code: string, options: CodeRunOptions, language: CodeLanguage, blocked: readonly string[], limits: ReturnType<typeof limitsFor>, ending: AbortSignal): Promise<CodeResult> {
    const sandbox = await this.#open();
    const tools = await toolPaths([language.program]);
    const host = tools.programs[language.program];
    if (host === undefined) throw new UntilgreenError('file_missing', `${language.program} is not on the PATH, and ${language.name} needs it.`, { program: language.program }, language.install);
    const stem = this.#takeStem(language);
    const report = `.blocked-${randomBytes(6).toString('hex')}`;
    const signal = options.signal ? AbortSignal.any([options.signal, ending]) : ending;
    let made: string[] = [];
    try {
      // By its name where that finds it: in a container the image's own program answers to it.
      const program = host.endsWith(`/${language.program}`) ? language.program : host;
      const shared = async () => language.shared?.(sandbox, tools, signal);
      const prepared = await Promise.resolve().then(() => language.prepare({ code, stem, blocked, report, shared }, program)).catch(tooDeep);
      if ('refused' in prepared) return refusedResult(prepared, language);
      // From here to the start nothing else gets a turn.
      if (ending.aborted) throw new UntilgreenError('cancelled', 'The CodeSandbox was closed before the snippet started.');
      made = [report, ...Object.keys(prepared.files)];
      for (const [name, text] of Object.entries(prepared.files)) this.writeFile(name, text);
      const result = await sandbox.run({
        argv: [...prepared.argv, ...(options.args ?? [])],
        workspace: this.directory,
        env: { PATH: tools.path, ...prepared.env, ...options.env },
        mounts: [...tools.mounts, ...(prepared.mounts ?? [])],
        limits,
        network: options.network ?? this.#options.network ?? 'none',
        signal,
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
        ...(options.onOutput ? { onOutput: options.onOutput } : {}),
      });
      const met = blocked.length > 0 && !ending.aborted ? await this.#readReport(report, prepared, blocked) : undefined;
      return { ...result, ok: result.status === 'exited' && result.exitCode === 0 && !met, language: language.name, ...(met && { blocked: met }) };
    } finally {
      for (const name of made) this.#remove(name);
      this.#stems.delete(stem);
    }
  }

  /** A file name that neither a run going on nor a file of the box has. */
  #takeStem({ extensions }: CodeLanguage): string {
    for (let count = 1; ; count += 1) {
      const stem = count === 1 ? 'main' : `main-${count}`;
      if (this.#stems.has(stem) || [...extensions, '.js'].some((extension) => lstatSync(join(this.directory, stem + extension), { throwIfNoEntry: false }))) continue;
      this.#stems.add(stem);
      return stem;
    }
  }

  async #readReport(name: string, prepared: Prepared, blocked: readonly string[]): Promise<BlockedImport | undefined> {
    let told: z.infer<typeof reportSchema>;
    try {
      told = reportSchema.parse(JSON.parse(readNoFollow(this.directory, name, 4096).toString('utf8')));
    } catch {
      return undefined; // nothing was met, or the snippet put something of its own there
    }
    if (!blocked.includes(told.name)) return undefined;
    const line = told.line ?? (await prepared.likelyLine?.());
    return { name: told.name, ...(line === undefined ? {} : { line }) };
  }

  #remove(name: string): void {
    try {
      unlinkSync(join(this.directory, name));
    } catch (thrown) {
      // A snippet may have removed its own file, or put a folder there.
      if (!['ENOENT', 'EISDIR', 'EPERM'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
}

/** A parser calls itself for each level, and a snippet may have more of them than a stack. */
function tooDeep(thrown: unknown): Refusal {
  if (thrown instanceof RangeError && thrown.message.includes('call stack')) return { refused: 'The code is nested too deeply to be read.\n' };
  throw thrown;
}

/** The result of a snippet that was not started: what its own compiler would have said. */
function refusedResult({ refused, blocked }: Refusal, language: CodeLanguage): CodeResult {
  return {
    status: 'exited', exitCode: 1, signal: null, stdout: '', stderr: refused, truncated: { stdout: false, stderr: false },
    peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 0, ok: false, language: language.name, ...(blocked && { blocked }),
  };
}
