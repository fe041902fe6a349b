import { join } from 'node:path';
import { serveAcp } from '../../acp/serve.ts';
import { takeStdout } from '../../acp/stdout.ts';
import { loadConfig } from '../../config/load.ts';
import { dataDir } from '../../config/paths.ts';
import { EXIT } from '../../core/errors.ts';
import { productVersion } from '../../core/product.ts';
import type { EngineFlags } from '../program.ts';
import { flagsOf } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';

/** `untilgreen acp`: serves the editor that started it. Bad flags end it at once, before anything is spoken. */
export async function acp(options: EngineFlags): Promise<number> {
  const load = (directory?: string) => loadConfig({ directory, flags: flagsOf(options), file: options.config });
  // The directory that an editor happens to start it in may be no project; what is wrong with one is told in its session.
  if (options.config !== undefined) await load();
  else flagsOf(options);
  const { output, release } = takeStdout();
  const { signal, release: deaf } = cancelOnSignal(() => {});
  try {
    await serveAcp({
      version: await productVersion(),
      records: join(dataDir(), 'acp'),
      configFor: load,
      // An editor waits for the first answer, and not for what only a prompt needs.
      openEngine: async (config) => (await import('../../agent/engine.ts')).openEngine({ config }),
      openCapabilities: async (config) => (await import('../../capabilities/engine.ts')).openCapabilities({ config }),
      onProblem: (text) => void process.stderr.write(`untilgreen: ${text}\n`),
    }, { input: process.stdin, output, signal });
  } finally {
    deaf();
    release();
  }
  return signal.aborted ? EXIT.cancelled : EXIT.green;
}
