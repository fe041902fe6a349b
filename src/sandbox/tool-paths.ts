import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { isWithin } from './place.ts';
import type { Mount } from './types.ts';
import { BASE_ENV } from './view.ts';

const run = promisify(execFile);

export interface ToolPaths {
  /** What the tools need besides /usr, read-only, at the same paths as on the host. */
  mounts: Mount[];
  /** A PATH for inside: the tools' folders, then the system's. */
  path: string;
  /** Name to absolute path of the program that really runs (no shim). */
  programs: Record<string, string>;
  /** Names that are not on the host's PATH. */
  missing: string[];
}

interface Found {
  program: string;
  mounts: string[];
}
const cache = new Map<string, Promise<Found | undefined>>();

/**
 * Finds tools on the host's PATH and says what a sandbox must show for them to run. Shims (pyenv, asdf) are asked for the
 * interpreter behind them, from an empty place and without the user's site. `node` is the one that runs this process.
 *
 * @param names program names (`python3`, `node`, `go`) or absolute paths of programs (an interpreter of a virtual environment)
 * @example
 * const tools = await toolPaths(['python3', 'node']);
 * await sandbox.run({ argv: ['python3', '-V'], workspace, mounts: tools.mounts, env: { PATH: tools.path } });
 */
export async function toolPaths(names: readonly string[]): Promise<ToolPaths> {
  const tools: ToolPaths = { mounts: [], path: '', programs: {}, missing: [] };
  const folders: string[] = [];
  for (const name of names) {
    const key = `${name}\0${process.env.PATH ?? ''}`;
    let pending = cache.get(key);
    if (!pending) cache.set(key, (pending = find(name)));
    const found = await pending;
    if (!found) {
      tools.missing.push(name);
      continue;
    }
    tools.programs[name] = found.program;
    folders.push(dirname(found.program));
    for (const source of found.mounts) {
      if (!isWithin('/usr', source) && !tools.mounts.some((mount) => mount.source === source)) tools.mounts.push({ source, target: source });
    }
  }
  // A folder inside another one that is shown anyway needs no mount of its own.
  tools.mounts = tools.mounts.filter(({ target }) => !tools.mounts.some((other) => other.target !== target && isWithin(other.target, target)));
  tools.path = [...new Set([...folders, ...(BASE_ENV.PATH ?? '').split(delimiter)])].join(delimiter);
  return tools;
}

async function find(name: string): Promise<Found | undefined> {
  const kind = basename(name).replace(/[\d.]+$/, '');
  const found = name === 'node' ? process.execPath : onPath(name);
  if (!found) return undefined;
  if (kind === 'python' || kind === 'pypy') return python(found);
  const program = realpathSync(found);
  if (kind === 'node' || kind === 'npm' || kind === 'npx') return { program: found, mounts: nodeMounts(found) };
  if (kind === 'go') {
    const root = (await ask(program, ['env', 'GOROOT'], { GOTOOLCHAIN: 'local' }))?.trim();
    return { program, mounts: root && existsSync(root) ? [realpathSync(root), root] : [program] };
  }
  // One program only: the folder above it may be a home.
  return { program: found, mounts: [...new Set([program, found])] };
}

function onPath(name: string): string | undefined {
  const candidates = isAbsolute(name) ? [name] : (process.env.PATH ?? '').split(delimiter).filter(isAbsolute).map((directory) => join(directory, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/** The interpreter behind a shim or a virtual environment, with the installation and the environment it belongs to. */
async function python(found: string): Promise<Found | undefined> {
  const code = 'import json, os, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, os.path.realpath(sys.executable)]))';
  const text = await ask(found, ['-I', '-c', code]);
  if (!text) return undefined;
  const [program = '', prefix = '', basePrefix = '', real = ''] = JSON.parse(text) as string[];
  const whole = [prefix, basePrefix].flatMap((path) => [path, existsSync(path) ? realpathSync(path) : path]);
  const mounts = [...new Set([...whole, real])].filter((path) => path !== '' && path !== '/usr' && !holdsHome(path));
  return { program, mounts };
}

function nodeMounts(program: string): string[] {
  const real = realpathSync(program);
  const prefix = dirname(dirname(real));
  const modules = join(prefix, 'lib', 'node_modules');
  // npm and npx beside node are links into lib/node_modules; the folder is node's own only when npm lives there.
  const withNpm = existsSync(join(modules, 'npm')) && !holdsHome(dirname(real)) ? [dirname(real), modules] : [];
  return [...new Set([program, real, ...withNpm])];
}

function holdsHome(path: string): boolean {
  return isWithin(path, homedir()) || path === join(homedir(), '.local');
}

/** Asks a tool about itself, away from any project: no user site, no project files, no inherited settings but where it lives. */
async function ask(program: string, args: string[], env: Record<string, string> = {}): Promise<string | undefined> {
  const keep = ['PATH', 'HOME', 'PYENV_ROOT', 'ASDF_DIR', 'ASDF_DATA_DIR', 'MISE_DATA_DIR', 'GOROOT'];
  const kept = Object.fromEntries(keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  try {
    return (await run(program, args, { cwd: '/', env: { ...kept, ...env }, timeout: 20_000 })).stdout;
  } catch {
    return undefined; // a broken tool counts as a missing one
  }
}
