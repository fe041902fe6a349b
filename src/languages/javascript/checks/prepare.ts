import type { Workbench } from '../../../workspace/types.ts';
import type { Check, CheckCommand } from '../../types.ts';
import { type Package, packageFor, packagesOf } from '../project.ts';
import { commandOf, type ScriptCommand } from '../script.ts';
import { staticTestsOf } from '../static-tests.ts';
import { isCode } from '../test-paths.ts';
import { nodeToolchain } from '../toolchain.ts';
import { jestCommand } from './jest.ts';
import { nodeTestCommand } from './node-test.ts';
import { createReport } from './report-file.ts';
import { type Read, resultsOf } from './results.ts';
import { tapResults } from './tap.ts';
import { vitestCommand } from './vitest.ts';

export interface Request {
  bench: Workbench;
  check: Check;
  pack: Package;
  /** The project's own command for this framework, where its test script has one. */
  script?: ScriptCommand;
  /** Test files to run, relative to the workspace; undefined: all. */
  files?: string[];
  /** The reporter's path relative to the working directory. */
  reporter: string;
}

/** A framework's command line (to which `reporterFlag=<absolute path>` is added); `problem` says why there is none. */
export type Framed = { argv: string[]; env?: Record<string, string>; reporterFlag?: string } | { problem: string } | { nothing: true };

const REPORTER = { 'node:test': 'node-test', vitest: 'vitest', jest: 'jest' } as const;
const FRAMES: Record<keyof typeof REPORTER, (request: Request) => Promise<Framed>> = {
  'node:test': nodeTestCommand,
  vitest: vitestCommand,
  jest: jestCommand,
};

/** How to run one check of a JavaScript or TypeScript package, and how to read what it reported. */
export async function prepareCheck(check: Check, bench: Workbench, options: { files?: string[]; testIds?: string[] } = {}): Promise<CheckCommand> {
  const { framework } = check;
  if (framework !== 'node:test' && framework !== 'vitest' && framework !== 'jest') return plainCommand(check, bench);
  const packages = await packagesOf(bench);
  const pack = packages.find((p) => p.root === check.cwd) ?? { root: check.cwd, files: [], typescript: check.language === 'typescript' };
  const own = pack.json && commandOf(pack.json);
  const given = check.args && { framework, env: {}, nodeFlags: [], args: check.args, before: [], text: check.id };
  const script = given ?? (own?.framework === framework ? own : undefined);
  const files = selected(options, pack, packages);
  const toolchain = await nodeToolchain(bench);
  const report = await createReport(bench, REPORTER[framework], check.cwd);
  const framed = await FRAMES[framework]({ bench, check, pack, script, files, reporter: report.reporter });
  const base = { cwd: check.cwd, mounts: toolchain.mounts, env: { ...toolchain.env, ...script?.env } };
  if (!('argv' in framed)) {
    const problem = 'problem' in framed ? framed.problem : undefined;
    return {
      command: { ...base, argv: [process.execPath, '-e', ''] },
      read: async () => ({ tests: [], collected: 0, errors: problem ? [{ message: problem, errorClass: 'NotInstalled' }] : [], status: problem ? 'broken' : 'passed' }),
      cleanup: report.remove,
    };
  }
  return {
    command: {
      ...base,
      // $0 is the reporter: an absolute path is needed where the framework resolves it against a folder of its own.
      argv: ['/bin/sh', '-c', `${before(script)}exec "$@"${framed.reporterFlag ? ` ${framed.reporterFlag}="$PWD/$0"` : ''}`, report.reporter, ...framed.argv],
      env: { ...base.env, ...framed.env },
      stdin: report.stdin,
    },
    read: async (result) => {
      const found = await report.read();
      return resultsOf(found, result, { staticTests: (file) => staticTestsOf(bench, file), testIds: options.testIds });
    },
    cleanup: report.remove,
  };
}

/** Builds that the test script runs first. They read nothing of the reporter's input, and a failed build ends the check. */
function before(script: ScriptCommand | undefined): string {
  if (!script?.before.length) return '';
  const bins = 'p="$PWD"; while [ "$p" != / ] && [ -n "$p" ]; do PATH="$p/node_modules/.bin:$PATH"; p="$(dirname "$p")"; done; export PATH';
  return `(${bins}; ${script.before.join(' && ')}) </dev/null || exit; `;
}

/** The chosen files that belong to this package; others are for other checks. */
function selected(options: { files?: string[]; testIds?: string[] }, pack: Package, packages: readonly Package[]): string[] | undefined {
  const wanted = options.files ?? (options.testIds && [...new Set(options.testIds.map((id) => id.split(' > ')[0]!))]);
  return wanted?.filter((f) => isCode(f) && (packageFor(packages, f)?.root ?? '') === pack.root);
}

/** `npm test` of a runner that is judged by its exit status, and test by test where it prints TAP. */
async function plainCommand(check: Check, bench: Workbench): Promise<CheckCommand> {
  const toolchain = await nodeToolchain(bench);
  return {
    command: { argv: ['/bin/sh', '-c', check.command ?? 'npm test'], cwd: check.cwd, mounts: toolchain.mounts, env: toolchain.env },
    read: async (result): Promise<Read> => tapResults(check.id, result),
    cleanup: async () => {},
  };
}
