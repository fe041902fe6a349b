import { fileURLToPath } from 'node:url';
import type { Mount } from '../../sandbox/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { UntilgreenError } from '../../core/errors.ts';
import type { Check, CheckCommand } from '../types.ts';
import { openReportFile } from '../shared/report-file.ts';
import { detect, hasExamples, peek, projectRoots } from './detect.ts';
import { interpreterOf, type Interpreter, type Missing } from './interpreter.ts';
import { isCollected, isOwnPython, isTestFile, within } from './paths.ts';
import { resultsOf } from './results.ts';
import { testTools } from './tools.ts';

/** Our runners, shown read-only at their own place. */
const RUNNER = fileURLToPath(new URL('./runner', import.meta.url));

/** Variables of every Python process: nothing left behind in the project, one order of sets and dictionaries in every run. */
export const PYTHON_ENV = { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0', PYTHONUNBUFFERED: '1', HYPOTHESIS_STORAGE_DIRECTORY: '/tmp/hypothesis' } as const;

export interface Toolchain {
  interpreter: Interpreter;
  /** The managed folder with pytest and hypothesis, where the project's own interpreter lacks pytest. */
  tools?: string;
  mounts: Mount[];
}

/** Interpreter and test tools for a check in `folder`. */
export async function toolchainOf(bench: Workbench, folder: string, framework?: Check['framework']): Promise<Toolchain | Missing> {
  const interpreter = await interpreterOf(bench, folder);
  if ('problem' in interpreter) return interpreter;
  if (interpreter.hasPytest || framework === 'unittest' || framework === 'doctest') return { interpreter, mounts: interpreter.mounts };
  const tools = await testTools(interpreter.base);
  if ('problem' in tools) return tools;
  return { interpreter, tools: tools.sitePackages, mounts: [...interpreter.mounts, { source: tools.sitePackages, target: tools.sitePackages }] };
}

/** How one check is run in the sandbox. Rejects with `sandbox_error` where there is no interpreter or no pytest to run it with. */
export async function prepareCheck(check: Check, bench: Workbench, options: { files?: RelativePath[]; testIds?: string[] } = {}): Promise<CheckCommand> {
  const chain = await toolchainOf(bench, check.cwd, check.framework);
  if ('problem' in chain) throw new UntilgreenError('sandbox_error', chain.problem, { check: check.id }, chain.next);
  const files = (await bench.list()).map((file) => file.path);
  const report = await openReportFile(bench.root);
  const place = { mountAt: bench.mountAt, root: bench.root, cwd: check.cwd };
  const cwd = [bench.mountAt, check.cwd].filter(Boolean).join('/');
  const mode = check.framework;
  const config = {
    mode,
    report: `${bench.mountAt}/${report.name}`,
    nonce: report.nonce,
    root: bench.mountAt,
    tools: chain.tools,
    paths: [...importPaths(files, check.cwd).map((path) => [bench.mountAt, path].filter(Boolean).join('/')), ...installedPackages(bench)],
    own: mode === 'pytest' ? await ownDependencies(bench, files, check.cwd) : [],
    ...(mode === 'pytest' ? { args: pytestArgs(cwd, check, files, options) } : { files: await runnerFiles(bench, check, files, options), ids: options.testIds }),
  };
  return {
    command: {
      argv: [chain.interpreter.python, `${RUNNER}/untilgreen_run.py`],
      cwd: check.cwd,
      env: { ...PYTHON_ENV, PATH: [...chain.interpreter.bin, '/usr/local/bin', '/usr/bin', '/bin'].join(':') },
      mounts: [...chain.mounts, { source: RUNNER, target: RUNNER }],
      stdin: JSON.stringify(config),
    },
    async read(result) {
      return resultsOf(await report.read(), report.nonce, result, place);
    },
    cleanup: () => report.close(),
  };
}

/** Where packages that were installed during the run appear in the sandbox: none or one folder, beside what the environment has. */
export function installedPackages(bench: Workbench): string[] {
  return bench.mounts.filter((mount) => mount.source.startsWith(`${bench.packages}/python-`)).map((mount) => mount.target);
}

/** `src`, where packages stand in it: they need not be installed for their tests to run. */
export function importPaths(files: readonly RelativePath[], cwd: string): string[] {
  const prefix = cwd ? `${cwd}/` : '';
  const source = `${prefix}src/`;
  const hasPackages = files.some((path) => path.startsWith(source) && path.endsWith('.py')) && !files.includes(`${source}__init__.py`);
  return hasPackages ? [source.slice(0, -1)] : [];
}

/** What pytest and hypothesis import before a project is let in. */
const IMPORTED_FIRST = ['packaging', 'pluggy', 'iniconfig', 'pygments', 'hypothesis', 'sortedcontainers', 'exceptiongroup', 'tomli', 'typing_extensions', 'attr', 'attrs', 'colorama', 'py'];

/** Those of them that the project itself is, and was before the run: its tests must see its own files. */
async function ownDependencies(bench: Workbench, files: readonly RelativePath[], cwd: string): Promise<string[]> {
  const places = [cwd, ...importPaths(files, cwd)].map((folder) => (folder ? `${folder}/` : ''));
  const own: string[] = [];
  for (const name of IMPORTED_FIRST) {
    const path = places.flatMap((place) => [`${place}${name}/__init__.py`, `${place}${name}.py`]).find((candidate) => files.includes(candidate));
    if (path && (await bench.readAt(bench.base, path))) own.push(name);
  }
  return own;
}

function pytestArgs(cwd: string, check: Check, files: readonly RelativePath[], options: { files?: RelativePath[]; testIds?: string[] }): string[] {
  const nested = projectRoots(files).filter((root) => root !== check.cwd && within(check.cwd, root) !== undefined);
  return [
    `--rootdir=${cwd}`,
    '-p', 'no:cacheprovider',
    '--maxfail=0', // an `-x` of the project's own settings would hide results
    '--continue-on-collection-errors',
    '--color=no',
    ...nested.map((root) => `--ignore=${within(check.cwd, root)}`),
    ...(options.files || options.testIds ? [] : (check.args ?? [])),
    ...selection(check.cwd, options),
  ];
}

function selection(cwd: string, { files, testIds }: { files?: RelativePath[]; testIds?: string[] }): string[] {
  if (testIds?.length) return testIds;
  const wanted = (files ?? []).flatMap((file) => within(cwd, file) ?? []).filter((file) => file.endsWith('.py'));
  return wanted;
}

/** The files a runner of ours imports. */
async function runnerFiles(bench: Workbench, check: Check, all: readonly RelativePath[], options: { files?: RelativePath[]; testIds?: string[] }): Promise<string[]> {
  const roots = projectRoots(all);
  const mine = all.filter((path) => within(check.cwd, path) !== undefined && !roots.some((root) => root !== check.cwd && within(check.cwd, root) !== undefined && within(root, path) !== undefined));
  const asked = options.testIds?.length ? new Set(options.testIds.map((id) => [check.cwd, id.split('::')[0]].filter(Boolean).join('/'))) : options.files?.length ? new Set(options.files) : undefined;
  const wanted = asked ? mine.filter((path) => asked.has(path)) : mine;
  if (check.framework === 'unittest') return relativeTo(check.cwd, wanted.filter((path) => isOwnPython(path) && isTestFile(path) && (isCollected(path) || asked !== undefined)));
  const withExamples: RelativePath[] = [];
  for (const path of wanted) {
    if (isOwnPython(path) && !/(^|\/)(setup|conftest)\.py$/.test(path) && hasExamples(await peek(bench, path))) withExamples.push(path);
  }
  return relativeTo(check.cwd, withExamples);
}

const relativeTo = (cwd: string, paths: RelativePath[]): string[] => paths.map((path) => within(cwd, path)!);

export { detect };
