import type { Capability, JsonObject, Need, UseResult } from '../types.ts';
import { meetsCase } from '../run/meets.ts';
import { bindingOfArguments } from './fit.ts';

/** More say no more: they are calls in a sandbox while somebody waits. */
const MOST = 5;

/**
 * Runs the examples of a wish on a tool whose parameters take their arguments; undefined where none fits. A tool that cannot be run at all is
 * not told from one that gives something else: neither serves.
 */
export async function tryExamples(
  examples: Need['examples'],
  tool: Capability,
  run: (tool: Capability, args: JsonObject) => Promise<UseResult>,
): Promise<{ reproduced: number; contradicted: number } | undefined> {
  const calls = examples.slice(0, MOST).flatMap(({ arguments: given, result }) => {
    const args = bindingOfArguments(given, tool);
    return args ? [{ args, result }] : [];
  });
  if (calls.length === 0) return undefined;
  let reproduced = 0;
  for (const { args, result } of calls) {
    if (!meetsCase({ arguments: args, result, from: 'user' }, await run(tool, args))) return { reproduced, contradicted: 1 };
    reproduced += 1;
  }
  return { reproduced, contradicted: 0 };
}
