import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { oneOf, parseBudget, parseModels, usage, wholeNumber } from './arguments.ts';
import type { EngineFlags, OutputFlags } from './program.ts';
import { oneLine } from './view/text.ts';

/** The options of a command as dotted settings. */
export function flagsOf(options: Partial<EngineFlags>): Record<string, unknown> {
  const budget = options.budget === undefined ? {} : parseBudget(options.budget);
  return {
    ...parseModels(options.model ?? []),
    'models.default.base_url': options.baseUrl,
    'orchestrator.max_iterations': options.maxIterations === undefined ? undefined : wholeNumber('--max-iterations', options.maxIterations),
    'budget.tokens': budget.tokens,
    'budget.cost': budget.cost,
    'budget.minutes': budget.minutes,
    apply: options.apply === undefined ? undefined : oneOf('--apply', ['green', 'ask', 'never'], options.apply),
    'capabilities.tools_dir': options.toolsDir,
    'sandbox.mode': options.sandbox === undefined ? undefined : oneOf('--sandbox', ['auto', 'none'], options.sandbox),
  };
}

/** The configuration for a command; its notices go to stderr. */
export async function configFor(options: Partial<EngineFlags & OutputFlags>, directory?: string): Promise<LoadedConfig> {
  const config = await loadConfig({ directory, flags: flagsOf(options), file: options.config });
  if (!options.quiet) for (const notice of config.notices ?? []) process.stderr.write(`untilgreen: ${oneLine(notice)}\n`);
  return config;
}

/** Files of `--record` and `--replay`; told at once when they cannot be used. */
export function recordingOf(options: EngineFlags): { record?: string; replay?: string } {
  if (options.record !== undefined && options.replay !== undefined) throw usage('--record and --replay exclude each other.');
  const record = options.record === undefined ? undefined : writable('--record', options.record);
  const replay = options.replay === undefined ? undefined : resolve(options.replay);
  if (replay !== undefined && !existsSync(replay)) {
    throw new UntilgreenError('replay_missing', `There is no recording ${replay}.`, { path: replay }, 'Make one with --record FILE.');
  }
  return { record, replay };
}

/** The absolute path of a file to be written, refused before any work when its directory does not exist. */
export function writable(flag: string, path: string): string {
  const file = resolve(path);
  if (!existsSync(dirname(file))) throw usage(`${flag} ${path}: there is no directory ${dirname(file)}.`);
  return file;
}
