import { UntilgreenError } from '../../../core/errors.ts';
import type { Example, TestFile } from '../../function/types.ts';
import { trusted } from './read.ts';
import { askTree } from './tree.ts';

type Read = { framework: TestFile['framework']; module: string | null; examples: Omit<Example, 'trust'>[]; tests: number } | { problem: string; line: number };

/** See `FunctionLanguage.parseTests`. */
export async function parseTests(fileName: string, source: string, name: string): Promise<TestFile> {
  const read = await askTree<Read>('fn_tests', source, { name });
  if (read === undefined || 'problem' in read) {
    const { problem, line } = read ?? { problem: 'it does not parse', line: 1 };
    const text = source.split('\n')[line - 1]?.trim() ?? '';
    const where = line === 0 ? `${fileName} cannot be used` : `Line ${line} of ${fileName} cannot be used, \`${text}\``;
    throw new UntilgreenError('bad_arguments', `${where}: ${problem}.`, { file: fileName, line, text }, `Expected tests that import and call \`${name}\`.`);
  }
  return { name: fileName, source, framework: read.framework, module: read.module ?? undefined, examples: trusted(read.examples), tests: read.tests };
}
