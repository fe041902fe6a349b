/**
 * The goal job as a library.
 *
 * @example
 * import { loadConfig, openEngine } from 'untilgreen';
 *
 * const engine = await openEngine({ config: await loadConfig({ directory: './shop' }) });
 * const outcome = await engine.run(
 *   { directory: './shop', request: 'make the failing tests pass' },
 *   { onEvent: (event) => console.log(event.phase, event.event), approve: async () => ({ answer: 'pending' }) },
 * );
 * await engine.close();
 * process.exitCode = outcome.exitCode;
 */
export { openEngine } from './agent/engine.ts';
export type { Engine, EngineOptions, Face, Goal, Outcome, OutcomeName } from './agent/types.ts';
export { loadConfig } from './config/load.ts';
export type { LoadedConfig, Settings } from './config/schema.ts';
export { ERROR_EXIT, EXIT, UntilgreenError, type ErrorCode, type ExitCode } from './core/errors.ts';
export type { RunEvent } from './core/events.ts';
export type { Plan, PlanStep } from './plan/types.ts';
export type { Receipt } from './verify/receipt.ts';
