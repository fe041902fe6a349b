import { UntilgreenError } from '../../../core/errors.ts';
import { ask, isUnparsable, type FunctionOperation } from '../service.ts';

/**
 * Asks the syntax tree service about text of the function job. It runs nothing of what it is given.
 *
 * @throws `file_missing` without a Python on the machine
 */
export async function askTree<T>(op: FunctionOperation, text: string, options: Record<string, unknown> = {}): Promise<T | undefined> {
  const answer = await ask<T>(op, text, options);
  if (answer === undefined) throw noPython();
  return isUnparsable(answer) || answer === null ? undefined : answer;
}

/** The one error for a machine without Python. */
export function noPython(): UntilgreenError {
  return new UntilgreenError('file_missing', 'python3 is not on the PATH, and Python functions need it.', { program: 'python3' }, 'Install Python 3.9 or newer: `apt-get install python3`.');
}
