import { nearest } from '../../config/shape.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Limits } from '../types.ts';
import type { CodeLanguage } from './languages/types.ts';
import type { CodeLimits, CodeRunOptions, CodeSandboxOptions } from './types.ts';

const MiB = 1024 * 1024;
/** A snippet is read by people and models; more than this is a program with data in it, which belongs into `files`. */
const MAX_CODE_BYTES = 4 * MiB;
/** Day-long runs are no snippets, and a timer of Node's cannot wait longer than 2^31 milliseconds. */
const MAX_SECONDS = 86_400;
const MAX_MEMORY_MB = 1024 * 1024;

function expected(option: string, what: string, got: unknown): UntilgreenError {
  const shown = typeof got === 'string' ? JSON.stringify(got).slice(0, 60) : Array.isArray(got) ? 'an array' : typeof got === 'object' && got !== null ? 'an object' : String(got);
  return new UntilgreenError('bad_arguments', `Expected the \`${option}\` option to be ${what}, got ${shown}.`, { argument: option });
}

function range(option: string, value: unknown, least: number, most: number, unit: string, whole: boolean): void {
  if (value === undefined) return;
  const fits = typeof value === 'number' && (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) && value >= least && value <= most;
  if (!fits) throw expected(option, `${whole ? 'a whole number' : 'a number'} of ${unit} from ${least} to ${most}`, value);
}

const LIMITS = ['timeoutSeconds', 'maxMemoryMb', 'maxOutputBytes', 'maxProcesses', 'blockedImports', 'network'] as const satisfies readonly (keyof CodeLimits)[];
const OF_A_BOX = [...LIMITS, 'minRung', 'sandbox'] as const satisfies readonly (keyof CodeSandboxOptions)[];
const OF_A_RUN = [...LIMITS, 'language', 'stdin', 'args', 'env', 'files', 'signal', 'onOutput'] as const satisfies readonly (keyof CodeRunOptions)[];

/**
 * Refuses options that there are not: a mistyped limit would be none.
 *
 * @throws `bad_arguments` naming the option and the one that was likely meant
 */
export function checkNames(of: 'box' | 'run', options: unknown): void {
  const known: readonly string[] = of === 'box' ? OF_A_BOX : OF_A_RUN;
  if (!isRecord(options)) throw expected('options', of === 'run' ? 'an object with the `language` of the code' : 'an object', options);
  const unknown = Object.keys(options).find((name) => !known.includes(name) && options[name] !== undefined);
  if (unknown === undefined) return;
  const meant = known.find((name) => name.toLowerCase().includes(unknown.toLowerCase())) ?? nearest(unknown, known);
  throw new UntilgreenError('bad_arguments', `A ${of} has no \`${unknown}\` option.`, { argument: unknown }, meant ? `Did you mean ${meant}?` : `There are ${known.join(', ')}.`);
}

/**
 * Checks what a box or a run was given, before anything starts.
 *
 * @throws `bad_arguments` naming the option, what was expected and what was given
 */
export function checkLimits(limits: CodeLimits): void {
  range('timeoutSeconds', limits.timeoutSeconds, 0.001, MAX_SECONDS, 'seconds', false);
  range('maxMemoryMb', limits.maxMemoryMb, 16, MAX_MEMORY_MB, 'megabytes', true);
  range('maxOutputBytes', limits.maxOutputBytes, 1, 1024 * MiB, 'bytes', true);
  range('maxProcesses', limits.maxProcesses, 4, 100_000, 'processes', true);
  if (limits.network !== undefined && limits.network !== 'none' && limits.network !== 'loopback') throw expected('network', "'none' or 'loopback'", limits.network);
  const blocked: unknown = limits.blockedImports;
  if (blocked === undefined) return;
  const what = "a list of modules ('socket') and attributes ('os.system')";
  if (!Array.isArray(blocked)) throw expected('blockedImports', what, blocked);
  for (const name of blocked as unknown[]) if (typeof name !== 'string' || !/^[^\s\0]+$/.test(name)) throw expected('blockedImports', what, name);
}

/** @throws `bad_arguments` for code that is empty, not text, too long, or holds a NUL */
export function checkCode(code: unknown): asserts code is string {
  if (typeof code !== 'string') throw expected('code', 'text', code);
  if (code.trim() === '') throw expected('code', 'something to run', code);
  if (code.includes('\0')) throw new UntilgreenError('bad_arguments', 'Expected the `code` option to be text, got a NUL character in it.', { argument: 'code' });
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) throw new UntilgreenError('bad_arguments', `Expected the \`code\` option to be at most ${MAX_CODE_BYTES} bytes, got ${bytes}.`, { argument: 'code' }, 'Put its data into a file of the box.');
}

/** @throws `bad_arguments` for what a snippet is handed that is not text */
export function checkHanded({ args, env, stdin, files }: CodeRunOptions): void {
  const texts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (args !== undefined && !texts(args)) throw expected('args', 'a list of strings', args);
  if (stdin !== undefined && typeof stdin !== 'string') throw expected('stdin', 'text', stdin);
  if (env !== undefined && !(isRecord(env) && texts(Object.values(env)))) throw expected('env', 'names with strings', env);
  if (files !== undefined && !(isRecord(files) && Object.values(files).every((content) => typeof content === 'string' || content instanceof Uint8Array))) throw expected('files', 'paths with text or bytes', files);
}

/** The limits of one run: its own, then the box's, then what the language needs. */
export function limitsFor(language: CodeLanguage, box: CodeLimits, own: CodeLimits): Partial<Limits> {
  const { defaults } = language;
  const memory = own.maxMemoryMb ?? box.maxMemoryMb ?? defaults.maxMemoryMb;
  if (memory < language.leastMemoryMb) throw expected('maxMemoryMb', `at least ${language.leastMemoryMb} for ${language.name}, whose runtime does not start below`, memory);
  return {
    wallMs: Math.max(1, Math.round((own.timeoutSeconds ?? box.timeoutSeconds ?? defaults.timeoutSeconds) * 1000)),
    memoryBytes: memory * MiB,
    outputBytes: own.maxOutputBytes ?? box.maxOutputBytes ?? MiB,
    processes: own.maxProcesses ?? box.maxProcesses ?? defaults.maxProcesses,
  };
}
