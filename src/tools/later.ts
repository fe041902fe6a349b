import { cacheDir } from '../config/paths.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import type { Models } from '../models/types.ts';
import type { SandboxOptions } from '../sandbox/open.ts';
import type { Sandbox } from '../sandbox/types.ts';

/** How the configuration wants commands to be run. */
export function sandboxOptions(config: LoadedConfig): SandboxOptions {
  const { mode, min_rung, wall_seconds, memory_mb, processes, disk_mb, output_kb } = config.settings.sandbox;
  return {
    mode, minRung: min_rung, cacheDir: cacheDir(config.env),
    limits: { wallMs: wall_seconds * 1_000, memoryBytes: memory_mb * 1_048_576, processes, diskBytes: disk_mb * 1_048_576, outputBytes: output_kb * 1_024 },
  };
}

/** Reading and writing needs no sandbox; it is opened with the first command, and its promises are not known before. */
export function laterSandbox(config: LoadedConfig): Sandbox {
  const opened = once(async () => {
    const { openSandbox } = await import('../sandbox/open.ts');
    return openSandbox(sandboxOptions(config));
  });
  return {
    get guarantees(): never {
      throw new UntilgreenError('sandbox_error', 'The sandbox is not opened before the first command.');
    },
    run: async (command) => (await opened()).run(command),
  };
}

/** Models are looked for with the first question: most tools ask none, and a server that is away is no reason to refuse them. */
export function laterModels(config: LoadedConfig): Models {
  const opened = once(async () => (await import('../models/client.ts')).createModels(config));
  return {
    describe(): never {
      throw new UntilgreenError('no_model', 'Which model answers is not known before the first question.');
    },
    ask: async (options) => (await opened()).ask(options),
  };
}

/** The value of the first call that succeeded: who installs what was missing need not start anew. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
}
