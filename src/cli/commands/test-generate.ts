import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { LoadedConfig } from '../../config/schema.ts';
import { EXIT } from '../../core/errors.ts';
import { languages } from '../../languages/registry.ts';
import { characterise } from '../../mutation/characterise.ts';
import type { FurtherTests } from '../../mutation/further.ts';
import { meanScore, type FunctionScore } from '../../mutation/score.ts';
import { scoreTests } from '../../mutation/score-tests.ts';
import { openToolSession, type ToolSession } from '../../tools/session.ts';
import { survivorTests } from '../../tools/survivor-tests.ts';
import type { ToolContext } from '../../tools/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { usage, wholeNumber } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { progressLine } from '../progress-line.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { colors, print, printJson } from '../terminal.ts';

interface SharedOptions {
  dir?: string;
  function?: string[];
  maxMutants?: string;
  sandbox?: string;
  json?: boolean;
  quiet?: boolean;
}
export interface TestGenerateOptions extends SharedOptions {
  target?: string;
  budget?: string;
  seed?: string;
  model?: boolean;
  properties?: boolean;
  dryRun?: boolean;
}
export interface TestScoreOptions extends SharedOptions {
  min?: string;
}

/** Survivors that are shown of one function; `--json` has all. */
const SHOWN = 5;

/** `untilgreen test generate [path]`: tests of what functions do, their laws, and what a model adds, written as one transaction. */
export async function testGenerate(path: string | undefined, options: TestGenerateOptions): Promise<number> {
  const target = options.target === undefined ? 0.8 : share('--target', options.target);
  return inSession(path, options, async ({ session, paths, progress, signal, config }) => {
    const { tokens, cost, minutes } = config.settings.budget;
    const until = minutes === undefined ? undefined : new Date(Date.now() + minutes * 60_000);
    const result = await session.work(async (context) => {
      const made = await characterise({
        ...(await given(context, paths, options)), target, signal, onProgress: (text) => progress.show(text), properties: options.properties ?? true,
        ...(options.model === false ? {} : { write: survivorTests(context, { ...(tokens === undefined ? {} : { tokens }), ...(cost === undefined ? {} : { cost }), ...(until ? { until } : {}) }) }),
        ...(options.budget === undefined ? {} : { budgetMs: wholeNumber('--budget', options.budget) * 1_000 }),
        ...(options.seed === undefined ? {} : { seed: wholeNumber('--seed', options.seed) }),
      });
      if (!options.dryRun && made.files.length > 0) await context.bench.write(made.files.map((file) => ({ kind: 'write', path: file.path, content: file.text, expect: null })));
      return { ok: made.files.length > 0 && !options.dryRun, made };
    });
    progress.clear();
    const { made, run } = result;
    if (options.json) {
      printJson({ ...made, mean: meanScore(made.functions), target, written: run !== undefined, ...(run === undefined ? {} : { run }) }, 2);
    } else {
      for (const file of made.files) {
        if (options.dryRun) print(file.text);
        else print(`${colors.green('+')} ${file.path}`);
      }
      for (const source of made.sources) {
        const { before, after } = source.coverage;
        print(`${colors.bold(source.path)}  lines of functions reached: ${before.covered} → ${after.covered} of ${after.lines}`);
        for (const one of source.functions) printScore(one, `${one.cases} ${one.cases === 1 ? 'case' : 'cases'}`);
        for (const tests of source.further) printFurther(tests);
      }
      for (const { path: file, name, why } of made.skipped) print(colors.dim(`  left out: ${file}${name ? ` ${name}` : ''}: ${why}`));
      if (made.functions.length > 0) print(`mutation score ${percent(meanScore(made.functions))} on average of ${made.functions.length} functions, wanted ${percent(target)}`);
      if (run !== undefined) print(colors.dim(`\`untilgreen undo --run ${run}\` takes it back`));
    }
    return made.files.length > 0 ? EXIT.green : EXIT.notGreen;
  });
}

/** `untilgreen test score [path]`: what the project's own tests notice. */
export async function testScore(path: string | undefined, options: TestScoreOptions): Promise<number> {
  const least = options.min === undefined ? undefined : share('--min', options.min);
  return inSession(path, options, async ({ session, paths, progress, signal }) => {
    const { files, skipped } = await session.work(async (context) => ({ ok: false, ...(await scoreTests({ ...(await given(context, paths, options)), signal, onProgress: (text) => progress.show(text) })) }));
    progress.clear();
    const mean = meanScore(files.flatMap(({ functions }) => functions));
    if (options.json) {
      printJson({ files, skipped, mean }, 2);
    } else {
      for (const file of files) {
        print(`${colors.bold(file.path)}  ${file.tests} tests, lines of functions reached: ${file.coverage.covered} of ${file.coverage.lines}`);
        for (const one of file.functions) printScore(one, '');
      }
      for (const { path: file, why } of skipped) print(colors.dim(`  left out: ${file}: ${why}`));
      if (files.length > 0) print(`mutation score ${percent(mean)} on average`);
    }
    return files.length > 0 && (least === undefined || mean >= least) ? EXIT.green : EXIT.notGreen;
  });
}

