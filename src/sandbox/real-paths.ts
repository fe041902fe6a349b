import { join } from 'node:path';
import { isWithin } from './place.ts';
import type { Place } from './place.ts';
import type { SandboxCommand, SandboxResult } from './types.ts';

/**
 * Nothing can appear at another path where nothing can be mounted. What a caller says of paths inside is rewritten to where
 * things really are, in the command's words, variables and input; in its output the workspace's path is written as the caller knows
 * it. Paths inside files are not touched: a caller who reads files that a command wrote gives the workspace's real path as `mountAt`.
 */
export class RealPaths {
  readonly #real: ReadonlyMap<string, string>;
  readonly #inside: RegExp;
  readonly #shown: { pattern: RegExp; path: string } | undefined;

  constructor(place: Place) {
    const moved = [[place.mountAt, place.root] as const, ...place.mounts.filter(({ target }) => !isWithin(place.mountAt, target)).map(({ source, target }) => [target, source] as const)];
    // Real paths stand for themselves, or one that begins with another's path inside would be rewritten.
    this.#real = new Map([...moved, ...moved.map(([, real]) => [real, real] as const)]);
    this.#inside = pattern([...this.#real.keys()]);
    this.#shown = place.mountAt === place.root ? undefined : { pattern: pattern([place.root]), path: place.mountAt };
  }

  text(text: string): string {
    return text.replace(this.#inside, (found) => this.#real.get(found) ?? found);
  }

  /** @param tmp what stands for /tmp, of which a variable names a part */
  env(env: Readonly<Record<string, string>> = {}, tmp = '/tmp'): Record<string, string> {
    return Object.fromEntries(Object.entries(env).map(([name, value]) => {
      const real = this.text(value);
      // The workspace itself may lie in the host's /tmp.
      const own = real === value && isWithin('/tmp', value) && ![...this.#real.values()].some((shown) => isWithin(shown, value));
      return [name, own ? join(tmp, value.slice('/tmp'.length)) : real];
    }));
  }

  /** The command with real paths, besides the environment. */
  command(command: SandboxCommand): SandboxCommand {
    const { argv, stdin, onOutput } = command;
    return {
      ...command,
      argv: argv.map((word) => this.text(word)),
      ...(stdin === undefined ? {} : { stdin: this.text(stdin) }),
      ...(onOutput && { onOutput: (stream, text) => onOutput(stream, this.#told(text)) }),
    };
  }

  result(result: SandboxResult): SandboxResult {
    return { ...result, stdout: this.#told(result.stdout), stderr: this.#told(result.stderr) };
  }

  #told(text: string): string {
    return this.#shown ? text.replace(this.#shown.pattern, () => this.#shown?.path ?? '') : text;
  }
}

/** The paths where they are not a part of a longer name. The longest first: it is the most exact. */
function pattern(paths: readonly string[]): RegExp {
  const longestFirst = paths.toSorted((a, b) => b.length - a.length);
  return new RegExp(`(?<![\\w./-])(?:${longestFirst.map((path) => path.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})(?![\\w-]|\\.\\w)`, 'g');
}
