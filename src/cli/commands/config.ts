import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDir, dataDir, PROJECT_FILES, userConfigFile } from '../../config/paths.ts';
import { OTHER_VARIABLES, VARIABLES, variablesMarkdown } from '../../config/variables.ts';
import type { LoadedConfig } from '../../config/schema.ts';
import { asError, EXIT } from '../../core/errors.ts';
import { projectDirectory } from '../directory.ts';
import { modelLines, namedModels, type ShownModel } from '../models.ts';
import { configFor } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { clean, oneLine } from '../view/text.ts';

/** A setting as it is printed. */
interface Row {
  key: string;
  value: unknown;
  source: string;
  name?: string;
}

/** `untilgreen config`: every value with its origin. */
export async function showConfig(directory: string | undefined, options: { json?: boolean; config?: string }): Promise<number> {
  const config = await configFor(options, directory);
  const rows: Row[] = Object.entries(config.origins).map(([key, origin]) => ({ key, value: valueAt(config.settings, key), ...origin }));
  const models = await modelsOf(config);
  if (options.json) {
    printJson({ settings: Object.fromEntries(rows.map(({ key, ...row }) => [key, row])), models: models.found, ...(models.problem && { problem: models.problem }), files: config.files }, 2);
    return EXIT.green;
  }
  const shown = rows.filter((row) => row.value !== undefined || row.source !== 'default');
  const width = Math.max(...shown.map((row) => row.key.length));
  for (const { key, value, source, name } of shown) {
    const origin = name === undefined ? source : `${source}: ${name}`;
    print(`${key.padEnd(width)}  ${clean(JSON.stringify(value) ?? '')}  ${source === 'default' ? colors.dim(`(${origin})`) : colors.cyan(`(${clean(origin)})`)}`);
  }
  // A variable stands in the environment of the user, or else in the project's `.env`.
  const lines = modelLines(models.found, (via) => (/^[A-Z_]+$/.test(via) ? `${process.env[via] ? 'env' : 'dotenv'}: ${via}` : via));
  for (const text of models.problem ? [models.problem] : lines) print(`${'model in use'.padEnd(width)}  ${oneLine(text)}`);
  return EXIT.green;
}

/** The models that the settings and the environment name; what is wrong with them is told, and is for a run to refuse. */
async function modelsOf(config: LoadedConfig): Promise<{ found: ShownModel[]; problem?: string }> {
  try {
    return { found: await namedModels(config) };
  } catch (thrown) {
    const error = asError(thrown);
    return { found: [], problem: error.code === 'no_model' ? 'none is named; a run asks the usual ports of this machine (`untilgreen doctor` does so now)' : error.message };
  }
}

function valueAt(settings: unknown, key: string): unknown {
  let value = settings;
  for (const part of key.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** `untilgreen config env`: the environment variables that are read, and which are set. */
export async function configEnv(options: { markdown?: boolean }): Promise<number> {
  if (options.markdown) {
    print(variablesMarkdown());
    return EXIT.green;
  }
  const rows = [...VARIABLES, ...OTHER_VARIABLES];
  const width = Math.max(...VARIABLES.map((row) => row.name.length));
  for (const { name, says } of rows) {
    const set = name.split(', ').some((one) => process.env[one]);
    print(`${set ? colors.green('set ') : '    '}${name.padEnd(width)}  ${says}`);
  }
  return EXIT.green;
}

/** `untilgreen config path`: the files that are looked for, and the data directories. */
export async function configPath(options: { json?: boolean }): Promise<number> {
  const files = [
    ...PROJECT_FILES.map((name) => ({ what: 'project', path: resolve(name) })), { what: 'dotenv', path: join(process.cwd(), '.env') }, { what: 'user', path: userConfigFile() },
  ].map((file) => ({ ...file, exists: existsSync(file.path) }));
  const directories = { data: dataDir(), cache: cacheDir() };
  if (options.json) printJson({ files, directories }, 2);
  else {
    for (const { what, path, exists } of files) print(`${what.padEnd(8)} ${path}${exists ? colors.green('  found') : ''}`);
    for (const [what, path] of Object.entries(directories)) print(`${what.padEnd(8)} ${path}`);
  }
  return EXIT.green;
}

/** `untilgreen config check [dir]`: reads everything as a run would; an error ends it with exit 2. */
export async function configCheck(dir: string | undefined, options: { json?: boolean; config?: string }): Promise<number> {
  const config = await configFor(options, await projectDirectory(dir));
  if (options.json) printJson({ ok: true, files: config.files, notices: config.notices ?? [] }, 2);
  else print(config.files.length > 0 ? `In order: ${config.files.join(', ')}` : 'In order: no configuration file; everything has its default.');
  return EXIT.green;
}
