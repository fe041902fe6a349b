import { posix } from 'node:path';
import type { Sandbox } from '../../sandbox/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { UntilgreenError } from '../../core/errors.ts';
import { openReportFile } from '../shared/report-file.ts';
import type { Check, CheckCommand } from '../types.ts';
import { readArguments } from './arguments.ts';
import type { GoTestArguments } from './arguments.ts';
import { environmentFor, missingGo } from './environment.ts';
import { expectedTests, listPackages } from './listing.ts';
import { folderOf, within } from './paths.ts';
import { resultsOf } from './results.ts';

/** The report is opened and unlinked before the go command starts: no path leads the tests to it, and their own output goes through a pipe. */
const SCRIPT = 'exec 3>>"$0" && rm -f -- "$0" && exec "$@" >&3 3>&-';

/**
 * How `go test` is run in the sandbox. First all packages are compiled, by a command in which nothing of the project runs and which alone may
 * write the cache; then the tests run, and the tests that the source has are held against those that were reported.
 *
 * @throws `sandbox_error` where there is no Go
 */
export async function prepareCheck(check: Check, bench: Workbench, options: { files?: RelativePath[]; testIds?: string[]; sandbox?: Sandbox; signal?: AbortSignal } = {}): Promise<CheckCommand> {
  const given = narrowed(check, options);
  const environment = await environmentFor(bench, given.flags.some((flag) => /^-{1,2}(race|msan|asan)$/.test(flag))).catch((thrown: unknown) => {
    const { problem, next } = missingGo(thrown);
    throw new UntilgreenError('sandbox_error', problem, { check: check.id }, next, { cause: thrown });
  });
  const packages = options.sandbox ? await listPackages(bench, options.sandbox, environment, check.cwd, given, options.signal) : [];
  const expected = await expectedTests(bench, packages, given);
  const report = await openReportFile(bench.root);
  const { go, env, mounts } = environment;
  return {
    command: {
      argv: ['sh', '-c', SCRIPT, `${bench.mountAt}/${report.name}`, go.program, 'test', '-json', ...given.flags, '-count=1', ...given.patterns],
      cwd: check.cwd,
      env,
      mounts,
    },
    async read(result) {
      return resultsOf(await report.read(), result, { mountAt: bench.mountAt, root: bench.root, cwd: check.cwd, packages, expected, loose: given.loose });
    },
    cleanup: () => report.close(),
  };
}

/** The packages that hold the files or tests that are asked for; of tests, also their names. */
function narrowed(check: Check, { files, testIds }: { files?: RelativePath[]; testIds?: string[] }): GoTestArguments {
  if (testIds?.length) {
    const names = [...new Set(testIds.map((id) => (id.split('::')[1] ?? '').split('/')[0]!).filter((name) => /^\w+$/u.test(name)))];
    const run = `^(${names.join('|')})$`;
    return { patterns: foldersOf(testIds.map((id) => id.split('::')[0]!)), flags: ['-run', run], build: [], run, loose: false };
  }
  if (files?.length) {
    const mine = files.flatMap((file) => within(check.cwd, file) ?? []).filter((file) => file.endsWith('.go'));
    const { build } = readArguments(check.args ?? []);
    return { patterns: foldersOf(mine), flags: [...build], build, loose: false };
  }
  const given = readArguments(check.args ?? []);
  return given.patterns.length ? given : { ...given, patterns: ['./...'] };
}

/** `a/b_test.go` → `./a`, each once; all packages where there is none. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = [...new Set(paths.map((path) => (path.endsWith('.go') ? folderOf(path) : path)))].map((folder) => (folder === '' ? '.' : `./${posix.normalize(folder)}`));
  return folders.length ? folders : ['./...'];
}
