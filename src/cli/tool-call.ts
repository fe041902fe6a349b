import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, dataDir } from '../config/paths.ts';
import { promptText } from '../config/prompts.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { asError, UntilgreenError } from '../core/errors.ts';
import { silent } from '../core/events.ts';
import type { Models } from '../models/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { Approve, Tool, ToolContext, ToolResult } from '../tools/types.ts';
import type { ApplyResult, OpenWorkbench } from '../workspace/types.ts';

/** What `tool call` prints: the tool's own result, and what became of it in the user's directory. */
export type CallResult = ToolResult & { run?: string; applied?: ApplyResult['files'] };

/** How runs of a single tool are named; `undo --run` knows them by it. */
export const TOOL_RUN = 'tool-';

export interface CallOptions {
  config: LoadedConfig;
  /** Real path of the project. */
  directory: string;
  approve: Approve;
  signal?: AbortSignal;
}

/**
 * Runs one tool on a project: in a workbench, whose change is then applied as a transaction that can be undone. A refusal, also
 * one of the apply, is a result; the directory is then untouched.
 *
 * Errors: `no_sandbox` for a tool that executes, `no_model` for one that asks a model, those of the directory.
 */
export async function callTool(tool: Tool, args: unknown, options: CallOptions): Promise<CallResult> {
  const { config, directory } = options;
  const home = dataDir(config.env);
  const run = `${TOOL_RUN}${new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
  const folder = join(home, 'tools', run);
  const journals = join(home, 'journals');
  const [{ openWorkbench }, { applyToSource }, { recover }, { runTool }] = await Promise.all([
    import('../workspace/open.ts'), import('../workspace/apply.ts'), import('../workspace/undo.ts'), import('../tools/registry.ts'),
  ]);
  await recover(journals);
  const { ignore, max_file_mb, max_copy_mb } = config.settings.workspace;
  const sandbox = tool.effect === 'execute' ? await openConfigured(config) : laterSandbox(config);
  const models = tool.role ? await openModels(config) : undefined;
  const bench = await openWorkbench({
    source: directory, root: join(folder, 'workbench'), blobs: join(home, 'blobs'), ignore, maxFileBytes: max_file_mb * 1_048_576, maxCopyBytes: max_copy_mb * 1_048_576,
  });
  try {
    const result = await runTool(tool, args, await contextOf(bench, sandbox, models, options));
    if (!result.ok || !result.changed?.length) return result;
    const { files } = await applyToSource(bench, { journalDir: journals, runId: run });
    return { ...result, run, applied: files };
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'conflict' && error.code !== 'path_unsafe') throw error;
    return { ok: false, code: error.code, message: error.message, data: error.data };
  } finally {
    await bench.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function contextOf(bench: OpenWorkbench, sandbox: Sandbox, models: Models | undefined, { config, approve, signal }: CallOptions): Promise<ToolContext> {
  const { settings } = config;
  const [{ languages }, { checkFromCommand, findChecks }, { runChecks }] = await Promise.all([
    import('../languages/registry.ts'), import('../verify/baseline.ts'), import('../verify/run-check.ts'),
  ]);
  const commandTimeoutMs = settings.sandbox.wall_seconds * 1_000;
  return {
    bench, sandbox, languages, approve, emit: silent, ...(models && { models }), ...(signal && { signal }),
    async runChecks({ files, command } = {}) {
      const checks = command === undefined ? await findChecks(bench, languages, settings.checks) : [checkFromCommand(command)];
      return runChecks(checks, { bench, sandbox, languages, limits: { wallMs: commandTimeoutMs }, ...(signal && { signal }) }, { files });
    },
    prompt: (name) => promptText(name, settings, new URL(`../tools/prompts/${name}.md`, import.meta.url)),
    settings: {
      allowedDependenciesFile: settings.safety.allowed_deps, maxFileBytes: settings.workspace.max_file_mb * 1_048_576, commandTimeoutMs,
      blockOperations: settings.safety.block_operations, formatter: settings.format.python,
    },
  };
}

async function openConfigured(config: LoadedConfig): Promise<Sandbox> {
  const { openSandbox } = await import('../sandbox/open.ts');
  const { mode, min_rung, wall_seconds, memory_mb, processes, disk_mb, output_kb } = config.settings.sandbox;
  return openSandbox({
    mode, minRung: min_rung, cacheDir: cacheDir(config.env),
    limits: { wallMs: wall_seconds * 1_000, memoryBytes: memory_mb * 1_048_576, processes, diskBytes: disk_mb * 1_048_576, outputBytes: output_kb * 1_024 },
  });
}

/** Reading and writing needs no sandbox; it is opened when a command is run after all, and its promises are not known before. */
function laterSandbox(config: LoadedConfig): Sandbox {
  let opened: Promise<Sandbox> | undefined;
  return {
    get guarantees(): never {
      throw new UntilgreenError('sandbox_error', 'The sandbox is not opened before the first command.');
    },
    run: async (command) => (await (opened ??= openConfigured(config))).run(command),
  };
}

async function openModels(config: LoadedConfig): Promise<Models> {
  const { createModels } = await import('../models/client.ts');
  return createModels(config);
}
