import { asError, EXIT, UntilgreenError } from '../../core/errors.ts';
import { refuse } from '../../languages/refactor/refuse.ts';
import { carryOut, carryOutUntested, operationText, preview, type CarryOutOptions, type Note, type Operation } from '../../refactor/index.ts';
import { planOf } from '../../plan/templates/refactoring.ts';
import type { Plan } from '../../plan/types.ts';
import { insideProject } from '../../tools/refactoring.ts';
import { openToolSession, type ToolSession } from '../../tools/session.ts';
import type { ToolContext } from '../../tools/types.ts';
import { findChecks } from '../../verify/baseline.ts';
import { usage } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { job } from '../job.ts';
import { readers, type RefactorOptions } from '../refactor/words.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { print, printJson, sayProgress } from '../terminal.ts';
import { clean } from '../view/text.ts';

/** Notes that are printed; `--json` has all. */
const NOTES_SHOWN = 30;

/** `untilgreen refactor KIND …`: previewed, or carried out and tested as a run without a model. */
export async function refactor(kind: string, words: readonly string[], options: RefactorOptions): Promise<number> {
  if (options.dryRun && options.check) throw usage('--dry-run runs no checks.', 'Leave --check out.');
  if (kind === 'move' && words.length < 2) throw usage('There is no place to move it to.', 'Give what is moved, and then where to: untilgreen refactor move slugify text.py');
  const directory = await projectDirectory(options.dir);
  const config = await configFor(options, directory);
  const { signal, release } = cancelOnSignal(() => {});
  const session = await openToolSession({ directory, config, signal });
  let planned: Plan | number;
  try {
    planned = await prepared(session, kind, words, options);
  } finally {
    await session.close();
    release();
  }
  if (typeof planned === 'number') return planned;
  const plan = planned;
  return job(config, options, plan.summary, (engine, face) => engine.run({ directory, request: plan.summary, plan, ...(options.check && { checks: options.check }) }, face));
}

/** What the words mean. A module or name that is not there, or is there twice, is a refusal like an engine's. */
async function asked(kind: string, words: readonly string[], options: RefactorOptions, context: ToolContext): Promise<Operation> {
  try {
    return await readers[kind]!(words, options, context);
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'not_found' && error.code !== 'ambiguous') throw thrown;
    throw refuse(error.code, error.what, error.data, error.next);
  }
}

/** Computes it; what needs no tests is ended here with its exit code. */
async function prepared(session: ToolSession, kind: string, words: readonly string[], options: RefactorOptions): Promise<Plan | number> {
  const done: { exitCode?: number; plan?: Plan } = {};
  const worked = await session.work(async (context) => {
    const operation = insideProject(await asked(kind, words, options, context));
    const { bench, sandbox, signal } = context;
    const at = { bench, sandbox, ...(signal && { signal }) };
    if (options.dryRun || options.tests === false) {
      const { summary, notes } = await carryOut(operation, options.dryRun ? { ...at, gates: ['parses'] } : at);
      done.exitCode = told(operation, { summary, notes, diff: options.dryRun ? await bench.diff() : '' }, options);
      return { ok: !options.dryRun };
    }
    const { edits, summary, notes } = await preview(operation, at);
    if (!edits.length) {
      done.exitCode = told(operation, { summary, notes, diff: '' }, options);
      return { ok: false };
    }
    if (!(await hasTests(context, options.check ?? []))) {
      const pinned = await untested(operation, at, options);
      done.exitCode = told(operation, { summary: `${summary} ${pinned}`, notes, diff: '' }, options);
      return { ok: true };
    }
    done.plan = planOf(operation, summary).toJSON();
    return { ok: false };
  });
  if (done.exitCode !== undefined) {
    if (worked.run && !options.json) print('Applied; `untilgreen undo` takes it back.');
    return done.exitCode;
  }
  return done.plan!;
}

/** Whether anything in the project, or given with --check, could show that something broke. */
async function hasTests({ bench, languages }: Pick<ToolContext, 'bench' | 'languages'>, given: readonly string[]): Promise<boolean> {
  const checks = await findChecks(bench, languages, given);
  if (checks.some(({ framework }) => framework === 'command' || framework === 'doctest')) return true;
  if (!checks.length) return false;
  for (const { path, link } of await bench.list()) {
    const language = link === undefined ? languages.find((l) => l.isTestFile(path)) : undefined;
    if (language && (await language.staticTests(path, (await bench.readText(path)).text)).length) return true;
  }
  return false;
}

/** A refactoring of a project without tests: what the code does is pinned first. Gives what was shown, in words. */
async function untested(operation: Operation, at: CarryOutOptions, options: RefactorOptions): Promise<string> {
  const say = (text: string): void => (options.quiet || options.json ? undefined : sayProgress(text));
  say('The project has no tests: what the code does now is pinned first.');
  const { pinned, functions, skipped } = await carryOutUntested(operation, { ...at, onProgress: say });
  if (pinned === 0) {
    const why = skipped.slice(0, 3).map(({ path, name, why: reason }) => `${path}${name ? ` ${name}` : ''}: ${reason}`).join('; ');
    throw new UntilgreenError('refactoring_refused', `The project has no tests, and what the code does could not be pinned${why ? ` (${why})` : ''}.`, { reason: 'behaviour', skipped }, 'Give a command that shows it with --check, or take the gates alone with --no-tests.');
  }
  return `${pinned} tests of what ${functions.length} ${functions.length === 1 ? 'function does' : 'functions do'} were made for it, and pass before and after; \`untilgreen test generate\` keeps such tests.`;
}

/** The outcome of what was only computed or applied without tests, on stdout. */
function told(operation: Operation, { summary, notes, diff }: { summary: string; notes: readonly Note[]; diff: string }, options: RefactorOptions): number {
  if (options.json) {
    printJson({ operation, text: operationText(operation), summary, notes, ...(diff && { diff }) }, 2);
    return EXIT.green;
  }
  if (diff) print(clean(diff).trimEnd());
  if (!options.quiet) for (const note of notes.slice(0, NOTES_SHOWN)) process.stderr.write(`${note.path}:${note.line}: ${note.kind}: ${clean(note.text).trim()}\n`);
  if (!options.quiet && notes.length > NOTES_SHOWN) process.stderr.write(`… ${notes.length - NOTES_SHOWN} more; --json lists all.\n`);
  const said = summary || 'There was nothing to do.';
  if (diff) process.stderr.write(`${clean(said)}\n`);
  else print(clean(said));
  return EXIT.green;
}
