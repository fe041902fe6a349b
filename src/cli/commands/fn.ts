import { cacheDir } from '../../config/paths.ts';
import { asError, UntilgreenError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { functionEvents, newFunctionId } from '../../functions/events.ts';
import { writeFunction } from '../../functions/job.ts';
import { optionsOf } from '../../functions/options.ts';
import { headerOf, leftOut, renderFunction, type OutputDeps } from '../../functions/output.ts';
import { placeOf, saveFunction, type Place } from '../../functions/save.ts';
import type { FunctionResult } from '../../functions/types.ts';
import { createModels } from '../../models/client.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { endLines, outcomeLine, outcomeOf } from '../fn/outcome.ts';
import { readOptions, type FnOptions, type FnOutput } from '../fn/options.ts';
import { askQuestion } from '../fn/question.ts';
import { taskOf } from '../fn/task.ts';
import { readTask } from '../../functions/read.ts';
import { configFor, recordingOf } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { canAsk, chooseView, printJson, sayProgress } from '../terminal.ts';
import { clean, oneLine } from '../view/text.ts';

/** Told with -v alone: a line for each candidate is no overview. */
const DETAILS = new Set(['candidate_checked', 'stage_started', 'selected']);

/**
 * `untilgreen fn`: one function, written test-first. The code alone goes to stdout, everything else to stderr, the confidence last. Ends with 0
 * for an answer, however sure it is, and with 1 where no candidate passed.
 */
export async function fn(options: FnOptions): Promise<number> {
  const { job, output } = readOptions(options);
  optionsOf(job);
  const task = await taskOf(options);
  // Everything that can be refused is, before a model or a sandbox is looked for.
  await readTask(task);
  const place = output.save ? placeOf(output.out, task.fn.trim(), task.lang) : undefined;
  const files = recordingOf(options);
  const config = await configFor(options);
  const { settings, env } = config;
  const models = await createModels(config, { ...files, modelsRoots: options.modelsRoot, ...(options.quiet ? {} : { onProgress: sayProgress }) });
  try {
    const sandbox = await openSandbox({ mode: settings.sandbox.mode, minRung: settings.sandbox.min_rung, cacheDir: cacheDir(env) });
    const id = newFunctionId();
    const view = chooseView(options, { request: `${task.fn}: ${task.task}`, ...(job.iterations === undefined ? {} : { maxIterations: job.iterations }) });
    let last: RunEvent | undefined;
    const emit = functionEvents(id, (event) => {
      last = event;
      if (options.json || options.verbose || process.stderr.isTTY || !DETAILS.has(event.event)) view.event(event);
    });
    const { signal, release } = cancelOnSignal(() => {
      view.pause();
      if (!options.quiet) process.stderr.write('Stopping. Once more ends it at once.\n');
      view.resume();
    });
    try {
      const result = await writeFunction(task, job, {
        models, sampler: models.sampler('coder'), sandbox, emit, signal, ...(canAsk(options) ? { ask: askQuestion(view) } : {}),
      });
      const made = result.ok ? await deliver(result, output, place, { sandbox, emit, signal }) : { files: [] };
      view.close();
      const outcome = outcomeOf(made.failure ? { ...result, ok: false, error: made.failure } : result, { ...(made.text === undefined ? {} : { text: made.text }), files: made.files });
      tell(options, result, made, outcome.exitCode);
      if (options.json) printJson(outcomeLine(id, outcome, last?.iteration ?? 0));
      return outcome.exitCode;
    } finally {
      release();
      view.close();
    }
  } finally {
    await models.close();
  }
}

/** Lines left out that a note names. */
const LINES_NAMED = 3;

interface Made {
  text?: string;
  files: string[];
  /** There is an answer, and it could not be handed over. */
  failure?: UntilgreenError;
}

/** Renders an answer, and writes it where that is wanted. */
async function deliver(result: FunctionResult, output: FnOutput, place: Place | undefined, deps: OutputDeps): Promise<Made> {
  try {
    const text = await renderFunction(result, { form: output.form, cleanDoc: output.cleanDoc, ...(place ? { header: headerOf(result, new Date(), { tests: output.form !== 'standalone' }) } : {}) }, deps);
    if (output.form === 'function') {
      const lines = await leftOut(result, text, output.cleanDoc);
      if (lines.length > 0) result.notes.push(`It needs ${lines.slice(0, LINES_NAMED).join('; ')}${lines.length > LINES_NAMED ? '; …' : ''} (--add-imports).`);
    }
    if (!place) {
      deps.emit?.('output_ready', { form: output.form, file: null });
      return { text, files: [] };
    }
    const saved = await saveFunction(result, text, place, { tests: output.form !== 'standalone' });
    deps.emit?.('output_ready', { form: output.form, file: saved.file });
    return { text, files: [saved.file, ...(saved.tests === undefined ? [] : [saved.tests])] };
  } catch (thrown) {
    return { files: [], failure: asError(thrown) };
  }
}

/** The code on stdout, what is to be said of it on stderr. */
function tell(options: FnOptions, result: FunctionResult, made: Made, exitCode: number): void {
  if (!options.json && made.text !== undefined && made.files.length === 0) {
    // What a model wrote could steer a terminal; a file or a pipe gets it as it is.
    const text = process.stdout.isTTY ? clean(made.text) : made.text;
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
  const lines = endLines(made.failure ? { ...result, ok: false, error: made.failure } : result, made.files);
  const shown = options.quiet && exitCode === 0 ? lines.slice(-1) : lines;
  for (const line of shown) process.stderr.write(`${oneLine(line)}\n`);
}
