import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../config/paths.ts';
import { UntilgreenError } from '../../core/errors.ts';

const run = promisify(execFile);

/** The version of node-llama-cpp that everything here was measured with. */
export const LLAMA_VERSION = '3.22.1';
/** Milliseconds for the installation; it took 11 s on a fast line (85 MB). */
const INSTALL_MS = 600_000;

/** The package with the library for the processor alone: without one of these npm would fetch CUDA and Vulkan too (725 MB). */
const PLATFORM_PACKAGES: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'linux-riscv64': 'linux-riscv64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

export interface Machine {
  platform: string;
  arch: string;
  /** The C library is musl (Alpine), for which there is no package. */
  musl: boolean;
}

export interface InstallOptions {
  /** Where it goes; default `cacheDir()`. */
  cache?: string;
  /** The npm to call; default the first on PATH. */
  npm?: string;
  machine?: Machine;
  /** Told in a sentence what is being done, once an installation starts. */
  onProgress?: (text: string) => void;
}

/** This machine, as the packages tell machines apart. */
export function thisMachine(): Machine {
  const { platform, arch } = process;
  const header = (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header;
  return { platform, arch, musl: platform === 'linux' && header?.glibcVersionRuntime === undefined };
}

/** Where the library lives for a machine: `<cache>/node-llama-cpp-<version>-<platform>-<arch>`. */
export function llamaFolder(cache: string = cacheDir(), machine: Pick<Machine, 'platform' | 'arch'> = process): string {
  return join(cache, `node-llama-cpp-${LLAMA_VERSION}-${machine.platform}-${machine.arch}`);
}

/** The two packages with their exact versions, or why there is none for this machine. Errors: `no_model`. */
export function llamaPackages(machine: Machine): [string, string] {
  const name = machine.musl ? undefined : PLATFORM_PACKAGES[`${machine.platform}-${machine.arch}`];
  if (!name) {
    const what = `${machine.platform} ${machine.arch}${machine.musl ? ' with musl' : ''}`;
    throw new UntilgreenError('no_model', `GGUF files cannot be run in this process on ${what}: node-llama-cpp has no prebuilt library for it.`, { ...machine }, 'Start a server instead (`llama-server -m MODEL.gguf`) and give its address with --base-url.');
  }
  return [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${name}@${LLAMA_VERSION}`];
}

/** The library's entry file when it is installed. */
export async function installedLlama(cache?: string): Promise<string | undefined> {
  const folder = llamaFolder(cache);
  return (await complete(folder, thisMachine())) ? entry(folder) : undefined;
}

const pending = new Map<string, Promise<string>>();

/**
 * The entry file of node-llama-cpp, installed with the user's npm on first use (85 MB, the processor's library only; nothing of
 * the packages is run or built). Never a dependency: who has a server needs none of it.
 *
 * @returns absolute path of the module to import
 * Errors: `no_model` when npm or the network is absent, or the machine is not served; the text says what to type.
 *
 * @example
 * const entry = await installLlama({ onProgress: (text) => console.error(text) });
 */
export function installLlama(options: InstallOptions = {}): Promise<string> {
  const machine = options.machine ?? thisMachine();
  const folder = llamaFolder(options.cache, machine);
  let install = pending.get(folder);
  if (!install) {
    install = installInto(folder, machine, options).finally(() => pending.delete(folder));
    pending.set(folder, install);
  }
  return install;
}

async function installInto(folder: string, machine: Machine, options: InstallOptions): Promise<string> {
  if (await complete(folder, machine)) return entry(folder);
  const packages = llamaPackages(machine);
  const args = ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error', ...packages];
  await mkdir(dirname(folder), { recursive: true });
  options.onProgress?.(`installing node-llama-cpp ${LLAMA_VERSION} for GGUF models (85 MB, once)`);
  // Made beside its place and renamed: an installation that is killed leaves no half set behind.
  const fresh = await mkdtemp(join(dirname(folder), `${basename(folder)}-new-`));
  try {
    // npm works in the nearest folder with a package.json, which must be this one; an .npmrc of the project has no say here.
    await writeFile(join(fresh, 'package.json'), '{ "private": true }\n');
    await run(options.npm ?? 'npm', args, { cwd: fresh, timeout: INSTALL_MS });
    if (!(await complete(fresh, machine))) throw new Error('npm ended well but left packages out');
    await put(fresh, folder, machine);
    options.onProgress?.('node-llama-cpp is installed');
    return entry(folder);
  } catch (error) {
    throw failed(error, folder, packages);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Two processes may install at once: the first one's folder stays. */
async function put(fresh: string, folder: string, machine: Machine): Promise<void> {
  if (await complete(folder, machine)) return;
  await rm(folder, { recursive: true, force: true });
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (!(await complete(folder, machine))) throw error;
  }
}

async function complete(folder: string, machine: Machine): Promise<boolean> {
  const platform = llamaPackages(machine)[1].replace(/@[^@]+$/, '');
  const files = [entry(folder), join(folder, 'node_modules', platform, 'package.json'), join(folder, 'node_modules', '@huggingface', 'jinja', 'package.json')];
  return (await Promise.all(files.map((file) => stat(file).then((s) => s.isFile(), () => false)))).every(Boolean);
}

const entry = (folder: string): string => join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');

function failed(error: unknown, folder: string, packages: readonly string[]): UntilgreenError {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message?: string };
  const said = stderr?.trim().split('\n').find((line) => /npm (error|ERR!)/.test(line) && !/code /.test(line)) ?? message?.split('\n')[0] ?? String(error);
  const why = code === 'ENOENT' ? 'there is no npm on PATH' : said.replace(/^npm (error|ERR!)\s*/, '');
  return new UntilgreenError(
    'no_model',
    `GGUF files are run with node-llama-cpp ${LLAMA_VERSION}, which is not installed and could not be: ${why}.`,
    { folder, reason: why },
    `With npm and a network, type: npm install --prefix ${folder} --omit=optional --ignore-scripts ${packages.join(' ')}`,
    { cause: error },
  );
}
