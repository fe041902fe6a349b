import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import { interpreterOf } from '../languages/python/interpreter.ts';
import { networkAccess } from '../sandbox/network-access.ts';
import { installCache } from './install-cache.ts';
import { surroundings } from './shell.ts';
import type { ToolContext } from './types.ts';

/** The installer runs as the owner of its folder, as every command runs as the owner of the copy. */
async function giveTo(path: string, owner: { uid: number; gid: number }): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

/** A file that the installer may change. */
export async function putFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, text);
  await giveTo(path, await stat(folder));
}

/** A new, empty folder `<packages>/<kind>-<n>`. What is installed is never changed: an earlier checkpoint shows an earlier folder. */
export async function newPackagesFolder(kind: 'python' | 'node' | 'go', context: ToolContext): Promise<string> {
  const { packages, root } = context.bench;
  const owner = await stat(root);
  await mkdir(packages, { recursive: true, mode: 0o700 });
  await giveTo(packages, owner);
  const taken = (await readdir(packages)).map((name) => Number(/-(\d+)$/.exec(name)?.[1] ?? 0));
  const folder = join(packages, `${kind}-${Math.max(0, ...taken) + 1}`);
  await mkdir(folder, { mode: 0o700 });
  await giveTo(folder, owner);
  return folder;
}

/** Longest time of one install, in milliseconds: a cold cache and a slow line. */
const INSTALL_MS = 300_000;

async function attempt(argv: string[], folder: string, context: ToolContext, own: Record<string, string>) {
  const { mounts, env } = await surroundings(context);
  const access = networkAccess();
  const cache = await installCache(await stat(folder));
  const { mountAt } = context.bench;
  const host = [...mounts.filter((m) => m.target !== mountAt && !m.target.startsWith(`${mountAt}/`)), ...access.mounts, cache.mount];
  return context.sandbox.run({
    argv, workspace: folder, network: 'install', mounts: host.filter((m, i) => host.findIndex((other) => other.target === m.target) === i),
    env: { ...env, npm_config_offline: 'false', ...own, ...access.env, ...cache.env }, limits: { wallMs: Math.max(INSTALL_MS, context.settings.commandTimeoutMs) }, ...(context.signal ? { signal: context.signal } : {}),
  });
}

/**
 * Runs an installer in a folder that holds the manifests alone: with network, but without the project's files, its environment
 * or its configuration, so that no code of the project runs. The first command whose program is there is used.
 * @param own variables of the installer; proxies and indexes of the machine win
 * @throws `step_failed` with the end of what the installer printed, `sandbox_error`, `cancelled`
 */
export async function install(folder: string, commands: readonly string[][], context: ToolContext, own: Record<string, string> = {}): Promise<void> {
  let said = 'there is no installer';
  for (const argv of commands) {
    const result = await attempt(argv, folder, context, own);
    context.signal?.throwIfAborted();
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start the installer.');
    if (result.status === 'exited' && result.exitCode === 0) return;
    const output = (result.stderr || result.stdout).trim();
    said = `${argv.slice(0, 4).join(' ')}: ${result.status}, exit ${result.exitCode}: ${output.slice(-1_500)}`;
    const absent = result.exitCode === 127 || /No module named pip\b/.test(output);
    if (!absent) break;
  }
  throw new UntilgreenError('step_failed', `The installer did not succeed. ${said}`, { commands });
}

/** pip of the machine's Python behind the project, by the ways it may be there. Isolated: no variable or folder of the project has a say. */
export async function pipCommands(args: string[], context: ToolContext): Promise<string[][]> {
  const interpreter = await interpreterOf(context.bench);
  const own = 'base' in interpreter ? [interpreter.base.executable] : [];
  return [...own, 'python3'].map((python) => [python, '-I', '-m', 'pip', 'install', '--only-binary', ':all:', '--no-input', '--no-compile', '--disable-pip-version-check', ...args]);
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
