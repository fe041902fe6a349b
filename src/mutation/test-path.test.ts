import { describe, expect, it } from 'vitest';
import { freeTestPath } from './test-path.ts';

describe('a free path for a test file', () => {
  it.each<[string, string, string[], string | undefined, string]>([
    ['is the wanted one', 'tests/test_a.py', [], undefined, 'tests/test_a.py'],
    ['gets a number where that is taken', 'tests/test_a.py', ['tests/test_a.py', 'tests/test_a_2.py'], undefined, 'tests/test_a_3.py'],
    ['keeps the suffix by which Go and pytest find tests', 'a_test.go', ['a_test.go'], undefined, 'a_2_test.go'],
    ['keeps everything after the first dot', 'test/a.test.js', ['test/a.test.js'], undefined, 'test/a_2.test.js'],
    ['may bear a word', 'tests/test_a.py', ['tests/test_a.py'], 'properties', 'tests/test_a_properties.py'],
    ['gets a number behind the word', 'a_test.go', ['a_properties_test.go'], 'properties', 'a_properties_2_test.go'],
  ])('%s', async (_title, wanted, taken, word, expected) => {
    expect(await freeTestPath(wanted, { exists: async (path) => taken.includes(path) }, { isTestFile: (path) => /test/.test(path) }, word)).toBe(expected);
  });
});
