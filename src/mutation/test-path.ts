import type { Language } from '../languages/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

/**
 * A path for a new test file: the wanted one, else the same with a number, never an existing file. `test_a_2.py` and `a_2.test.js` keep the
 * pattern by which the framework finds tests; `a_test.py` gets the number before the suffix.
 */
export async function freeTestPath(wanted: RelativePath, bench: Workbench, language: Language): Promise<RelativePath> {
  if (!(await bench.exists(wanted))) return wanted;
  const folder = wanted.includes('/') ? wanted.slice(0, wanted.lastIndexOf('/') + 1) : '';
  const name = wanted.slice(folder.length);
  const dot = name.indexOf('.');
  const [stem, rest] = [name.slice(0, dot), name.slice(dot)];
  for (let n = 2; ; n += 1) {
    const path = folder + (stem.endsWith('_test') ? `${stem.slice(0, -5)}_${n}_test${rest}` : `${stem}_${n}${rest}`);
    if (!(await bench.exists(path)) && (language.isTestFile(path) || n > 500)) return path;
  }
}
