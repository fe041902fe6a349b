import { stripTerminalEscapes } from '../sandbox/host.ts';
import type { Rung, SandboxResult } from '../sandbox/types.ts';
import { shortened } from './text.ts';

/** Characters of each stream that a result carries. */
const MAX_OUTPUT = 20_000;

type Ran = Omit<SandboxResult, 'rung'> & { rung?: Rung };

/** What a tool tells of a command that ran. */
export function ranData({ status, exitCode, signal, stdout, stderr, truncated, wallMs, rung }: Ran) {
  const shown = (text: string): string => shortened(stripTerminalEscapes(text), MAX_OUTPUT);
  return { status, exitCode, signal, stdout: shown(stdout), stderr: shown(stderr), truncated, wallMs, ...(rung && { rung }) };
}

/** Its end in a word or two: `exit 3`, `timeout`. */
export function endOf({ status, exitCode }: Pick<SandboxResult, 'status' | 'exitCode'>): string {
  return status === 'exited' ? `exit ${exitCode}` : status;
}
