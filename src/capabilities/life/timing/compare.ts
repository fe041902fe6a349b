import type { RunDeps } from '../../interfaces.ts';
import type { Capability, JsonObject } from '../../types.ts';
import { callable } from './calls.ts';
import { ratioOf, type Ratio } from './ratio.ts';
import { GROWTHS, scaledInputs } from './scale.ts';
import { timeCodes } from './time.ts';

/** Rounds in which both are run. */
const ROUNDS = 15;
/** Milliseconds in which the present code shows how far it gets with inputs that grow in one way. */
const PROBE_MS = 2_000;
/** Milliseconds of one call, and of a pass over all of them, in the present code: more would make the rounds take minutes. */
const MOST_CALL_MS = 50;
const MOST_PASS_MS = 100;
/** Below so many milliseconds for a pass there is nothing to gain, and what is measured is how a process starts. */
const LEAST_PASS_MS = 0.5;
/** Inputs of a pass: those that take longest, for there a faster code matters. */
const INPUTS = 12;
/** Milliseconds for a process, starting included: many times what the present code takes for a pass. */
const PROCESS_MS = 2_000;

/** Two codes of one contract, timed side by side. */
export interface Comparison extends Ratio {
  /** Inputs that they were timed on. */
  inputs: JsonObject[];
  /** Milliseconds of one pass over them, before and after: medians. */
  beforeMs: number;
  afterMs: number;
}
/** Times another code of a tool against the one that it has. `problem`: nothing could be measured. */
export type Measure = (tool: Capability, code: string) => Promise<Comparison | { problem: string }>;

/**
 * Measures in a sandbox: inputs are made from the tool's cases, larger and larger, as far as its present code answers them in a moment; on the slowest
 * of them both codes are timed by turns.
 *
 * Measured on the seed tools, with eight times as much to do on the machine as it has processors for: of 24 that were timed against themselves none was found
 * faster as `optimiseTool` demands it (medians 0.89 to 1.21); of 18 that were made to compute everything twice 12 were, and the six others take less than 1.5 ms for a pass, most of it loading.
 */
export const measureWith = (deps: RunDeps, seed = 1): Measure => async (tool, code) => {
  const chosen = await slowest(tool, deps, seed);
  if (chosen.length === 0) return { problem: 'no made input could be timed' };
  const pass = chosen.reduce((sum, { ms }) => sum + ms, 0);
  if (pass < LEAST_PASS_MS) return { problem: `it takes ${pass.toFixed(2)} ms for ${chosen.length} larger inputs, so there is nothing to gain` };
  const inputs = chosen.map(({ args }) => args);
  const { passes, problem } = await timeCodes({ contract: tool, codes: [tool.code, code], inputs }, { rounds: ROUNDS, processMs: PROCESS_MS, lateEnds: true }, deps);
  if (problem !== undefined) return { problem };
  const [before, after] = passes.map((own) => own.map(totalOf));
  const pairs = before!.flatMap((total, at): [number, number][] => (total !== undefined && after![at] !== undefined ? [[total, after![at]]] : []));
  // A code that gets stuck where the present one does not leaves its rounds without an end.
  if (pairs.length < ROUNDS / 2) return { problem: `only ${pairs.length} of ${ROUNDS} rounds came to an end: it fails or takes far longer on larger inputs` };
  const ratio = ratioOf(pairs, seed);
  return { ...ratio, inputs, beforeMs: middle(pairs.map(([one]) => one)), afterMs: middle(pairs.map(([, other]) => other)) };
};

interface Timed {
  args: JsonObject;
  ms: number;
}

/** Larger and larger inputs that the present code answers, the slowest of them. */
async function slowest(tool: Capability, deps: RunDeps, seed: number): Promise<Timed[]> {
  const grown = await Promise.all(GROWTHS.map((growth) => callable(tool, scaledInputs(tool.cases, tool.parameters, growth, seed))));
  const splits = grown.slice(0, -1).map((_, at) => grown.slice(0, at + 1).flat().length);
  const inputs = grown.flat();
  if (inputs.length === 0) return [];
  const { passes } = await timeCodes({ contract: tool, codes: [tool.code], inputs }, { rounds: 1, processMs: PROBE_MS, splits }, deps);
  const timed = new Map<string, Timed>();
  for (const [at, ns] of (passes[0]?.[0] ?? []).entries()) if (ns !== undefined && ns / 1e6 <= MOST_CALL_MS) timed.set(JSON.stringify(inputs[at]), { args: inputs[at]!, ms: ns / 1e6 });
  let left = MOST_PASS_MS;
  return [...timed.values()].toSorted((a, b) => b.ms - a.ms).filter(({ ms }) => ms <= left && (left -= ms) >= 0).slice(0, INPUTS);
}

/** Of a pass that reached every input. */
const totalOf = (pass: readonly (number | undefined)[]): number | undefined => (pass.includes(undefined) ? undefined : pass.reduce<number>((sum, ns) => sum + ns!, 0));
const middle = (ns: readonly number[]): number => (ns.toSorted((a, b) => a - b)[ns.length >> 1] ?? 0) / 1e6;
