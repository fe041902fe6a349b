import { nearest } from '../config/shape.ts';
import { UntilgreenError } from '../core/errors.ts';
import type { ExecuteMode } from './execute.ts';

export const MODES: readonly ExecuteMode[] = ['sequential', 'parallel', 'dry-run'];

/** @throws `bad_arguments` in the one form that options are refused in */
export function expected(holds: boolean, name: string, what: string, got: unknown): void {
  if (holds) return;
  const shown = typeof got === 'function' ? 'a function' : (JSON.stringify(got)?.slice(0, 80) ?? String(got));
  throw new UntilgreenError('bad_arguments', `Expected the \`${name}\` option to be ${what}, got ${shown}.`, { option: name, got });
}

export function optionOf<O extends object, K extends keyof O & string>(options: O, name: K, what: string, holds: (value: unknown) => boolean): void {
  expected(holds(options[name]), name, what, options[name]);
}

/**
 * Refuses options that there are not: a mistyped `mode` would be a run in earnest.
 *
 * @throws `bad_arguments` naming the option and the one that was likely meant
 */
export function onlyKnown(options: object, known: readonly string[]): void {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))?.[0];
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new UntilgreenError('bad_arguments', `There is no \`${unknown}\` option.`, { option: unknown }, meant ? `Did you mean ${meant}?` : `There are ${known.join(', ')}.`);
}
