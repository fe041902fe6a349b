import { readFileSync, statSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { cacheDir } from '../../config/paths.ts';
import { asError, EXIT, UntilgreenError } from '../../core/errors.ts';
import { CodeSandbox } from '../../sandbox/code/box.ts';
import { codeLanguage, codeLanguageOf } from '../../sandbox/code/languages/registry.ts';
import type { CodeLimits, CodeResult } from '../../sandbox/code/types.ts';
import { stripTerminalEscapes } from '../../sandbox/host.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { SandboxStatus } from '../../sandbox/types.ts';
import { oneOf, usage, wholeNumber } from '../arguments.ts';
import { errorLine } from '../report-error.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { printJson } from '../terminal.ts';

/** What `exec` was given, as commander names it. */
export interface ExecOptions {
  code?: string;
  language?: string;
  stdin?: boolean;
  timeout?: string;
  memory?: string;
  processes?: string;
  outputLimit?: string;
  network?: string;
  block?: string[];
  minRung?: string;
  sandbox?: string;
  json?: boolean;
}

/** Codes of `timeout` and of a shell: time ran out, killed (128 + SIGKILL), no such program. */
const TIMED_OUT = 124;
const KILLED = 137;
const NO_PROGRAM = 127;

/** A file above this is no script. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * `untilgreen exec FILE|-c CODE [-- ARGS]`: one snippet in a box of its own, what it prints as it comes. Ends with the snippet's own exit
 * code; 124 when its time ran out, 137 at another limit, 130 after Ctrl-C, 127 where its language is not installed.
 */
export async function exec(words: readonly string[], options: ExecOptions): Promise<number> {
  const { code, args, language } = await snippet(words, options);
  const limits = limitsOf(options);
  const sandboxed = await sandboxFor(options);
  const { signal, release } = cancelOnSignal(() => {});
  try {
    const stdin = options.stdin ? await readAll(process.stdin) : undefined;
    await using box = new CodeSandbox({ sandbox: await openSandbox(sandboxed) });
    const result = await box.run(code, {
      language, args, signal, ...limits,
      ...(stdin === undefined ? {} : { stdin }),
      ...(options.json ? {} : { onOutput: write }),
    });
    if (options.json) printJson(result, 2);
    else finish(result);
    return signal.aborted ? EXIT.cancelled : exitCodeOf(result);
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code === 'bad_arguments') throw asTyped(error);
    if (error.code !== 'file_missing') throw error;
    process.stderr.write(`untilgreen: ${error.message}\n`);
    if (options.json) printJson({ ...errorLine(error, 'exec'), exitCode: NO_PROGRAM });
    return NO_PROGRAM;
  } finally {
    release();
  }
}

/** The flags under which the options of a box are known here. */
const FLAGS: Record<string, string> = { timeoutSeconds: '--timeout', maxMemoryMb: '--memory', maxProcesses: '--processes', maxOutputBytes: '--output-limit', blockedImports: '--block' };

/** The refusal of an option, with the name by which it was given. */
function asTyped(error: UntilgreenError): UntilgreenError {
  const option = String(error.data.argument);
  const flag = FLAGS[option];
  return flag === undefined ? error : new UntilgreenError(error.code, error.what.replace(`\`${option}\``, `\`${flag}\``), error.data, error.next, { cause: error });
}

/** The code with its arguments and language, from `-c`, a file or standard input. */
async function snippet(words: readonly string[], options: ExecOptions): Promise<{ code: string; args: readonly string[]; language: string }> {
  const named = options.language;
  if (options.code !== undefined) {
    if (named === undefined) throw usage('With -c the language must be given.', 'Add --lang python, javascript, typescript, go or shell.');
    return { code: options.code, args: words, language: codeLanguage(named).name };
  }
  const [file, ...args] = words;
  if (file === undefined) throw usage('There is nothing to run.', "Give a file, - for standard input, or -c 'CODE'.");
  if (file === '-' && options.stdin) throw usage('With - the code is standard input, and cannot be read as data too.', 'Leave --stdin out, or put the code into a file.');
  const code = file === '-' ? await readAll(process.stdin) : readScript(file);
  const source = file === '-' ? 'standard input' : file;
  if (code.trim() === '') throw usage(`There is nothing in ${source} to run: it is empty.`);
  const language = named === undefined ? codeLanguageOf(file, code) : codeLanguage(named).name;
  if (!language) throw usage(`The language of ${source} cannot be told.`, 'Add --lang python, javascript, typescript, go or shell.');
  return { code, args, language };
}

