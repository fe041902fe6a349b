import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveAcp } from '../../acp/serve.ts';
import { takeStdout } from '../../acp/stdout.ts';
import { openEngine } from '../../agent/engine.ts';
import { loadConfig } from '../../config/load.ts';
import { dataDir } from '../../config/paths.ts';
import { EXIT } from '../../core/errors.ts';
import type { EngineFlags } from '../program.ts';
import { configFor, flagsOf } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';

/** `untilgreen acp`: serves the editor that started it. Bad flags end it at once, before anything is spoken. */
export async function acp(options: EngineFlags): Promise<number> {
  const { env } = await configFor(options);
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string };
  const { output, release } = takeStdout();
  const { signal, release: deaf } = cancelOnSignal(() => {});
  try {
    await serveAcp({
      version,
      records: join(dataDir(env), 'acp'),
      configFor: (directory) => loadConfig({ directory, flags: flagsOf(options), file: options.config }),
      openEngine: (config) => openEngine({ config }),
      onProblem: (text) => void process.stderr.write(`untilgreen: ${text}\n`),
    }, { input: process.stdin, output, signal });
  } finally {
    deaf();
    release();
  }
  return signal.aborted ? EXIT.cancelled : EXIT.green;
}
