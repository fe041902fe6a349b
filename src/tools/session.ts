import { loadConfig } from '../config/load.ts';
import { promptText } from '../config/prompts.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { silent, type Emit } from '../core/events.ts';
import { languages } from '../languages/registry.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { checkFromCommand, findChecks } from '../verify/baseline.ts';
import { runChecks } from '../verify/run-check.ts';
import { applyToSource } from '../workspace/apply.ts';
import { checkDirectory } from '../workspace/paths.ts';
import type { ApplyResult } from '../workspace/types.ts';
import { Copies, newRun } from './copies.ts';
import { laterModels, laterSandbox } from './later.ts';
import { Turns } from './turns.ts';
import type { Approve, ToolContext } from './types.ts';
import { watchedBench } from './watched-bench.ts';

export interface ToolSessionOptions {
  /** The project. Its files are changed only by work that succeeds. */
  directory: string;
  /** Default: the configuration of the directory, as the commands load it. */
  config?: LoadedConfig;
  /** Runs every command. Default: the strongest one of this machine as the configuration asks for it, opened with the first command. */
  sandbox?: Sandbox;
  /** Answers what a person has to agree to. Default: nobody can be asked, and the tool refuses with `approval_needed`. */
  approve?: Approve;
  /** Cancels all work of the session. */
  signal?: AbortSignal;
  /** Told what the tools report. Default: nobody. */
  emit?: Emit;
}

/** What became of a change: the run by which `undo` knows it, and its files. Absent where nothing was written. */
export interface Applied {
  run?: string;
  applied?: ApplyResult['files'];
}

export interface ToolSession {
  /** Real path of the project. */
  readonly directory: string;
  /**
   * Runs `work` on a private copy of the directory as it is now, after all work that was asked for earlier. When it resolves with
   * `ok: true` and files of the copy differ, they are applied as one transaction that can be undone; else nothing is written.
   *
   * @param options.signal cancels this work alone
   * @throws what `work` throws; `conflict` (the same lines were changed elsewhere meanwhile), `path_unsafe`, `directory_refused`
   *   and `run_busy` of the apply; `too_large` and `directory_missing` of the copy; `cancelled`; `usage` once the session is closed.
   *   Nothing is written then.
   */
  work<T extends { ok: boolean }>(work: (context: ToolContext) => Promise<T>, options?: { signal?: AbortSignal }): Promise<T & Applied>;
  /** Waits for the work that was asked for, then removes the private copy. May be called again. */
  close(): Promise<void>;
}

/**
 * Opens what tools need to work on a project outside a run: a private copy, the sandbox, models, checks, and the way back into
 * the directory. The sandbox is opened with the first command, models with the first question.
 *
 * The copy is kept from one work to the next as long as nothing in the directory changed, so that many small questions about a
 * large project do not copy it again and again.
 *
 * @throws `directory_missing`, `not_a_directory`, `directory_refused`, `config_invalid`
 * @example
 * const session = await openToolSession({ directory: './shop' });
 * const result = await session.work((context) => runTool('file_write', { path: 'notes.md', content: 'hello\n' }, context));
 * console.log(result.applied); // [{ path: 'notes.md', kind: 'added', merged: false }]
 * await session.close();
 */
export async function openToolSession(options: ToolSessionOptions): Promise<ToolSession> {
  const directory = await checkDirectory(options.directory);
  const config = options.config ?? (await loadConfig({ directory }));
  const copies = new Copies(directory, config);
  const sandbox = options.sandbox ?? laterSandbox(config);
  const models = laterModels(config);
  const turns = new Turns();
  let closed = false;

  const turn = async <T extends { ok: boolean }>(work: (context: ToolContext) => Promise<T>, signal: AbortSignal | undefined): Promise<T & Applied> => {
    refuseCancelled(signal);
    const bench = await copies.take();
    let touched = false;
    const watched = watchedBench(bench, CHANGING, (call) => {
      touched = true;
      return call();
    });
    const result = await work(
      contextOf({
        bench: watched, config, models, approve: options.approve ?? nobody, emit: options.emit ?? silent,
        sandbox: watchedSandbox(sandbox, () => (touched = true)), ...(signal && { signal }),
      }),
    );
    if (!touched) {
      copies.give(bench);
      return result;
    }
    const to = await bench.checkpoint();
    if (result.ok && (await bench.deltas(bench.base, to)).length > 0) {
      refuseCancelled(signal);
      const run = newRun();
      const { files } = await applyToSource(bench, { to, journalDir: copies.journals, runId: run });
      // A copy of files that came or went would have to follow directories and ignore rules too; it is made anew.
      if (files.every((file) => file.kind === 'modified' && !file.merged)) {
        // Where that fails the change stands nevertheless, and only the copy is lost.
        await bench.rebase(to).then(() => copies.give(bench, files.map((file) => file.path)), () => copies.drop());
      }
      return { ...result, run, applied: files };
    }
    await bench.restore(bench.base);
    copies.give(bench);
    return result;
  };

  return {
    directory,
    work(work, { signal } = {}) {
      if (closed) return Promise.reject(new UntilgreenError('usage', `The tool session of ${directory} is closed.`, { directory }, 'Open another one.'));
      const signals = [options.signal, signal].filter((s) => s !== undefined);
      return turns.take(() => turn(work, signals.length > 1 ? AbortSignal.any(signals) : signals[0]));
    },
    async close() {
      closed = true;
      await turns.done();
      await copies.drop();
    },
  };
}

const nobody: Approve = async () => ({ answer: 'pending' });

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled; nothing was written.', {}, undefined, { cause: signal.reason });
}

/** Methods of the workbench after which something in it may differ. */
const CHANGING: ReadonlySet<PropertyKey> = new Set(['write', 'restore', 'show']);

function watchedSandbox(sandbox: Sandbox, onRun: () => void): Sandbox {
  return {
    get guarantees() {
      return sandbox.guarantees;
    },
    run(command) {
      onRun();
      return sandbox.run(command);
    },
  };
}

/** All that a tool is given, but for the project's goal and the name of the step: nobody plans here. */
function contextOf(given: Pick<ToolContext, 'bench' | 'sandbox' | 'models' | 'approve' | 'emit' | 'signal'> & { config: LoadedConfig }): ToolContext {
  const { config, ...rest } = given;
  const { bench, sandbox, signal } = rest;
  const { settings } = config;
  const commandTimeoutMs = settings.sandbox.wall_seconds * 1_000;
  return {
    ...rest, languages,
    async runChecks({ files, command } = {}) {
      const checks = command === undefined ? await findChecks(bench, languages, settings.checks) : [checkFromCommand(command)];
      return runChecks(checks, { bench, sandbox, languages, limits: { wallMs: commandTimeoutMs }, ...(signal && { signal }) }, { files });
    },
    prompt: (name) => promptText(name, settings, new URL(`./prompts/${name}.md`, import.meta.url)),
    settings: {
      allowedDependenciesFile: settings.safety.allowed_deps, maxFileBytes: settings.workspace.max_file_mb * 1_048_576, commandTimeoutMs,
      blockOperations: settings.safety.block_operations, formatter: settings.format.python,
    },
  };
}
