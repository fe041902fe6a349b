import { existsSync, statSync } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { UntilgreenError } from '../core/errors.ts';
import { functionLanguage } from '../languages/function/registry.ts';
import type { FunctionLanguageName } from '../languages/function/types.ts';
import type { FunctionResult } from './types.ts';

/** Where results are kept when nothing else is said, below the current directory. */
export const SAVED = join('outputs', 'generated_code');

/** Where a result goes. */
export interface Place {
  directory: string;
  /** File name without extension: a name that was asked for, else that of the function. */
  stem: string;
  extension: string;
  /** The name was asked for: another file of that name is an error, not a reason for a number. */
  fixed: boolean;
}

/**
 * Where `--out` leads: a directory that exists, or a file in one.
 *
 * @throws `bad_arguments` for a missing directory, a file that exists, or an extension of another language
 */
export function placeOf(out: string | undefined, fn: string, lang: FunctionLanguageName): Place {
  const { extension } = functionLanguage(lang);
  if (out === undefined) return { directory: resolve(SAVED), stem: fn, extension, fixed: false };
  const path = resolve(out);
  if (existsSync(path) && statSync(path).isDirectory()) return { directory: path, stem: fn, extension, fixed: false };
  const refuse = (what: string, next: string): UntilgreenError => new UntilgreenError('bad_arguments', what, { argument: 'out', path }, next);
  if (/[/\\]$/.test(out)) throw refuse(`There is no directory ${out}.`, 'Make it first, or name another.');
  if (existsSync(path)) throw refuse(`${out} exists, and is not overwritten.`, 'Name another file, or take it away first.');
  if (!existsSync(dirname(path))) throw refuse(`There is no directory ${dirname(path)} for ${basename(path)}.`, 'Make it first, or name another.');
  const given = extname(path);
  if (given !== extension && !(lang === 'javascript' && ['.mjs', '.cjs'].includes(given))) throw refuse(`${out} is no name for a file in ${lang}.`, `Give it the extension ${extension}.`);
  return { directory: dirname(path), stem: basename(path, given), extension: given, fixed: true };
}

/** Numbers that are tried before a directory counts as full of the same function. */
const MOST_OF_ONE_NAME = 1_000;

/**
 * Writes a text, and a test file beside it. Each file appears whole or not at all, and none takes the place of another: where the function's name
 * is taken, `area_2.py` is next (an underscore, so that tests can import it).
 *
 * @param text what `renderFunction` gave
 * @returns absolute paths
 * @throws `file_exists` for a name that was asked for and was taken meanwhile
 */
export async function saveFunction(result: FunctionResult, text: string, place: Place, options: { tests: boolean }): Promise<{ file: string; tests?: string }> {
  await mkdir(place.directory, { recursive: true });
  for (let number = 1; number <= MOST_OF_ONE_NAME; number += 1) {
    const name = `${place.stem}${number === 1 ? '' : `_${number}`}${place.extension}`;
    const tests = options.tests ? testsOf(result, name) : undefined;
    const file = join(place.directory, name);
    if (tests && !place.fixed && existsSync(join(place.directory, tests.name))) continue;
    if (!(await writeNew(file, text))) {
      if (place.fixed) break;
      continue;
    }
    if (!tests) return { file };
    const testFile = join(place.directory, tests.name);
    if (await writeNew(testFile, tests.source)) return { file, tests: testFile };
    await rm(file);
    if (place.fixed) throw exists(testFile);
  }
  throw exists(join(place.directory, `${place.stem}${place.extension}`));
}

function testsOf(result: FunctionResult, module: string): { name: string; source: string } | undefined {
  const examples = result.examples.filter(({ trust }) => trust !== 'guessed');
  if (!result.signature || examples.length === 0) return undefined;
  return functionLanguage(result.lang).renderTests({ signature: result.signature, examples, module });
}

/** Makes a file with all its text at once; false where one of that name exists. */
async function writeNew(path: string, text: string): Promise<boolean> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  await writeFile(draft, text, { flag: 'wx' });
  try {
    // A link never replaces what is there, which a rename would.
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft);
  }
}

const exists = (path: string): UntilgreenError => new UntilgreenError('file_exists', `${path} exists, and is not overwritten.`, { path }, 'Name another file with --out.');