function printFurther({ by, kept, dropped }: FurtherTests): void {
  const whose = by === 'model' ? "the tester's" : 'law';
  for (const { name, kills } of kept) print(`  ${colors.green('kept')}     ${whose} ${name}  ${colors.dim(`notices ${kills} ${kills === 1 ? 'mutant' : 'mutants'}`)}`);
  for (const { name, why } of dropped) print(colors.dim(`  left out ${whose} ${name || 'tests'}: ${why}`));
}

function printScore(one: FunctionScore, more: string): void {
  if (one.mutants === 0) return;
  const notes = [more, one.timeouts > 0 ? `${one.timeouts} timed out` : '', one.equivalent > 0 ? `${one.equivalent} proven equivalent` : ''].filter(Boolean).join(', ');
  print(`  ${percent(one.score).padStart(5)}  ${one.name}  ${colors.dim(`${one.killed} of ${one.mutants} mutants${notes ? `, ${notes}` : ''}`)}`);
  for (const { line, description, after, perhapsEquivalent } of one.survivors.slice(0, SHOWN)) print(colors.dim(`         line ${line}: ${description}${perhapsEquivalent ? ' (perhaps equivalent)' : ''}: ${after.slice(0, 100)}`));
  if (one.survivors.length > SHOWN) print(colors.dim(`         and ${one.survivors.length - SHOWN} more`));
}

const percent = (value: number): string => `${Math.floor(value * 100)} %`;

function share(flag: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1) || text.trim() === '') throw usage(`${flag} ${text}: give a share from 0 to 1, as 0.8.`);
  return value;
}

async function given(context: ToolContext, paths: (bench: Workbench) => Promise<RelativePath[]>, options: SharedOptions) {
  return {
    paths: await paths(context.bench), bench: context.bench, sandbox: context.sandbox, languages,
    ...(options.function ? { functions: options.function } : {}),
    ...(options.maxMutants === undefined ? {} : { maxMutants: wholeNumber('--max-mutants', options.maxMutants) }),
  };
}

interface Work {
  session: ToolSession;
  paths: (bench: Workbench) => Promise<RelativePath[]>;
  config: LoadedConfig;
  progress: ReturnType<typeof progressLine>;
  signal: AbortSignal;
}

async function inSession(path: string | undefined, options: SharedOptions, work: (given: Work) => Promise<number>): Promise<number> {
  const directory = await projectDirectory(options.dir);
  const inside = path === undefined ? '' : relative(directory, resolve(options.dir === undefined ? '.' : directory, path)).split(sep).join('/');
  if (inside.startsWith('../') || inside === '..') throw usage(`${path} lies outside the project ${directory}; name the project with --dir.`);
  const config = await configFor({ sandbox: options.sandbox, ...(options.quiet ? { quiet: true } : {}) }, directory);
  const progress = progressLine(options);
  const { signal, release } = cancelOnSignal(() => progress.clear());
  const session = await openToolSession({ directory, config, signal });
  try {
    return await work({ session, config, progress, signal, paths: (bench) => sources(bench, inside, directory) });
  } catch (error) {
    if (signal.aborted) return EXIT.cancelled;
    throw error;
  } finally {
    progress.clear();
    await session.close();
    release();
  }
}

/** The file itself, or all source files of a folder that are no tests. */
async function sources(bench: Workbench, inside: string, directory: string): Promise<RelativePath[]> {
  const files = (await bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
  if (inside !== '' && files.includes(inside)) return [inside];
  if (inside !== '' && !statSync(resolve(directory, inside), { throwIfNoEntry: false })) throw usage(`There is no ${inside} in ${directory}; give a source file or a folder of the project.`);
  const found = files.filter((path) => (inside === '' || path.startsWith(`${inside}/`)) && languages.some((one) => one.extensions.some((extension) => path.endsWith(extension)) && !one.isTestFile(path) && !one.isTestConfig(path)) && !/(^|\/)(setup|conftest|noxfile)\.py$|\.d\.ts$|\.config\.[cm]?[jt]s$/.test(path));
  if (found.length === 0) throw usage(`There is no source file in ${inside || directory}; give a file or a folder that holds some.`);
  return found;
}
