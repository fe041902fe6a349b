import { posix } from 'node:path';
import type { RelativePath } from '../../workspace/types.ts';

/** Folders that `./...` passes over, and copies of other projects. */
const FOREIGN = /(^|\/)(\.[^/]+|_[^/]*|vendor|testdata|node_modules)\//;

/** A Go file of the project itself. */
export function isOwnGo(path: RelativePath): boolean {
  return path.endsWith('.go') && !FOREIGN.test(path);
}

/** `x_test.go`, and Go files that tests read from `testdata`. */
export function isTestFile(path: RelativePath): boolean {
  return path.endsWith('_test.go') || /(^|\/)testdata\/.*\.go$/.test(path);
}

/**
 * What steers builds and so the tests: modules and workspaces (a `replace` puts another package in the place of what tests check with), and
 * vendored packages, which are no code of the project.
 */
export function isTestConfig(path: RelativePath): boolean {
  return /^(go\.mod|go\.work)$/.test(posix.basename(path)) || /(^|\/)vendor\//.test(path);
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
