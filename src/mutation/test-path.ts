import type { Language } from '../languages/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

/**
 * A path for a new test file: the wanted one, else the same with a number, never an existing file. `test_a_2.py` and `a_2.test.js` keep the
 * pattern by which the framework finds tests; `a_test.py` gets the number before the suffix.
 *
 * @param word names a second file beside the wanted one: `properties` gives `test_a_properties.py`
 */
export async function freeTestPath(wanted: RelativePath, bench: Pick<Workbench, 'exists'>, language: Pick<Language, 'isTestFile'>, word?: string): Promise<RelativePath> {
  const path = word === undefined ? wanted : withPart(wanted, word);
  for (let n = 2, free = path; ; n += 1) {
    if (!(await bench.exists(free)) && (free === wanted || language.isTestFile(free) || n > 500)) return free;
    free = withPart(path, String(n));
  }
}

function withPart(path: RelativePath, part: string): RelativePath {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  const name = path.slice(folder.length);
  const dot = name.indexOf('.');
  const [stem, rest] = [name.slice(0, dot), name.slice(dot)];
  return folder + (stem.endsWith('_test') ? `${stem.slice(0, -5)}_${part}_test${rest}` : `${stem}_${part}${rest}`);
}
