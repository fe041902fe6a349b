import { formatGo } from '../languages/shared/gofmt.ts';
import { surroundings } from './shell.ts';
import type { Target } from './touched.ts';
import type { ToolContext } from './types.ts';

/** Formats one file's text; a text that cannot be formatted comes back as it is. */
export type Format = (source: string) => Promise<string>;

/** Black's answer for one text, or undefined where it did not give one. */
async function black(args: string[], stdin: string, context: ToolContext): Promise<string | undefined> {
  const { mounts, env } = await surroundings(context);
  const { bench, settings, signal } = context;
  const result = await context.sandbox.run({
    // Isolated: a file of the project that is called black.py does not stand in for it.
    argv: ['python3', '-I', '-m', 'black', ...args], workspace: bench.root, mountAt: bench.mountAt, mounts, env, network: 'none', stdin,
    limits: { wallMs: settings.commandTimeoutMs }, ...(signal ? { signal } : {}),
  });
  return result.status === 'exited' && result.exitCode === 0 && !result.truncated.stdout ? result.stdout : undefined;
}

/** Whether the project's own Python has black. */
export async function hasBlack(context: ToolContext): Promise<boolean> {
  return (await black(['--version'], '', context)) !== undefined;
}

/**
 * What formats this file: the language's formatter with the project's settings, black where it was asked for and is there, gofmt
 * for Go. Undefined where nothing does.
 */
export function formatterOf({ path, language }: Target, withBlack: boolean, context: ToolContext): Format | undefined {
  if (language?.name === 'python' && withBlack) {
    return async (source) => {
      const text = await black(['--quiet', '--stdin-filename', path, '-'], source, context);
      return text === undefined || (text === '' && source.trim() !== '') ? source : text;
    };
  }
  if (language) return (source) => language.format(path, source, context.bench);
  return path.toLowerCase().endsWith('.go') ? formatGo : undefined;
}
