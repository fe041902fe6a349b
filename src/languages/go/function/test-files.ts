import { UntilgreenError } from '../../../core/errors.ts';
import type { Example, Expected, TestFile } from '../../function/types.ts';
import { refuseContradictions } from './examples.ts';
import { parseType } from './go-types.ts';
import { ask } from '../reader/reader.ts';
import { parseArguments, parseLiteral } from './parse-value.ts';

interface ReadTests {
  problem?: { line: number; message: string };
  tests: string[];
  module: string;
  foreign: string[] | null;
  uses: boolean;
  examples: { expression: string; kind: 'value' | 'error' | 'panic'; want: string; wantType: string; noError: boolean; line: number; text: string }[] | null;
}

/**
 * Reads a test file: its tests are counted, and calls whose result is compared with a literal are examples, also those in the rows of a table.
 *
 * @throws `bad_arguments` when it does not parse or tests no such function
 */
export async function parseTests(fileName: string, source: string, name: string): Promise<TestFile> {
  const read = await readTests(source, name);
  if (!read || read.problem) {
    const where = read?.problem ? `line ${read.problem.line}: ${read.problem.message}` : 'it is too much to be read';
    throw new UntilgreenError('bad_arguments', `${fileName} is no Go test file (${where}).`, { argument: 'tests', file: fileName }, 'Give a file that `go vet` accepts.');
  }
  if (read.tests.length === 0) {
    throw new UntilgreenError('bad_arguments', `${fileName} has no test.`, { argument: 'tests', file: fileName }, `Write \`func Test${name}(t *testing.T) { … }\`.`);
  }
  if (!read.uses) {
    throw new UntilgreenError('bad_arguments', `${fileName} never calls '${name}'.`, { argument: 'tests', file: fileName, function: name }, 'Check the name of the function.');
  }
  const examples = (read.examples ?? []).map((found): Example => {
    const args = parseArguments(found.expression, name);
    return { setup: '', expression: found.expression, ...(args ? { args } : {}), expected: expectedOf(found), trust: 'user', text: found.text, line: found.line };
  });
  refuseContradictions(examples);
  return { name: fileName, source, framework: 'go test', module: read.module === '' ? undefined : read.module, examples, tests: read.tests.length };
}

export const readTests = (source: string, name: string): Promise<ReadTests | undefined> => ask<ReadTests>('tests', { source, name });

function expectedOf({ kind, want, wantType, noError }: { kind: 'value' | 'error' | 'panic'; want: string; wantType: string; noError: boolean }): Expected {
  if (kind === 'error') return { kind: 'raises', error: 'error' };
  if (kind === 'panic') return { kind: 'raises' };
  const value = wantType === '' ? parseLiteral(want) : parseLiteral(want, parseType(wantType));
  // The result that is compared stands beside an error that is nil.
  const whole = noError && value ? { kind: 'tuple' as const, items: [value, { kind: 'null' as const }] } : value;
  return { kind: 'value', text: noError ? `${want}, nil` : want, ...(whole ? { value: whole } : {}) };
}
