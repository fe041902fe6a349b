import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../core/hash.ts';
import { exists, trustedPath, type BasePython, type Missing } from './interpreter.ts';

const run = promisify(execFile);
/** pip without a cache took 33 s for a larger set; a slow line gets ten times that. */
const INSTALL_MS = 330_000;

/** The test tools that are put beside a project's own packages where it has none, pinned. */
export const TEST_TOOLS = ['pytest==9.2.0', 'hypothesis==6.170.15'] as const;

/** The last ones that Python 3.8 and 3.9 can run. */
const OLDER_TOOLS = ['pytest==8.3.5', 'hypothesis==6.113.0'] as const;
const toolsFor = (base: BasePython): readonly string[] => (base.release[1] >= 10 ? TEST_TOOLS : OLDER_TOOLS);

/** Where the test tools for this interpreter live: `<cache>/untilgreen/py/<key>`, the key made of the pins and `sys.version`. */
export function toolFolder(version: string, tools: readonly string[] = TEST_TOOLS): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'untilgreen', 'py', sha256(`${tools.join(' ')}\n${version}`).slice(0, 16));
}

const sitePackages = (folder: string, base: BasePython) => join(folder, 'lib', `python${base.release[0]}.${base.release[1]}`, 'site-packages');

const pending = new Map<string, Promise<{ sitePackages: string } | Missing>>();

/** The folder with pytest and hypothesis for this interpreter; installed with uv or pip on first use, never inside a project. */
export function testTools(base: BasePython): Promise<{ sitePackages: string } | Missing> {
  const folder = toolFolder(base.version, toolsFor(base));
  let tools = pending.get(folder);
  if (!tools) {
    tools = find(folder, base).then((found) => {
      if ('problem' in found) pending.delete(folder); // the next call may find the network back
      return found;
    });
    pending.set(folder, tools);
  }
  return tools;
}

async function find(folder: string, base: BasePython): Promise<{ sitePackages: string } | Missing> {
  const packages = sitePackages(folder, base);
  if (await complete(packages)) return { sitePackages: packages };
  const wanted = toolsFor(base);
  const failure = await install(folder, base, wanted);
  if (failure === undefined || (await complete(packages))) return { sitePackages: packages };
  return {
    problem: `The project's Python ${base.release.join('.')} has no pytest, and installing ${wanted.join(' ')} failed: ${failure}`,
    next: `Install them yourself: \`${base.executable} -m pip install ${wanted.join(' ')}\`.`,
  };
}

async function complete(packages: string): Promise<boolean> {
  return (await exists(join(packages, 'pytest', '__init__.py'))) && (await exists(join(packages, 'hypothesis', '__init__.py')));
}

/** Installs into a folder beside the final one and renames it, so that a killed or a second install leaves no half set. */
async function install(folder: string, base: BasePython, wanted: readonly string[]): Promise<string | undefined> {
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const temporary = await mkdtemp(join(parent, `${basename(folder)}-new-`));
  await chmod(temporary, 0o755); // the sandbox may run as another user
  const target = sitePackages(temporary, base);
  const attempts: [string, string[]][] = [];
  for (const path of trustedPath()) {
    if (await exists(join(path, 'uv'))) attempts.push([join(path, 'uv'), ['pip', 'install', '--quiet', '--only-binary', ':all:', '--python', base.executable, '--target', target, ...wanted]]);
  }
  attempts.push([base.executable, ['-I', '-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--no-compile', '--target', target, ...wanted]]);
  let failure = 'there is neither uv nor pip';
  try {
    for (const [command, args] of attempts) {
      try {
        await run(command, args, { cwd: '/', timeout: INSTALL_MS });
        if (await complete(sitePackages(folder, base))) return undefined; // another process was quicker
        await rm(folder, { recursive: true, force: true });
        await rename(temporary, folder);
        return undefined;
      } catch (error) {
        failure = lastLine((error as { stderr?: string }).stderr) ?? (error as Error).message;
      }
    }
    return failure;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function lastLine(text: string | undefined): string | undefined {
  return text?.trim().split('\n').pop() || undefined;
}
