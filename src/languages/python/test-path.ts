import { posix } from 'node:path';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { folderOf, isOwnPython, isTestFile, within } from './paths.ts';

/**
 * Where a generated test of a source file belongs, by the project's habit: beside the source where tests stand there, in the
 * folders of `tests/` that mirror the source's where they do, else in the tests folder itself.
 */
export async function testPathFor(path: RelativePath, bench: Workbench): Promise<RelativePath> {
  const files = (await bench.list()).map((file) => file.path).filter(isOwnPython);
  const tests = files.filter((file) => isTestFile(file) && /(^test_|_tests?\.py$)/.test(posix.basename(file)));
  const stem = posix.basename(path, '.py');
  const suffix = tests.filter((file) => file.endsWith('_test.py')).length > tests.filter((file) => /(^|\/)test_/.test(file)).length;
  const name = (label: string): string => (suffix ? `${label}_test.py` : `test_${label}.py`);
  const folder = folderOf(path);
  const label = stem === '__init__' ? posix.basename(folder) || 'package' : stem.replace(/^_+(?=[^_])/, '').replace(/^__(\w+)__$/, '$1');

  const beside = tests.filter((file) => files.some((other) => !isTestFile(other) && folderOf(other) === folderOf(file)));
  if (tests.length && beside.length === tests.length && !tests.every((file) => folderOf(file) === '' && folder !== '')) return join(folder, name(label));
  const base = testsFolder(tests, path);
  const inside = folder.split('/').filter((part, index) => !(index === 0 && part === 'src') && part !== '');
  const mirrored = inside.map((_, index) => inside.slice(index).join('/')).find((tail) => tests.some((file) => within(join(base, tail), file) !== undefined));
  const wanted = join(mirrored ? join(base, mirrored) : base, name(label));
  // Two modules of one name in flat tests: the folder goes into the name.
  const clash = files.includes(wanted) && inside.length > 0 && files.some((file) => file !== path && !isTestFile(file) && posix.basename(file) === posix.basename(path));
  return clash ? join(mirrored ? join(base, mirrored) : base, name(`${inside.at(-1)}_${label}`)) : wanted;
}

/** The nearest `tests` folder that is used, else `tests` at the root. */
function testsFolder(tests: readonly RelativePath[], path: RelativePath): string {
  const bases = new Map<string, number>();
  for (const file of tests) {
    const parts = folderOf(file).split('/');
    const index = parts.findIndex((part) => /^tests?$/.test(part));
    if (index >= 0) {
      const base = parts.slice(0, index + 1).join('/');
      bases.set(base, (bases.get(base) ?? 0) + 1);
    }
  }
  const near = [...bases].filter(([base]) => within(folderOf(base), path) !== undefined);
  const best = (near.length ? near : [...bases]).sort(([a, n], [b, m]) => b.split('/').length - a.split('/').length || m - n || a.localeCompare(b));
  if (best.length) return best[0]![0];
  return tests.length && tests.every((file) => folderOf(file) === '') ? '' : 'tests';
}

const join = (...parts: string[]): string => parts.filter(Boolean).join('/');
