import { UntilgreenError } from '../../../core/errors.ts';
import { ask, isUnparsable, type FunctionOperation } from '../service.ts';

/**
 * Asks the syntax tree service about text of the function job. It runs nothing of what it is given.
 *
 * @throws `file_missing` without a Python on the machine; `internal` where the service has no answer to this text (it is nested too deeply)
 */
export async function askTree<T>(op: FunctionOperation, text: string, options: Record<string, unknown> = {}): Promise<T | undefined> {
  const answer = await ask<T>(op, text, options);
  if (answer === undefined) {
    if ((await ask('symbols', '')) === undefined) throw noPython();
    throw new UntilgreenError('internal', `The syntax tree service has no answer to ${op} of a text of ${text.length} characters.`, { op });
  }
  return isUnparsable(answer) || answer === null ? undefined : answer;
}

/** The same for text of a model, which may be anything: what has no answer is undefined. */
export async function askTreeOfModel<T>(op: FunctionOperation, text: string, options: Record<string, unknown> = {}): Promise<T | undefined | 'no answer'> {
  try {
    return await askTree<T>(op, text, options);
  } catch (thrown) {
    if (thrown instanceof UntilgreenError && thrown.code === 'internal') return 'no answer';
    throw thrown;
  }
}

/** The one error for a machine without Python. */
export function noPython(): UntilgreenError {
  return new UntilgreenError('file_missing', 'python3 is not on the PATH, and Python functions need it.', { program: 'python3' }, 'Install Python 3.9 or newer: `apt-get install python3`.');
}
