import { dirname, join, resolve } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import { readConfigFile, readSmallFile } from './file.ts';
import { environmentLayer, fileLayer, flagLayer, mergeLayers, parseDotenv, shortName, valueOf, type Layer } from './layers.ts';
import { PROJECT_FILES, userConfigFile } from './paths.ts';
import { asOne } from './problems.ts';
import { settingsSchema, type LoadedConfig, type Source } from './schema.ts';
import { leafKeys, nearest } from './shape.ts';
import { ENDPOINT_VARIABLES, holdProjectLimits, readFromDotenv, resolvePaths } from './trust.ts';
import { OTHER_VARIABLES, VARIABLES } from './variables.ts';

type Env = Record<string, string | undefined>;

export interface LoadOptions {
  /** The project; its configuration file and `.env` are read. Default: `cwd`. */
  directory?: string;
  /** Values of flags by dotted key: `{ apply: 'never', 'models.default.model': 'qwen' }`. */
  flags?: Record<string, unknown>;
  /** A file that takes the place of the project's (`--config FILE`); what the user names is trusted. */
  file?: string;
  /** Default: the process environment. */
  env?: Env;
  /** Default: the process's working directory. Its `.env` stands in where the project has none. */
  cwd?: string;
}

/**
 * All settings with where each came from: flag > environment > `.env` > project file > user file > default.
 * Project files are untrusted: see `trust.ts` for what they may not decide.
 * Errors: `config_invalid` with the file, the line and the nearest known key.
 *
 * @example
 * const { settings, origins } = await loadConfig({ directory, flags: { apply: 'never' } });
 * origins['apply']; // { source: 'flag', name: '--apply' }
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const env = options.env ?? process.env;
  const cwd = resolve(options.cwd ?? process.cwd());
  const directory = resolve(cwd, options.directory ?? '.');
  const notices: string[] = [];
  const files: string[] = [];
  const layers: Layer[] = [flagLayer(options.flags ?? {}, cwd), environmentLayer(env, { source: 'env', trusted: true, directory: cwd })];

  const dotenv = await readDotenv(directory, cwd, env, notices);
  if (dotenv) {
    layers.push(environmentLayer(dotenv.values, { source: 'dotenv', trusted: false, directory, where: dotenv.where }));
    files.push(dotenv.path);
  }
  const project = options.file === undefined ? await projectLayer(directory, cwd, files) : await namedLayer(resolve(cwd, options.file), cwd, files);
  if (project) layers.push(project);
  const userPath = userConfigFile(env);
  const user = await readConfigFile(userPath);
  if (user) {
    layers.push(fileLayer(user, { source: 'user', trusted: true, directory: dirname(userPath), name: userPath }));
    files.push(userPath);
  }

  const [fault, ...more] = layers.flatMap((layer) => layer.faults);
  if (fault) throw asOne([fault, ...more]);

  const fromProject = Object.entries(dotenv?.values ?? {}).filter(([name]) => !env[name]);
  holdProjectLimits({
    layers, directory, userEnv: env,
    projectEndpoints: fromProject.filter(([name]) => ENDPOINT_VARIABLES.test(name)).map(([name, value]) => ({ name, value, place: dotenv?.where(name) ?? name })),
  });
  const merged = mergeLayers(layers);
  const origins = originsOf(layers, merged);
  deriveBreaker(merged, origins);
  const settings = settingsSchema.parse(merged);
  resolvePaths(settings, layers);
  notices.push(...unknownVariables(env));
  return { settings, origins, files, env: { ...Object.fromEntries(fromProject), ...withoutEmpty(env) }, ...(notices.length > 0 && { notices }) };
}

/** An empty variable means "not set" everywhere here, so that `OPENAI_BASE_URL=` does not hide the `.env`. */
function withoutEmpty(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

async function readDotenv(directory: string, cwd: string, env: Env, notices: string[]) {
  for (const path of new Set([join(directory, '.env'), join(cwd, '.env')])) {
    const text = await readSmallFile(path);
    if (text === undefined) continue;
    const { values, where } = parseDotenv(text, shortName(path, cwd));
    if (values['DATABASE_URL'] && !env['DATABASE_URL']) {
      notices.push(`${where('DATABASE_URL')} is left to the project: set it in your own environment to keep untilgreen's data in PostgreSQL.`);
    }
    return { path, where, values: Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== '' && readFromDotenv(name))) };
  }
  return undefined;
}

