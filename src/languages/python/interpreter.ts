import { execFile } from 'node:child_process';
import { access, readFile, readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Mount } from '../../sandbox/types.ts';
import type { Workbench } from '../../workspace/types.ts';

const run = promisify(execFile);
/** Milliseconds an interpreter has to say who it is; a cold start takes a tenth of a second. */
const PROBE_MS = 20_000;

/** An interpreter installed on the machine, outside the project. */
export interface BasePython {
  executable: string;
  /** Where its library lives. */
  prefix: string;
  /** When it is the Python of an environment (an activated one, or conda's): its own path and folder. */
  environment?: { python: string; prefix: string };
  /** The text of `sys.version`. */
  version: string;
  release: [number, number, number];
  /** Packages it finds by itself. */
  has: { pytest: boolean; hypothesis: boolean };
}

/** How a project's Python is run in the sandbox. */
export interface Interpreter {
  /** Path inside the sandbox. */
  python: string;
  base: BasePython;
  /** Relative folder of the project's environment; undefined when the machine's Python serves. */
  environment?: string;
  hasPytest: boolean;
  mounts: Mount[];
  /** Folders for PATH, inside the sandbox. */
  bin: string[];
}

export interface Missing {
  problem: string;
  next: string;
}

/** Asked in isolated mode: neither the user's site packages nor PYTHON* variables have a say. */
const PROBE = `
import sys, json, importlib.util as u
print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, sys.version, list(sys.version_info[:3]), u.find_spec("pytest") is not None, u.find_spec("hypothesis") is not None]))
`;

const probes = new Map<string, Promise<BasePython | undefined>>();

/** Asks an interpreter of the machine who it is. Undefined where it does not start or is no Python 3. */
export function probe(executable: string): Promise<BasePython | undefined> {
  let answer = probes.get(executable);
  if (!answer) {
    answer = ask(executable);
    probes.set(executable, answer);
  }
  return answer;
}

async function ask(executable: string): Promise<BasePython | undefined> {
  const inherited = Object.fromEntries(['PATH', 'HOME', 'PYENV_ROOT', 'PYENV_VERSION', 'SYSTEMROOT'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  try {
    const { stdout } = await run(executable, ['-I', '-B', '-c', PROBE], { cwd: sep, timeout: PROBE_MS, env: inherited });
    const [path, own, prefix, version, release, pytest, hypothesis] = JSON.parse(stdout) as [string, string, string, string, [number, number, number], boolean, boolean];
    if (release[0] < 3) return undefined;
    const active = own === prefix ? {} : { environment: { python: path, prefix: own } };
    return { executable: await realpath(path), prefix, ...active, version, release, has: { pytest, hypothesis } };
  } catch {
    return undefined; // not there, not a Python, or a shim without a version behind it
  }
}

/** Folders of PATH that are absolute and not inside the given directories: nothing of a project is ever taken for a tool. */
export function trustedPath(...outside: string[]): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder) && !outside.some((root) => isInside(root, folder)));
}

export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

/** The first of the named commands on the trusted PATH that is a working Python 3. */
export async function pythonOnPath(names: readonly string[], ...outside: string[]): Promise<BasePython | undefined> {
  for (const name of names) {
    for (const folder of trustedPath(...outside)) {
      for (const path of await behind(folder, name)) {
        if (!(await exists(path))) continue;
        const found = await probe(path);
        if (found) return found;
      }
    }
  }
  return undefined;
}

/**
 * The programs that a command in a folder may mean. A pyenv shim of `python3.13` runs dozens of shell scripts, only to fail unless
 * that version is the chosen one; the versions lie beside the shims and answer at once.
 */
async function behind(folder: string, name: string): Promise<string[]> {
  const release = /^python(3\.\d+)$/.exec(name)?.[1];
  const versions = join(dirname(folder), 'versions');
  if (!release || basename(folder) !== 'shims' || !(await exists(versions))) return [join(folder, name)];
  return (await installed(versions, release)).map((version) => join(versions, version, 'bin', name));
}

