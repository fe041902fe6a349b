import { posix } from 'node:path';
import type { RelativePath } from '../../workspace/types.ts';
import { at, iniOf, tomlOf } from './manifest.ts';

/**
 * The keys of a shared file that steer the tests, for comparison before and after a change.
 *
 * @returns undefined for files that hold no test settings, and for files whose whole text counts (conftest.py, pytest.ini)
 */
export function testConfigOf(path: RelativePath, source: string): unknown {
  switch (posix.basename(path)) {
    case 'pyproject.toml': {
      const table = tomlOf(source);
      const found = {
        pytest: at(table, 'tool', 'pytest'),
        coverage: at(table, 'tool', 'coverage'),
        tox: at(table, 'tool', 'tox'),
        plugins: at(table, 'project', 'entry-points', 'pytest11'),
        poetryPlugins: at(table, 'tool', 'poetry', 'plugins', 'pytest11'),
        hatch: at(table, 'tool', 'hatch', 'envs'),
      };
      return Object.values(found).some((value) => value !== undefined) ? found : undefined;
    }
    case 'setup.cfg': {
      const { 'tool:pytest': pytest, pytest: old, 'coverage:run': run, 'coverage:report': report, 'options.entry_points': entries } = iniOf(source);
      const plugins = entries?.['pytest11'];
      return [pytest, old, run, report, plugins].some((value) => value !== undefined) ? { pytest, old, run, report, plugins } : undefined;
    }
    case 'tox.ini': {
      const sections = Object.fromEntries(Object.entries(iniOf(source)).filter(([name]) => /^(pytest|tox|testenv)/.test(name)));
      return Object.keys(sections).length ? sections : undefined;
    }
    default:
      return undefined;
  }
}
