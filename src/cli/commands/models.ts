import { basename, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { EXIT, UntilgreenError } from '../../core/errors.ts';
import type { Entry } from '../../models/files/inventory.ts';
import type { ModelFacts } from '../../models/files/types.ts';
import { servedModels, type ServedList } from '../model-servers.ts';
import { bytesText, progressLine } from '../progress-line.ts';
import { cancelOnSignal } from '../signals.ts';
import { colors, print, printJson } from '../terminal.ts';
import { oneLine } from '../view/text.ts';

export interface ModelsOptions {
  json?: boolean;
  quiet?: boolean;
  /** `--models-root`, repeatable. */
  modelsRoot?: string[];
  config?: string;
}

/** Folders that the user names must be there: a mistyped one would find nothing in silence. */
export async function rootsOf(options: ModelsOptions): Promise<string[]> {
  for (const root of options.modelsRoot ?? []) {
    const info = await stat(resolve(root)).catch(() => undefined); // told below
    if (!info?.isDirectory()) throw new UntilgreenError('directory_missing', `--models-root ${root}: there is no such directory.`, { path: resolve(root) }, 'Check the spelling, or create it first.');
  }
  return options.modelsRoot ?? [];
}

/** `untilgreen models list`: the models on this machine and those that servers offer. Exits 0 also where there are none. */
export async function modelsList(options: ModelsOptions): Promise<number> {
  const { inventory } = await import('../../models/files/inventory.ts');
  const roots = await rootsOf(options);
  const line = progressLine(options);
  const { signal, release } = cancelOnSignal(() => line.clear());
  const started = performance.now();
  try {
    const [{ entries, problems }, servers] = await Promise.all([
      inventory({
        env: process.env, roots, signal,
        // A quick disk needs no word.
        onFolder: (folder, count) => void (performance.now() - started > 1_000 && line.show(`Looking for models: ${count} folders, ${folder}`)),
      }),
      servedModels(options, signal),
    ]);
    line.clear();
    for (const problem of problems) process.stderr.write(`untilgreen: ${oneLine(problem)}\n`);
    if (options.json) printJson({ ok: true, models: entries.map(entryJson), servers: servers.map(serverJson), problems }, 2);
    else printList(entries, servers);
    return EXIT.green;
  } finally {
    line.clear();
    release();
  }
}

function entryJson(entry: Entry): Record<string, unknown> {
  const { name, path, via } = entry;
  if ('problem' in entry) return { name, path, via, ok: false, code: entry.problem.code, message: entry.problem.message };
  const { found: { kind, facts }, loading } = entry;
  return { name, path, via, ok: true, kind, ...facts, loading };
}

function serverJson({ baseUrl, via, models, problem }: ServedList): Record<string, unknown> {
  return { baseUrl, via, models, ...(problem && { code: problem.code, message: problem.message }) };
}

function printList(entries: readonly Entry[], servers: readonly ServedList[]): void {
  const width = Math.min(44, Math.max(...entries.map(({ name }) => oneLine(name).length), 0));
  for (const entry of entries) {
    const name = colors.bold(oneLine(entry.name).padEnd(width));
    if ('problem' in entry) print(`${name}  ${colors.red(oneLine(entry.problem.what))}${entry.problem.next ? `\n    → ${oneLine(entry.problem.next)}` : ''}`);
    else {
      const { found, loading } = entry;
      const how = loading.by === 'nothing' ? colors.yellow(`cannot be loaded: ${oneLine(loading.detail)}`) : `${loading.by}${loading.by === 'server' ? ` (${loading.detail})` : ''}`;
      print(`${name}  ${found.kind === 'gguf' ? 'GGUF' : 'snapshot'}, ${oneLine(describeFacts(found.facts))}; ${how}`);
      if (loading.next) print(`    → ${oneLine(loading.next)}`);
    }
    print(colors.dim(`    ${oneLine(entry.path)} (${entry.via})`));
  }
  for (const { baseUrl, via, models, problem } of servers) {
    if (problem) print(`${colors.bold(baseUrl)}  ${colors.yellow(oneLine(problem.what))}`);
    else for (const model of models) print(`${colors.bold(oneLine(model))}  server ${colors.dim(`${baseUrl} (${via})`)}`);
  }
  if (entries.length === 0 && servers.length === 0) {
    print('No models were found, and no server answers.');
    print('`untilgreen models get qwen2.5-coder-1.5b` downloads one; --models-root DIR or CODEGEN_MODEL_PATH names a folder with models.');
  }
}

/** `1.54B parameters, Q4_K_M, 1.12 GB, chat` */
export function describeFacts({ parameters, quantization, bytes, chat, architecture }: ModelFacts): string {
  return `${architecture}${parameters === undefined ? '' : `, ${parametersText(parameters)} parameters`}, ${quantization}, ${bytesText(bytes)}, ${chat ? 'chat' : 'base'}`;
}

function parametersText(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)}B`;
  return count >= 1e6 ? `${Math.round(count / 1e6)}M` : String(count);
}

/** `untilgreen models add PATH`: gives a model a name; its files stay where they are. */
export async function modelsAdd(path: string, options: { name?: string; json?: boolean }): Promise<number> {
  const [{ look }, { register }, { unfit }] = await Promise.all([import('../../models/files/look.ts'), import('../../models/files/registry.ts'), import('../../models/serve/plan.ts')]);
  const found = await look({ path: resolve(path), name: undefined, via: 'path' });
  if (found.facts.unfit !== undefined) throw unfit(found);
  const name = options.name ?? (found.kind === 'gguf' ? found.name : basename(found.name));
  await register(process.env, name, found.path);
  if (options.json) printJson({ ok: true, name, path: found.path, kind: found.kind, ...found.facts });
  else print(`${name}: ${oneLine(describeFacts(found.facts))}\n  ${oneLine(found.path)}\nUse it with --model ${name.includes(' ') ? `"${name}"` : name}.`);
  return EXIT.green;
}

/** `untilgreen models remove NAME`: takes a name away that `add` gave; the files stay. */
export async function modelsRemove(name: string, options: { json?: boolean }): Promise<number> {
  const [{ registered, unregister }, { nearestNames }] = await Promise.all([import('../../models/files/registry.ts'), import('../../models/files/scan.ts')]);
  if (!(await unregister(process.env, name))) {
    const entries = await registered(process.env);
    const near = nearestNames(name, entries.map((entry) => ({ name: entry.name, aliases: [] })));
    const have = near.length > 0 ? `; did you mean ${near.join(', ')}?` : entries.length > 0 ? `; registered are ${entries.map((entry) => entry.name).join(', ')}.` : '; none is.';
    throw new UntilgreenError('no_model', `No model is registered as '${name}'${have}`, { name, near }, 'Only names given by `untilgreen models add` can be removed; files are deleted by hand.');
  }
  if (options.json) printJson({ ok: true, name });
  else print(`${name} is not registered any more; its files were left where they are.`);
  return EXIT.green;
}
