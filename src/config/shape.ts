/* oxlint-disable no-underscore-dangle -- zod keeps a schema's definition under `_zod` */
import { distance } from 'fastest-levenshtein';
import { settingsSchema } from './schema.ts';

/** What this file reads of a zod schema's definition. */
interface Definition {
  type: string;
  innerType?: { _zod: { def: Definition } };
  shape?: Record<string, { _zod: { def: Definition } }>;
}

/** A definition without its wrappers (`optional`, `default`, `prefault`). */
function unwrap(definition: Definition): Definition {
  let d = definition;
  while (d.innerType) d = d.innerType._zod.def;
  return d;
}

const root = unwrap(settingsSchema._zod.def as unknown as Definition);

/** The definition at a dotted path, or undefined where the schema has none. */
function definitionAt(path: readonly PropertyKey[]): Definition | undefined {
  let d: Definition | undefined = root;
  for (const part of path) {
    const child: { _zod: { def: Definition } } | undefined = d?.shape && Object.hasOwn(d.shape, part) ? d.shape[String(part)] : undefined;
    d = child && unwrap(child._zod.def);
  }
  return d;
}

/** Keys allowed directly under a path. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(definitionAt(path)?.shape ?? {});
}

/** Type of the value at a dotted key: `string`, `number`, `boolean`, `enum`, `array`, `record`, `object`. */
export function typeAt(key: string): string | undefined {
  return definitionAt(key.split('.'))?.type;
}

/** Every dotted key that holds a value and not a group. */
export function leafKeys(): string[] {
  const walk = (d: Definition, prefix: string): string[] =>
    Object.entries(d.shape ?? {}).flatMap(([name, child]) => {
      const inner = unwrap(child._zod.def);
      return inner.shape ? walk(inner, `${prefix}${name}.`) : [`${prefix}${name}`];
    });
  return walk(root, '');
}

/**
 * The candidate nearest to a word, or undefined when none is near: at most a third of its letters, and at least one
 * slip, may differ, so that a suggestion is a likely typo and not a guess.
 *
 * @example nearest('max_iteration', ['max_iterations']) // 'max_iterations'
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** The known key a wrong one was likely meant to be: a sibling, else a key of that name in another group. */
export function nearestKey(parent: readonly PropertyKey[], name: string): string | undefined {
  const sibling = nearest(name, keysAt(parent));
  if (sibling) return sibling;
  const elsewhere = leafKeys().filter((key) => !key.startsWith('models.') || key.startsWith('models.default.') || key.split('.').length === 2);
  const last = nearest(name, elsewhere.map((key) => key.slice(key.lastIndexOf('.') + 1)));
  return last && elsewhere.find((key) => key === last || key.endsWith(`.${last}`));
}
