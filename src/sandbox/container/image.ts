import { ask } from './engine.ts';
import type { Engine } from './engine.ts';

/** Stands on every image that `untilgreen sandbox build-image` builds, and on what is built from one. */
export const IMAGE_LABEL = 'untilgreen.sandbox';
/** Its name, where no other is given. */
export const DEFAULT_TAG = 'localhost/untilgreen-sandbox:latest';

/**
 * The id of the newest image with our label, if there is one: whoever adds to the image finds the addition used.
 *
 * @returns `problem` where the engine does not answer
 */
export async function findImage(engine: Pick<Engine, 'program' | 'options'>): Promise<{ id?: string; problem?: string }> {
  const { code, stdout, stderr } = await ask(engine, ['images', '--filter', `label=${IMAGE_LABEL}`, '--no-trunc', '--quiet']);
  if (code !== 0) return { problem: stderr.trim().split('\n').at(-1) ?? `code ${code}` };
  const id = stdout.split('\n').find(Boolean);
  return id === undefined ? {} : { id };
}
