import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { readFolder } from '../library/files.ts';
import type { Capability, Evidence } from '../types.ts';

/** The tools that come with the product: as many levels up from `src` as from `dist`. */
export const SEEDS: string = fileURLToPath(new URL('../../../assets/tools/', import.meta.url));

/** A tool that comes with the product, with what its gate measured when it was put there. */
export interface Seed {
  tool: Capability;
  evidence?: Evidence;
}

/** Names of the tools that come with the product, in order. */
export async function seedNames(directory = SEEDS): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted();
}

/**
 * The tools that come with the product.
 *
 * @param names only these; default: all
 * @throws `not_found` for a name that none has
 */
export async function seedTools(names?: readonly string[], directory = SEEDS): Promise<Seed[]> {
  const all = await seedNames(directory);
  const missing = names?.find((name) => !all.includes(name));
  if (missing !== undefined) {
    throw new UntilgreenError('not_found', `No tool named '${missing}' comes with this product.`, { name: missing, tools: all }, `Choose from: ${all.join(', ')}.`);
  }
  return Promise.all((names ?? all).map(async (name): Promise<Seed> => {
    const { tool, evidence } = await readFolder(join(directory, name));
    return { tool, ...(evidence && { evidence }) };
  }));
}
