import type { Engine, Face, Outcome } from '../agent/types.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { approver, askInTerminal } from './approvals.ts';
import { exportsOf, failureOf, outcomeLine, outcomeText } from './outcome.ts';
import type { EngineFlags, OutputFlags } from './program.ts';
import { recordingOf } from './settings.ts';
import { cancelOnSignal } from './signals.ts';
import { canAsk, chooseView, colors, print, printJson } from './terminal.ts';
import { messageLines } from './view/text.ts';

/** The engine, opened for one command and closed after it. */
export async function withEngine<T>(config: LoadedConfig, options: Partial<EngineFlags>, work: (engine: Engine) => Promise<T>): Promise<T> {
  const files = recordingOf(options as EngineFlags);
  const { openEngine } = await import('../agent/engine.ts');
  const engine = await openEngine({ config, ...files });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** A face of this terminal around some work: view, approvals, signals. */
export async function withFace<T>(options: OutputFlags, start: { request?: string; maxIterations?: number }, work: (face: Face) => Promise<T>): Promise<T> {
  const view = chooseView(options, start);
  const ask = canAsk(options) ? askInTerminal(view, colors) : undefined;
  const { signal, release } = cancelOnSignal(() => {
    view.pause();
    if (!options.quiet) process.stderr.write('Stopping; what is finished is kept. Once more ends it at once.\n');
    view.resume();
  });
  try {
    return await work({ onEvent: (event) => view.event(event), approve: approver({ yes: Boolean(options.yes), ask }), signal });
  } finally {
    release();
    view.close();
  }
}

/** The end of a run on stdout; where that is JSON, stderr tells people what failed. Said once either way. */
export function printOutcome(outcome: Outcome, options: OutputFlags): void {
  if (!options.json) return print(outcomeText(outcome, colors));
  const failure = failureOf(outcome);
  if (failure) process.stderr.write(`untilgreen: ${messageLines(failure).join('\n  ')}\n`);
  printJson(outcomeLine(outcome));
}

/** Runs or resumes a run to its outcome, prints it, writes the files that were asked for, and gives the exit code. */
export async function job(
  config: LoadedConfig, options: EngineFlags & OutputFlags, request: string, work: (engine: Engine, face: Face) => Promise<Outcome>,
): Promise<number> {
  const writeExports = exportsOf(options);
  const start = { request, maxIterations: config.settings.orchestrator.max_iterations };
  const outcome = await withEngine(config, options, (engine) => withFace(options, start, (face) => work(engine, face)));
  await writeExports(outcome);
  printOutcome(outcome, options);
  return outcome.exitCode;
}
