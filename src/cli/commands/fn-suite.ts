import { readFileSync } from 'node:fs';
import { cacheDir } from '../../config/paths.ts';
import { EXIT } from '../../core/errors.ts';
import { FUNCTION_DEFAULTS } from '../../functions/options.ts';
import { keepSamples } from '../../functions/suite/kept.ts';
import type { KeptSampler } from '../../functions/suite/kept.ts';
import { OWN_TASKS } from '../../functions/suite/own.ts';
import { readTasks } from '../../functions/suite/rows.ts';
import { runSuite } from '../../functions/suite/run.ts';
import { summarise } from '../../functions/suite/summary.ts';
import type { SuiteTask, TaskResult } from '../../functions/suite/types.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import { createModels } from '../../models/client.ts';
import type { HttpModels } from '../../models/client.ts';
import type { Sampler } from '../../models/sampler.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { usage, wholeNumber } from '../arguments.ts';
import { suiteTable, taskLine } from '../fn/suite-table.ts';
import type { EngineFlags } from '../program.ts';
import { configFor, writable } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { printJson, sayProgress } from '../terminal.ts';

/** What `fn suite` was given, as commander names it. */
export interface SuiteFlags extends Pick<EngineFlags, 'model' | 'baseUrl' | 'sandbox' | 'config'> {
  seed?: string[];
  seeds?: string;
  candidates?: string;
  maxNewTokens?: string;
  limit?: string;
  tasks?: string;
  lang?: string;
  jobs?: string;
  out?: string;
  samples?: string;
  measure?: string;
  modelsRoot?: string[];
  json?: boolean;
  quiet?: boolean;
}

/**
 * `untilgreen fn suite [FILE.jsonl…]`: writes the functions of many tasks and tells how many are right by tests that nobody saw. Ends with 0 when
 * every job came to its end, however many were solved.
 */
export async function fnSuite(files: readonly string[], flags: SuiteFlags): Promise<number> {
  const seeds = seedsOf(flags);
  const measure = numberOf('--measure', flags.measure, 0, 0);
  const jobs = numberOf('--jobs', flags.jobs, 2);
  const job = {
    decode: FUNCTION_DEFAULTS.decode,
    candidates: numberOf('--candidates', flags.candidates, FUNCTION_DEFAULTS.candidates),
    maxNewTokens: numberOf('--max-new-tokens', flags.maxNewTokens, FUNCTION_DEFAULTS.maxNewTokens),
  };
  const tasks = chosen((files.length > 0 ? files : [OWN_TASKS]).flatMap(tasksIn), flags);
  const out = flags.out === undefined ? undefined : writable('--out', flags.out);
  const kept = flags.samples === undefined ? undefined : writable('--samples', flags.samples);
  const config = await configFor(flags);
  const sandbox = await openSandbox({ mode: config.settings.sandbox.mode, minRung: config.settings.sandbox.min_rung, cacheDir: cacheDir(config.env) });
  let models: HttpModels | undefined;
  const sampling = async (): Promise<Sampler> => (models = await createModels(config, { modelsRoots: flags.modelsRoot, ...(flags.quiet ? {} : { onProgress: sayProgress }) })).sampler();
  let keeper: KeptSampler | undefined;
  const { signal, release } = cancelOnSignal(() => {
    if (!flags.quiet) process.stderr.write('Stopping; finished tasks are kept where --out was given.\n');
  });
  try {
    const sampler = kept === undefined ? await sampling() : (keeper = await keepSamples(kept, sampling));
    const results = await runSuite(tasks, {
      seeds, job, measure, jobs,
      ...(out === undefined ? {} : { out }),
      onResult: (result, place) => {
        if (!flags.quiet && !place.again) process.stderr.write(`${taskLine(result, place, seeds.length > 1)}\n`);
      },
    }, { sampler, sandbox, signal });
    const summary = summarise(results);
    if (flags.json) printJson({ ...summary, results: results.map(shown) }, 2);
    else process.stdout.write(suiteTable(summary, results));
    return EXIT.green;
  } finally {
    release();
    keeper?.close();
    await models?.close();
  }
}

/** A result without what is of use to the resuming alone. */
function shown({ settings: _settings, model: _model, ...result }: TaskResult): Omit<TaskResult, 'settings' | 'model'> {
  return result;
}

function tasksIn(file: string): SuiteTask[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`${file} cannot be read: ${(error as Error).message}.`, 'Give a file with a task on each line, in JSON.');
  }
  return readTasks(text, file);
}

/** Tasks by language, by pattern and by number, in this order. */
function chosen(tasks: readonly SuiteTask[], { lang, tasks: pattern, limit }: SuiteFlags): SuiteTask[] {
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (seen.has(id)) throw usage(`The task ${id} stands in two of the files.`);
    seen.add(id);
  }
  const language = lang === undefined ? undefined : functionLanguage(lang).name;
  const glob = pattern === undefined ? undefined : new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const fitting = tasks.filter(({ id, task }) => (language === undefined || task.lang === language) && (glob === undefined || glob.test(id)));
  const some = limit === undefined ? fitting : fitting.slice(0, numberOf('--limit', limit, fitting.length));
  if (some.length === 0) throw usage('No task is left to run.', tasks.length === 0 ? 'The files hold none.' : `There are ${tasks.length}, such as ${tasks[0]!.id}.`);
  return some;
}

function seedsOf({ seed = [], seeds }: SuiteFlags): number[] {
  const given = [...seed.map((word) => numberOf('--seed', word.trim(), 0, 0)), ...(seeds?.split(',') ?? []).map((word) => numberOf('--seeds', word.trim(), 0, 0))];
  return given.length === 0 ? [FUNCTION_DEFAULTS.seed] : [...new Set(given)];
}

/** @param least 1, or 0 where nothing is a choice too */
function numberOf(flag: string, text: string | undefined, otherwise: number, least: 0 | 1 = 1): number {
  if (text === undefined) return otherwise;
  return least === 0 && /^0+$/.test(text) ? 0 : wholeNumber(flag, text);
}
