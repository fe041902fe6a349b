import { mutationOf } from '../../mutation/registry.ts';
import type { Case, Place } from '../../mutation/types.ts';
import type { JsonObject } from '../types.ts';
import { valuesOf } from './inputs.ts';
import { codeFileName } from '../library/files.ts';
import { inFolder } from './place.ts';
import type { GateContext } from './types.ts';

/** Process states of `MutationLanguage.observe`: as it is, and with another hash seed and a clock that is years ahead. */
const STATES = [1, 2] as const;

/**
 * What calls were seen to touch beside their arguments: clock, chance, files, network, other programs. Their interpreter watches them, and what they
 * give now is held against what they give when the clock is years ahead. Go is not watched, where all that a file reaches stands in its imports.
 */
export async function effectsOf({ draft, language, signature, input }: GateContext, cases: readonly JsonObject[]): Promise<string[]> {
  const observer = mutationOf(language.name);
  if (!observer || language.name === 'go') return [];
  const path = codeFileName(draft);
  return inFolder([{ name: path, text: draft.code }], async (bench) => {
    const place: Place = { bench, sandbox: input.sandbox, path, source: draft.code, files: new Set([path]), workers: 1, ...(input.signal ? { signal: input.signal } : {}) };
    const { targets } = await observer.targets(place);
    if (!targets.some(({ name }) => name === draft.name)) return [];
    const calls = cases.flatMap((args, at): Case[] => {
      const values = valuesOf(signature, args)?.[0].map((value, index) => language.printValue(value, signature.parameters[index]?.type));
      return values?.every((text) => text !== undefined) ? [{ id: `c${at}`, function: draft.name, arguments: values.map((text) => ({ text })) }] : [];
    });
    const [now, later] = [await observer.observe(place, calls, targets, STATES[0]), await observer.observe(place, calls, targets, STATES[1])];
    const seen = [...now.outcomes.values(), ...later.outcomes.values()].flatMap(({ effects }) => effects);
    const moved = [...now.outcomes].some(([id, { key }]) => later.outcomes.get(id)?.key !== key);
    return [...new Set([...seen, ...(moved ? ['gives something else when the clock is ahead'] : [])])];
  });
}