async function projectLayer(directory: string, cwd: string, files: string[]): Promise<Layer | undefined> {
  const found = [];
  for (const name of PROJECT_FILES) {
    const path = join(directory, name);
    const file = await readConfigFile(path, shortName(path, cwd));
    if (file) found.push({ name, file });
  }
  const [first, second] = found;
  if (first && second) {
    throw new UntilgreenError('config_invalid', `${directory} has both ${first.name} and ${second.name}.`, { files: [first.name, second.name] }, 'Keep one of them.');
  }
  if (!first) return undefined;
  files.push(first.file.path);
  return fileLayer(first.file, { source: 'project', trusted: false, directory, name: shortName(first.file.path, cwd) });
}

async function namedLayer(path: string, cwd: string, files: string[]): Promise<Layer> {
  const file = await readConfigFile(path, shortName(path, cwd));
  if (!file) throw new UntilgreenError('config_invalid', `There is no file ${path}.`, { path }, 'Give `--config` an existing YAML, TOML or JSON file.');
  files.push(path);
  return fileLayer(file, { source: 'project', trusted: true, directory: dirname(path), name: shortName(path, cwd) });
}

function originsOf(layers: readonly Layer[], merged: Record<string, unknown>): LoadedConfig['origins'] {
  const keys = [...leafKeys().filter((key) => key !== 'prompts'), ...Object.keys((merged['prompts'] ?? {}) as object).map((name) => `prompts.${name}`)];
  return Object.fromEntries(
    keys.map((key): [string, { source: Source; name?: string }] => {
      const layer = layers.find((l) => valueOf(l.data, key) !== undefined);
      return [key, layer ? { source: layer.source, name: layer.place(key.split('.')) } : { source: 'default' }];
    }),
  );
}

/**
 * Who asks for 30 iterations means 30: unless they were set themselves, the hard stop follows `max_iterations`, and the
 * warning comes after four fifths of it (12 of 15, as the defaults have it).
 */
function deriveBreaker(merged: Record<string, unknown>, origins: LoadedConfig['origins']): void {
  const iterations = valueOf(merged, 'orchestrator.max_iterations');
  if (typeof iterations !== 'number') return;
  const name = 'from orchestrator.max_iterations';
  const breaker = { ...(merged['circuit_breaker'] as object | undefined) } as Record<string, number>;
  if (breaker['hard_stop'] === undefined) {
    breaker['hard_stop'] = iterations;
    origins['circuit_breaker.hard_stop'] = { source: 'default', name };
  }
  if (breaker['warning_threshold'] === undefined) {
    breaker['warning_threshold'] = Math.max(1, Math.ceil(breaker['hard_stop'] * 0.8));
    origins['circuit_breaker.warning_threshold'] = { source: 'default', name };
  }
  merged['circuit_breaker'] = breaker;
}

/** A mistyped variable would be ignored in silence; a notice names the one that was likely meant. */
function unknownVariables(env: Env): string[] {
  // Compared without what all of them begin with, which would make any two alike.
  const ours = 'UNTILGREEN_';
  const known = [...VARIABLES, ...OTHER_VARIABLES].filter((v) => v.name.startsWith(ours)).map((v) => v.name.slice(ours.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(ours) && !known.includes(name.slice(ours.length)))
    .flatMap((name) => {
      const meant = nearest(name.slice(ours.length), known);
      return meant ? [`The environment variable ${name} is unknown; did you mean ${ours}${meant}?`] : [];
    });
}
