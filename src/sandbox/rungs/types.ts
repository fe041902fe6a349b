import type { Stand } from '../pool.ts';
import type { Guarantees, Limits, PoolTemplate, Rung, SandboxCommand, SandboxResult } from '../types.ts';

/** Why a rung cannot be used on this machine, and what would change that. */
export interface Obstacle {
  problem: string;
  /** What to install or switch on, as a person types it. */
  next: string;
}

/** One way to run commands: one file, one line in the registry. */
export interface RungBackend {
  readonly rung: Rung;
  readonly guarantees: Guarantees;
  /** Cheap look at the machine, before any canary: undefined when it may work. Clears what dead processes left behind. */
  prepare(): Promise<Obstacle | undefined>;
  /** What the canaries' success rests on besides the machine, once prepared: with another image they are run anew. */
  restsOn?(): string;
  /**
   * Runs one command. Resolves to a result whatever the command does; a launcher that fails is `sandbox_error`.
   *
   * @throws `bad_arguments`, `directory_missing`, `not_a_directory`, `directory_refused`, `path_unsafe` before anything runs
   */
  run(command: SandboxCommand, limits: Limits): Promise<SandboxResult>;
  /** Makes a sandbox that stands and waits for its command, where the rung can. Throws as `run`. */
  stand?(template: PoolTemplate, limits: Limits): Promise<Stand>;
}
