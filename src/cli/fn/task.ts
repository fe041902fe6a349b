import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { functionLanguage, functionLanguages } from '../../languages/function/registry.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { FunctionTask } from '../../functions/types.ts';
import { nearest } from '../../config/shape.ts';
import { usage } from '../arguments.ts';
import type { FnOptions } from './options.ts';

/** A file above this is no task. */
const MAX_BYTES = 1024 * 1024;

/** What ends like a file and has no call in it was meant as one. */
const LIKE_A_FILE = /^[^\n()]*\.(py|js|mjs|cjs|ts|go|txt|md)$/;

/** The task that the flags describe, with the files they name read. */
export async function taskOf(options: FnOptions): Promise<FunctionTask> {
  if (options.fn === undefined) throw usage('There is no name for the function.', 'Give one with --fn, as in --fn max_in_list.');
  const stdin = (['task', 'signature', 'doctests'] as const).filter((name) => options[name] === '-');
  if (stdin.length > 1) throw usage(`Standard input can be read once, and ${stdin.map((name) => `--${name}`).join(' and ')} ask for it.`);
  const tests = options.tests === undefined ? undefined : { name: basename(options.tests), source: readText('--tests', options.tests) };
  const signature = await textOf('--signature', options.signature);
  const task = await textOf('--task', options.task);
  const doctests = await textOf('--doctests', options.doctests);
  if (task === undefined && signature === undefined) throw usage('There is no task.', 'Say what the function is to do: --task "the largest number of a list".');
  if (task !== undefined && task.trim() === '') throw usage('The task is empty.', 'Say what the function is to do: --task "the largest number of a list".');
  // An empty file or an unset variable of a shell: without a word, all would rest on guesses.
  for (const [flag, text] of [['--signature', signature], ['--doctests', doctests]] as const) {
    if (text !== undefined && text.trim() === '') throw usage(`${flag} holds nothing.`, 'Leave it out, or check the file or the variable that it is taken from.');
  }
  return {
    task: task ?? '', fn: options.fn, lang: languageOf(options.lang, tests?.name),
    ...(signature === undefined ? {} : { signature }), ...(doctests === undefined ? {} : { doctests }), ...(tests === undefined ? {} : { tests }),
  };
}

/** The language that was named, else that of the test file, else Python. */
function languageOf(named: string | undefined, testFile: string | undefined): FunctionLanguageName {
  if (named !== undefined) {
    const names = functionLanguages.flatMap(({ name, aliases }) => [name, ...aliases]);
    if (names.includes(named.trim().toLowerCase())) return functionLanguage(named).name;
    const meant = nearest(named, names);
    throw usage(`--lang ${named} is unknown${meant ? `; did you mean ${meant}?` : '.'}`, `Expected ${functionLanguages.map(({ name }) => name).join(', ')}.`);
  }
  const extension = testFile === undefined ? '' : extname(testFile).replace(/^\.[mc](?=[jt]s$)/, '.');
  return functionLanguages.find((language) => language.extension === extension)?.name ?? 'python';
}

/** A value that is a text, the name of a file, `@FILE`, or `-` for standard input. */
async function textOf(flag: string, value: string | undefined): Promise<string | undefined> {
  if (value === undefined) return undefined;
  if (value === '-') return readAll(process.stdin);
  if (value.startsWith('@')) return readText(flag, value.slice(1));
  if (!value.includes('\n') && value.length < 4_096 && (LIKE_A_FILE.test(value) || isFile(value))) return readText(flag, value);
  return value;
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false; // a name that no file can have
  }
}

function readText(flag: string, path: string): string {
  if (!existsSync(path)) throw usage(`${flag}: there is no file ${path}.`);
  const entry = statSync(path);
  if (!entry.isFile()) throw usage(`${flag}: ${path} is not a regular file.`);
  if (entry.size > MAX_BYTES) throw usage(`${flag}: ${path} has ${entry.size} bytes; at most ${MAX_BYTES} are read.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw usage(`${flag}: ${path} cannot be read as text: ${(error as Error).message}`);
  }
}
