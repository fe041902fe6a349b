import { shellQuoted } from './shell.ts';
import type { PoolCommand } from './types.ts';

/**
 * The end of a launcher's script: it waits for the host's line on descriptor 5 and becomes the command, its own words or those that come with
 * the line. Other shells read the pipe's lines one by one; bash would read a file to its end before it does anything, and the pipe stays open.
 * Long names, because a variable of the command's may have a short one. `exec` of no words at all would pass for a command that succeeded.
 */
export const TAKE_OVER = [
  'read -r untilgreen_word untilgreen_lines <&5 || exit 125',
  'if [ "$untilgreen_word" != run ]; then',
  'if [ -n "$BASH_VERSION" ]; then mapfile -u 5 -n "$untilgreen_lines" untilgreen_script; IFS=; eval "${untilgreen_script[*]}"; unset IFS',
  'else . /proc/self/fd/5; fi; fi',
  'exec 5<&-; [ $# -gt 0 ] || exit 125; exec "$@"',
].join('\n');

/** The host's line for a launcher that has its command already. */
export const RUN = 'run\n';

/** What a waiting shell reads to become the command: it takes the words for its own arguments. */
export function sourced({ argv, stdin }: PoolCommand): string {
  const script = `${stdin === undefined ? 'exec </dev/null\n' : ''}set -- ${argv.map(shellQuoted).join(' ')}\n`;
  return `wait ${script.split('\n').length - 1}\n${script}return 0\n`;
}
