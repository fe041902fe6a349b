import type { AskResult } from '../../capabilities/types.ts';
import { print, printJson } from '../terminal.ts';
import { clean, oneLine } from '../view/text.ts';
import type { AskFlags } from './grammar.ts';
import { outcomeLine, usedLine } from './outcome.ts';

/** The answer on stdout, the tools that gave it on stderr. */
export function tell(result: AskResult, options: Pick<AskFlags, 'json' | 'quiet'>): void {
  if (options.json) return printJson(outcomeLine(result));
  // What a model or a tool wrote could steer a terminal.
  if (result.ok) print(process.stdout.isTTY ? clean(result.answer) : result.answer);
  else process.stderr.write(`✗ ${clean(result.answer)}\n`);
  if (!options.quiet) for (const line of usedLine(result)) process.stderr.write(`${oneLine(line)}\n`);
}
