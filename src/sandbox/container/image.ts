import { ask } from './engine.ts';
import type { Engine } from './engine.ts';

/** Stands on every image that `untilgreen sandbox build-image` builds, and on what is built from one. */
export const IMAGE_LABEL = 'untilgreen.sandbox';
/** Its name, where no other is given. */
export const DEFAULT_TAG = 'localhost/untilgreen-sandbox:latest';

/** The id of the newest image with our label, or undefined: whoever adds to the image finds the addition used. */
export async function findImage(engine: Pick<Engine, 'program' | 'options'>): Promise<string | undefined> {
  const { stdout } = await ask(engine, ['images', '--filter', `label=${IMAGE_LABEL}`, '--no-trunc', '--quiet']);
  return stdout.split('\n').find(Boolean);
}
