import { posix } from 'node:path';
import type { Problem, RefactorContext } from '../../../refactor/types.ts';
import type { RelativePath } from '../../../../workspace/types.ts';
import { isTestPath } from '../../test-paths.ts';
import { nodeToolchain } from '../../toolchain.ts';

/** Milliseconds for one module; loading takes well under one second, a server that starts on import is ended here. */
const LOAD_MS = 15_000;
/** Files that are run by a tool rather than imported. */
const TOOLING = /(^|\/)(.*\.config\.[cm]?js|\.[\w-]+rc\.c?js|.*\.(stories|story|bench)\.[cm]?js)$/;
/** Faults of the modules themselves; anything else may hang on the sandbox, on arguments or on a service that is not there. */
const FAULTS = /\b(SyntaxError|ReferenceError|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_UNSUPPORTED_DIR_IMPORT|ERR_PACKAGE_PATH_NOT_EXPORTED|ERR_PACKAGE_IMPORT_NOT_DEFINED|ERR_REQUIRE_CYCLE_MODULE|TypeError)\b/;

/**
 * Imports each file alone in a fresh Node in the sandbox: broken imports and cycles show there. Files that Node does not load by itself
 * (TypeScript before type stripping, JSX) are passed over, and so are tests and settings of tools.
 */
export async function loadProblems(paths: readonly RelativePath[], { bench, sandbox, signal }: RefactorContext): Promise<Problem[]> {
  const problems: Problem[] = [];
  const toolchain = await nodeToolchain(bench);
  for (const path of paths) {
    if (!loadable(path) || !(await bench.exists(path))) continue;
    const result = await sandbox.run({
      argv: ['node', '--input-type=module', '-e', `await import(${JSON.stringify(`./${path}`)}); process.exit(0);`],
      workspace: bench.root, mountAt: bench.mountAt, mounts: [...bench.mounts, ...toolchain.mounts], env: toolchain.env, network: 'none', limits: { wallMs: LOAD_MS }, ...(signal && { signal }),
    });
    const fault = result.status === 'exited' && result.exitCode !== 0 ? faultIn(result.stderr) : undefined;
    if (fault) problems.push({ path, line: 1, ...fault });
  }
  return problems;
}

function loadable(path: RelativePath): boolean {
  if (isTestPath(path) || TOOLING.test(path) || posix.basename(path).startsWith('.')) return false;
  if (/\.[cm]?js$/.test(path)) return true;
  const strips = (process.features as { typescript?: string | false }).typescript;
  return strips !== undefined && strips !== false && /\.[cm]?ts$/.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

/** The error's class or code and its message, without the paths of the stack. */
function faultIn(stderr: string): { code: string; message: string } | undefined {
  const line = stderr.split('\n').find((l) => /^(?:\w*Error\b.*|Error \[\w+\].*)/.test(l.trim()))?.trim();
  if (line === undefined || !FAULTS.test(stderr)) return undefined;
  const code = /code: '(\w+)'/.exec(stderr)?.[1] ?? /^(\w+)/.exec(line)?.[1] ?? 'Error';
  return { code, message: line.replace(/^\w+(?: \[\w+\])?: /, '').slice(0, 300) };
}
