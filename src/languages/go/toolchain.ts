import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { UntilgreenError } from '../../core/errors.ts';
import { toolPaths } from '../../sandbox/index.ts';
import type { ToolPaths } from '../../sandbox/index.ts';

const run = promisify(execFile);
/** What the Go programs of ours are written in; an older Go is told apart by it. */
const OLDEST = [1, 23] as const;

/** Go as this machine has it: where it is, and a text that changes with it. */
export interface Toolchain {
  program: string;
  tools: ToolPaths;
  /** The version of the language: `1.26`. */
  language: string;
  /** For keys of what was made with it. */
  identity: string;
}

/**
 * The Go of the user's PATH.
 *
 * @throws `file_missing` where there is none
 */
export async function toolchain(): Promise<Toolchain> {
  const tools = await toolPaths(['go']);
  const program = tools.programs['go'];
  if (program === undefined) {
    throw new UntilgreenError('file_missing', 'Go is not on the PATH.', { program: 'go' }, 'Install Go: https://go.dev/dl/, or `apt-get install golang-go`.');
  }
  known ??= version(program);
  const [major, minor] = await known;
  if (major === OLDEST[0] && minor < OLDEST[1]) {
    throw new UntilgreenError('file_missing', `Go ${major}.${minor} is too old: Go ${OLDEST.join('.')} or newer is wanted.`, { program }, 'Install a newer one: https://go.dev/dl/.');
  }
  return { program, tools, language: `${major}.${minor}`, identity: JSON.stringify([program, statSync(program).mtimeMs, process.platform, process.arch]) };
}

let known: Promise<readonly [number, number]> | undefined;

async function version(program: string): Promise<readonly [number, number]> {
  const { stdout } = await run(program, ['env', 'GOVERSION'], { cwd: '/', env: { PATH: process.env['PATH'] ?? '', GOTOOLCHAIN: 'local', GOENV: 'off' } });
  const match = /go(\d+)\.(\d+)/.exec(stdout);
  return match ? [Number(match[1]), Number(match[2])] : OLDEST;
}