/** The versions that pyenv has of a release, the newest first. */
async function installed(versions: string, release: string): Promise<string[]> {
  const found = (await readdir(versions).catch(() => [] as string[])).filter((v) => v === release || v.startsWith(`${release}.`));
  return found.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/**
 * The interpreter of a project: `.venv`, `venv` or `env` in its directory (or in `folder` of it), the version that
 * `.python-version` names under pyenv, else `python3` on PATH (an activated environment's too). Nothing inside the project is executed to find out.
 */
export async function interpreterOf(bench: Workbench, folder = ''): Promise<Interpreter | Missing> {
  for (const name of [...(folder ? ['.venv', 'venv', 'env'].map((n) => join(folder, n)) : []), '.venv', 'venv', 'env']) {
    const found = await environmentAt(bench, name);
    if (found) return found;
  }
  const base = (await pyenvVersion(bench)) ?? (await pythonOnPath(['python3', 'python'], bench.source, bench.root));
  if (!base) return { problem: 'There is no Python 3 on this machine.', next: 'Install Python 3.10 or newer (Debian: `apt install python3`) or put it on PATH.' };
  const active = base.environment;
  return {
    python: active?.python ?? base.executable,
    base,
    hasPytest: base.has.pytest,
    mounts: [...(active && !holdsHome(active.prefix) ? [{ source: active.prefix, target: active.prefix }] : []), ...prefixMounts(base)],
    bin: [...(active ? [join(active.prefix, 'bin')] : []), dirname(base.executable)],
  };
}

async function environmentAt(bench: Workbench, name: string): Promise<Interpreter | undefined> {
  const host = join(bench.source, name);
  const settings = await readFile(join(host, 'pyvenv.cfg'), 'utf8').catch(() => undefined);
  if (settings === undefined) return undefined;
  const base = await baseOf(host, settings, bench);
  if (!base) return undefined;
  const target = `${bench.mountAt}/${name}`;
  const shown = bench.mounts.some((mount) => mount.target === target) || (await exists(join(bench.root, name, 'pyvenv.cfg')));
  const system = /^\s*include-system-site-packages\s*=\s*true/im.test(settings);
  return {
    python: `${target}/bin/python`,
    base,
    environment: name,
    hasPytest: (await hasPackage(host, 'pytest')) || (system && base.has.pytest),
    mounts: [...(shown ? [] : [{ source: host, target }]), ...prefixMounts(base)],
    bin: [`${target}/bin`, dirname(base.executable)],
  };
}

/** The machine's interpreter behind an environment: where its `python` leads, or the `home` it was made from. */
async function baseOf(host: string, settings: string, bench: Workbench): Promise<BasePython | undefined> {
  const home = /^\s*home\s*=\s*(.+?)\s*$/m.exec(settings)?.[1];
  const candidates = [await realpath(join(host, 'bin', 'python')).catch(() => undefined), home && join(home, 'python3'), home && join(home, 'python')];
  for (const candidate of candidates) {
    if (!candidate || !isAbsolute(candidate) || !/^python[\d.]*$/.test(basename(candidate))) continue;
    const real = await realpath(candidate).catch(() => undefined);
    if (!real || isInside(bench.source, real) || isInside(bench.root, real)) continue;
    const found = await probe(real);
    if (found) return found;
  }
  return undefined;
}

async function hasPackage(environment: string, name: string): Promise<boolean> {
  const libraries = await readdir(join(environment, 'lib')).catch(() => [] as string[]);
  for (const library of libraries) {
    if (await exists(join(environment, 'lib', library, 'site-packages', name, '__init__.py'))) return true;
  }
  return false;
}

async function pyenvVersion(bench: Workbench): Promise<BasePython | undefined> {
  const wanted = (await readFile(join(bench.root, '.python-version'), 'utf8').catch(() => '')).split('\n')[0]?.trim() ?? '';
  if (!/^\d+(\.\d+)*$/.test(wanted)) return undefined;
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  for (const version of await installed(versions, wanted)) {
    const found = await probe(join(versions, version, 'bin', 'python3'));
    if (found) return found;
  }
  return undefined;
}

/** The folders of an interpreter that the sandbox does not show by itself. */
export function prefixMounts(base: BasePython): Mount[] {
  const folders = [base.prefix, dirname(dirname(base.executable))].map((path) => (holdsHome(path) ? base.executable : path));
  return [...new Set(folders)].filter((path) => path !== '/' && !isInside('/usr', path)).map((path) => ({ source: path, target: path }));
}

/** A prefix such as `~/.local` holds more of the user than an interpreter; only the program itself is shown then. */
function holdsHome(path: string): boolean {
  return isInside(path, homedir()) || path === join(homedir(), '.local');
}
