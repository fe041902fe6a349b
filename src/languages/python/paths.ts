import { posix } from 'node:path';
import type { RelativePath } from '../../workspace/types.ts';

const TEST_NAME = /^(test_.*|.*_tests?|tests?)\.py$/;
const TEST_FOLDER = /^(tests?|__tests__)$/;
const CONFIG_NAME = /^(conftest\.py|pytest\.ini|\.pytest\.ini|pytest\.toml|\.pytest\.toml|tox\.ini|setup\.cfg|noxfile\.py|sitecustomize\.py|usercustomize\.py|pyproject\.toml|.*\.pth)$/;
/** Folders that hold no source of the project, should they not be ignored. */
const FOREIGN = /(^|\/)(\.[^/]+|venv|env|site-packages|node_modules|build|dist|__pycache__|[^/]+\.egg-info)\//;

/** A Python file of the project itself. */
export function isOwnPython(path: RelativePath): boolean {
  return path.endsWith('.py') && !FOREIGN.test(path);
}

/** `test_x.py`, `x_test.py`, `tests.py`, or any Python file in a tests folder: helpers there belong to the tests too. */
export function isTestFile(path: RelativePath): boolean {
  if (!/\.pyi?$/.test(path)) return false;
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  return TEST_NAME.test(name) || name === 'conftest.py' || parts.some((part) => TEST_FOLDER.test(part));
}

/** A file whose name alone makes a runner collect it. */
export function isCollected(path: RelativePath): boolean {
  return /(^|\/)(test[^/]*|[^/]*_tests?)\.py$/.test(path);
}

export function isTestConfig(path: RelativePath): boolean {
  // Metadata of a distribution names plugins that pytest loads from any folder on its path.
  return CONFIG_NAME.test(posix.basename(path)) || /\.(egg|dist)-info\//.test(path);
}

/** The folder of a path, `''` for the root. */
export function folderOf(path: RelativePath): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** `path` seen from `folder`; undefined when it lies outside. */
export function within(folder: string, path: RelativePath): RelativePath | undefined {
  if (folder === '') return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