function readScript(file: string): string {
  const entry = looked(file, () => statSync(file, { throwIfNoEntry: false }));
  if (!entry) throw usage(`There is no file ${file}.`, "Give a file, - for standard input, or -c 'CODE'.");
  if (!entry.isFile()) throw usage(`${file} is not a regular file.`, 'Give the file that holds the code, or - for standard input.');
  if (entry.size > MAX_FILE_BYTES) throw usage(`${file} has ${entry.size} bytes; a snippet has at most ${MAX_FILE_BYTES}.`);
  const bytes = looked(file, () => readFileSync(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw usage(`${file} cannot be read as text: ${(error as Error).message}`);
  }
}

/** What the file system says of a file, or why it does not: no right to read it, links in a circle. */
function looked<T>(file: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw usage(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

const NETWORKS = ['none', 'loopback'] as const;

function limitsOf({ timeout, memory, processes, outputLimit, network, block }: ExecOptions): CodeLimits {
  return {
    ...(timeout === undefined ? {} : { timeoutSeconds: seconds('--timeout', timeout) }),
    ...(memory === undefined ? {} : { maxMemoryMb: wholeNumber('--memory', memory) }),
    ...(processes === undefined ? {} : { maxProcesses: wholeNumber('--processes', processes) }),
    ...(outputLimit === undefined ? {} : { maxOutputBytes: wholeNumber('--output-limit', outputLimit) }),
    ...(network === undefined ? {} : { network: oneOf('--network', NETWORKS, network) }),
    ...(block === undefined ? {} : { blockedImports: block }),
  };
}

function seconds(flag: string, value: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(value) || Number(value) <= 0) throw usage(`${flag} ${value}: expected seconds above 0, such as 10 or 0.5.`);
  return Number(value);
}

/** The configured sandbox, or the one that was asked for. */
async function sandboxFor(options: ExecOptions): Promise<Parameters<typeof openSandbox>[0]> {
  if (options.minRung !== undefined && options.sandbox === 'none') throw usage('--min-rung and --sandbox none exclude each other.');
  const { settings, env } = await configFor({ sandbox: options.sandbox });
  const minRung = options.minRung === undefined ? settings.sandbox.min_rung : oneOf('--min-rung', ['A', 'B', 'C', 'D', 'M'], options.minRung);
  return { mode: settings.sandbox.mode, minRung, cacheDir: cacheDir(env) };
}

/** What a snippet prints could steer a terminal; a file or a pipe gets it as it is. */
function write(name: 'stdout' | 'stderr', text: string): void {
  process[name].write(process[name].isTTY ? stripTerminalEscapes(text) : text);
}

const LIMITS: Partial<Record<SandboxStatus, string>> = {
  timeout: 'its time ran out', oom: 'it used more memory than it may', output: 'it printed more than it may', disk: 'it wrote more than it may',
};

/** What is left to say when everything was heard as it came. */
function finish(result: CodeResult): void {
  // Nothing ran, so nothing was heard.
  if (result.rung === undefined) write('stderr', result.stderr);
  else if (result.blocked) process.stderr.write(`untilgreen: The snippet met ${result.blocked.name}, which is blocked${result.blocked.line === undefined ? '' : `, in line ${result.blocked.line}`}.\n`);
  const why = LIMITS[result.status];
  if (why) process.stderr.write(`untilgreen: The snippet was ended after ${(result.wallMs / 1000).toFixed(1)} s: ${why}.\n`);
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start the snippet.');
}

function exitCodeOf(result: CodeResult): number {
  if (result.status === 'exited') return result.exitCode ?? KILLED;
  if (result.status === 'timeout') return TIMED_OUT;
  return result.status === 'sandbox_error' ? EXIT.noSandbox : KILLED;
}
