import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import { cacheDir } from '../../config/paths.ts';
import { asError, EXIT, UntilgreenError } from '../../core/errors.ts';
import type { Outcome } from '../../agent/types.ts';
import { CASES, type DemoCase } from '../demo/cases.ts';
import { fetchArchive, unpack } from '../demo/fetch.ts';
import { oneOf } from '../arguments.ts';
import { printOutcome, withFace } from '../job.ts';
import type { OutputFlags } from '../program.ts';
import { colors, print } from '../terminal.ts';

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export interface DemoOptions extends OutputFlags {
  only?: string;
  /** Folder of recordings; default the shipped ones. */
  recordings?: string;
  /** Ask the configured model and make the recordings anew. */
  record?: boolean;
  /** Use the projects under `examples/`. */
  offline?: boolean;
}

/**
 * Fixes two historical bugs in released packages. The model's replies are replayed from recordings; the edits, the tests in
 * the sandbox and the gate are live. Offline, small projects under `examples/` take the packages' place.
 *
 * @returns 0 when every case ended green, else the first other exit code
 */
export async function demo(options: DemoOptions): Promise<number> {
  const { only } = options;
  if (only !== undefined) oneOf('--only', CASES.map((item) => item.name), only);
  const home = await mkdtemp(join(tmpdir(), 'untilgreen-demo-'));
  // With --json stdout holds JSON lines alone.
  const say = options.json ? (line: string) => void process.stderr.write(`${line}\n`) : print;
  say('The replies of the model are recorded (made with a capable model over the OpenAI-compatible protocol).');
  say('Everything else happens now: the packages are fetched, edits are applied, tests run in the sandbox, the gate decides.\n');
  let exitCode: number = EXIT.green;
  for (const item of CASES.filter((c) => only === undefined || c.name === only)) {
    const outcome = await play(item, home, options, say);
    if (outcome.exitCode !== EXIT.green && exitCode === EXIT.green) exitCode = outcome.exitCode;
  }
  say(`The projects, reports and the run log are in ${home}. The folder is not used again: delete it whenever you like.`);
  say('With a model of your own: OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_MODEL=name untilgreen run ./project "request"');
  return exitCode;
}

async function play(item: DemoCase, home: string, options: DemoOptions, say: (line: string) => void): Promise<Outcome> {
  const directory = join(home, item.name);
  await mkdir(directory);
  const config = await loadConfig({ directory, env: demoEnv(home) });
  // The same in every place, and no download for two short runs.
  config.settings.memory.enabled = false;
  let goal = { directory, request: item.request, checks: item.checks };
  let recording = `${item.name}.jsonl`;
  try {
    if (options.offline) throw new UntilgreenError('internal', '--offline was given');
    await unpack(await fetchArchive(item, cacheDir(config.env)), item.folder, directory);
    say(colors.bold(`${item.package} ${item.version} (${item.registry}): ${item.about}`));
  } catch (error) {
    const { example, request } = item.offline;
    say(colors.bold(`${item.package} ${item.version} is not fetched (${asError(error).what.replace(/\.$/, '')}); the project examples/${example} stands in.`));
    await cp(file(`examples/${example}`), directory, { recursive: true });
    goal = { directory, request, checks: [] };
    recording = `${example}.jsonl`;
  }
  const path = join(options.recordings ?? file('assets/demo'), recording);
  const { openEngine } = await import('../../agent/engine.ts');
  const engine = await openEngine({ config, ...(options.record ? { record: path } : { replay: path }) });
  try {
    const outcome = await withFace(options, { request: goal.request }, (face) => engine.run(goal, face));
    printOutcome(outcome, options);
    say('');
    return outcome;
  } finally {
    await engine.close();
  }
}

/** A replay needs the requests that were recorded: no setting of the user's takes part, and nothing goes into their history. */
function demoEnv(home: string): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('UNTILGREEN_') && name !== 'DATABASE_URL'));
  return { ...env, UNTILGREEN_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') };
}
