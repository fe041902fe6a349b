import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import { cacheDir } from '../../config/paths.ts';
import { asError, EXIT } from '../../core/errors.ts';
import type { Outcome } from '../../agent/types.ts';
import { CASES, type DemoCase } from '../demo/cases.ts';
import { fetchArchive, unpack } from '../demo/fetch.ts';
import { withFace } from '../job.ts';
import { outcomeText } from '../outcome.ts';
import type { OutputFlags } from '../program.ts';
import { colors, print } from '../terminal.ts';

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Fixes two historical bugs in released packages. The model's replies are replayed from recordings; the edits, the tests in
 * the sandbox and the gate are live. Offline, small projects under `examples/` take the packages' place.
 *
 * @returns 0 when every case ended green, else the first other exit code
 */
export async function demo(options: OutputFlags & { only?: string; recordings?: string }): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'untilgreen-demo-'));
  print('The replies of the model are recorded (made with a capable model over the OpenAI-compatible protocol).');
  print('Everything else happens now: the packages are fetched, edits are applied, tests run in the sandbox, the gate decides.\n');
  let exitCode: number = EXIT.green;
  for (const item of CASES.filter((c) => !options.only || c.name === options.only)) {
    const outcome = await play(item, home, options);
    if (outcome.exitCode !== EXIT.green && exitCode === EXIT.green) exitCode = outcome.exitCode;
  }
  print(`The projects, reports and the run log are in ${home}.`);
  print('With a model of your own: OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_MODEL=name untilgreen run ./project "request"');
  return exitCode;
}

async function play(item: DemoCase, home: string, options: OutputFlags & { recordings?: string }): Promise<Outcome> {
  const directory = join(home, item.name);
  await mkdir(directory);
  let project = item.name;
  const config = await loadConfig({ directory, env: { ...process.env, UNTILGREEN_HOME: join(home, 'data'), DATABASE_URL: undefined } });
  try {
    await unpack(await fetchArchive(item, cacheDir(config.env)), item.folder, directory);
    print(colors.bold(`${item.package} ${item.version} (${item.registry}): ${item.about}`));
  } catch (error) {
    project = `${item.name}-offline`;
    print(`${item.package} ${item.version} cannot be fetched (${asError(error).message}); a small project with the same bug stands in.`);
    await cp(file(`examples/${project}`), directory, { recursive: true });
  }
  print(`request: ${item.request}\n`);
  const recorded = join(options.recordings ?? file('assets/demo'), `${project}.jsonl`);
  const { openEngine } = await import('../../agent/engine.ts');
  const engine = await openEngine({ config, ...(existsSync(recorded) ? { replay: recorded } : { record: recorded }) });
  try {
    const outcome = await withFace(options, { request: item.request }, (face) => engine.run({ directory, request: item.request, checks: item.checks }, face));
    print(`${outcomeText(outcome, colors)}\n`);
    return outcome;
  } finally {
    await engine.close();
  }
}
