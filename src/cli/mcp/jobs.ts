import { openEngine } from '../../agent/engine.ts';
import type { Capabilities } from '../../capabilities/interfaces.ts';
import { loadConfig } from '../../config/load.ts';
import type { LoadedConfig, Settings } from '../../config/schema.ts';
import { writeFunction } from '../../functions/job.ts';
import type { McpJobs } from '../../mcp/types.ts';
import { createModels, type HttpModels } from '../../models/client.ts';
import { CodeSandbox } from '../../sandbox/code/box.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { once } from '../../tools/later.ts';
import { flagsOf } from '../settings.ts';
import type { McpFlags } from './grammar.ts';

/** From the strictest. */
const STRICT: readonly Settings['apply'][] = ['never', 'ask', 'green'];

/** What a call wants of applying, held to what the user's own settings say; their default says nothing. */
export function strictest(wanted: Settings['apply'], { settings, origins }: LoadedConfig): Settings['apply'] {
  const source = origins['apply']?.source;
  return source === undefined || source === 'default' ? wanted : STRICT[Math.min(STRICT.indexOf(wanted), STRICT.indexOf(settings.apply))]!;
}

/** The jobs of one server: models are looked for with the first call that asks one. */
export async function openJobs(options: McpFlags, open: { config: LoadedConfig; capabilities: Capabilities; sandbox: Sandbox }): Promise<McpJobs & { close(): Promise<void> }> {
  const { config, capabilities, sandbox } = open;
  const runs = await openEngine({ config });
  let opened: HttpModels | undefined;
  const models = once(async () => (opened = await createModels(config)));
  return {
    capabilities,
    runs,
    async openEngine(directory, { apply: wanted }) {
      const own = await loadConfig({ directory, flags: flagsOf(options), file: options.config });
      const apply = strictest(wanted, own);
      return { engine: await openEngine({ config: { ...own, settings: { ...own.settings, apply } } }), apply };
    },
    async writeFunction(task, job, { signal, emit }) {
      const found = await models();
      return writeFunction(task, job, { models: found, sampler: found.sampler('coder'), sandbox, emit, signal });
    },
    async runCode(code, run) {
      await using box = new CodeSandbox({ sandbox });
      // The box is closed when this returns.
      return await box.run(code, run);
    },
    async close() {
      await runs.close();
      await opened?.close();
    },
  };
}
