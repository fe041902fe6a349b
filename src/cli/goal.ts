import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Goal } from '../agent/types.ts';
import { EXIT, UntilgreenError } from '../core/errors.ts';
import type { Plan } from '../plan/types.ts';
import { goalWords, oneOf, parseLanguage, PROJECT_TYPES, usage } from './arguments.ts';
import { projectDirectory } from './directory.ts';
import type { GoalOptions } from './program.ts';
import { canAsk } from './terminal.ts';

const isDirectory = (word: string) => existsSync(word) && statSync(word).isDirectory();

/** A request that begins by making something may name a directory that is not there yet. */
const MAKES = /^\s*(?:please\s+)?(?:create|make|build|generate|scaffold|bootstrap|start|set ?up|write)\b/i;

/** The goal that the command line describes; in a terminal a missing request is asked for. Nothing is made or changed yet. */
export async function goalOf(words: readonly string[], options: GoalOptions): Promise<Goal> {
  const given = goalWords(words, options.task, isDirectory);
  const language = options.language ?? options.lang;
  if (options.language !== undefined && options.lang !== undefined) throw usage('--language and --lang are one flag; give it once.');
  const projectType = options.projectType === undefined ? undefined : oneOf('-p', PROJECT_TYPES, options.projectType);
  if (options.check?.some((command) => !command.trim())) throw usage('--check is empty.', 'Give a command that must succeed, for example --check "ruff check".');
  const directory = await projectDirectory(given.directory, { mayBeMissing: projectType !== undefined || (given.directory !== undefined && MAKES.test(given.request ?? '')) });
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan);
  const request = given.request ?? plan?.summary ?? (await askRequest(directory, given.directory, options));
  return {
    directory, request, ...(plan && { plan }), ...(options.check && { checks: options.check }), ...(projectType && { projectType }),
    ...(language !== undefined && { language: parseLanguage(language) }),
  };
}

async function askRequest(directory: string, word: string | undefined, options: GoalOptions): Promise<string> {
  if (!canAsk(options)) {
    throw word === undefined
      ? usage('There is no request.', 'Say what is to be done: untilgreen run "make the failing tests pass"')
      : usage(`${word} is a directory, and there is no request.`, `Type: untilgreen run ${word} "make the failing tests pass"`);
  }
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({ message: `What is to be done in ${directory}?`, placeholder: 'make the failing tests pass', output: process.stderr, validate: (value) => (value?.trim() ? undefined : 'Say it in a sentence.') });
  if (isCancel(answer)) throw new UntilgreenError('cancelled', 'Cancelled; nothing was done.');
  return answer.trim();
}

/** A plan written by hand. Its form is checked here, its steps by the engine, against the tools and the files. */
async function readPlan(path: string): Promise<Plan> {
  const file = resolve(path);
  const source = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`--plan ${path} cannot be read (${error.code}).`);
  });
  let plan: unknown;
  try {
    plan = JSON.parse(source);
  } catch (error) {
    throw new UntilgreenError('plan_invalid', `${path} is not JSON: ${(error as Error).message}.`, { path: file }, '`untilgreen plan --json` prints a plan in the form that is expected.', { cause: error });
  }
  const { toPlan } = await import('../plan/schema.ts');
  return toPlan(plan);
}

/** Makes the directory of a new project for the time of the work; taken away again when nothing came of it. */
export async function inDirectory(goal: Goal, work: () => Promise<number>): Promise<number> {
  if (existsSync(goal.directory)) return work();
  mkdirSync(goal.directory, { recursive: true });
  let exitCode: number | undefined;
  try {
    exitCode = await work();
    return exitCode;
  } finally {
    // A run that can be resumed needs its directory.
    const resumable: (number | undefined)[] = [EXIT.cancelled, EXIT.approval, EXIT.budget];
    if (!resumable.includes(exitCode) && readdirSync(goal.directory).length === 0) rmdirSync(goal.directory);
  }
}
