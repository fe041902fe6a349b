import { join } from 'node:path';
import { isWithin } from '../place.ts';
import type { Place } from '../place.ts';

/**
 * Nothing can appear at another path without a mount. Where a caller says that it should, the paths in the command's words and variables are
 * rewritten to where things really are; paths inside files are not.
 */
export class RealPaths {
  readonly #moved: readonly { inside: string; real: string }[];
  readonly #pattern: RegExp;

  constructor(place: Place) {
    const moved = [{ inside: place.mountAt, real: place.root }, ...place.mounts.filter(({ target }) => !isWithin(place.mountAt, target)).map(({ source, target }) => ({ inside: target, real: source }))];
    // The real paths too, or one that holds another's path inside would be rewritten twice.
    const fixed = moved.map(({ real }) => ({ inside: real, real }));
    this.#moved = [...fixed, ...moved].filter(({ inside }, index, all) => all.findIndex((other) => other.inside === inside) === index).sort((a, b) => b.inside.length - a.inside.length);
    const names = this.#moved.map(({ inside }) => inside.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#pattern = new RegExp(`(?<![\\w./-])(?:${names.join('|')})(?![\\w.-])`, 'g');
  }

  in(word: string): string {
    return word.replace(this.#pattern, (found) => this.#moved.find(({ inside }) => inside === found)?.real ?? found);
  }

  env(env: Readonly<Record<string, string>>, tmp: string): Record<string, string> {
    return Object.fromEntries(Object.entries(env).map(([name, value]) => {
      const real = this.in(value);
      // Only a whole value: /tmp elsewhere may be the workspace's own place.
      return [name, real === value && isWithin('/tmp', value) && !this.#moved.some(({ real: shown }) => isWithin(shown, value)) ? join(tmp, value.slice('/tmp'.length)) : real];
    }));
  }
}
