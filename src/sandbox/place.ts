import { lstatSync, realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, normalize, posix } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import type { Mount, SandboxCommand } from './types.ts';

/** Where the sandbox has a tree of its own: a workspace from there appears at /workspace. */
const SYSTEM = ['/usr', '/etc', '/proc', '/dev', '/sys', '/bin', '/sbin', '/lib', '/lib64', '/boot', '/run'];

/** Is `path` the directory or inside it. */
export function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** The default `mountAt` of a host directory: its own absolute path, or /workspace where the sandbox has its own tree. */
export function defaultMountAt(workspace: string): string {
  return SYSTEM.some((directory) => isWithin(directory, workspace)) ? '/workspace' : workspace;
}

/** The paths of one command, checked. */
export interface Place {
  /** Real host path of the workspace. */
  root: string;
  mountAt: string;
  /** Absolute working directory inside. */
  cwd: string;
  mounts: Mount[];
}

const bad = (argument: string, what: string, data: Record<string, unknown> = {}, next?: string): UntilgreenError =>
  new UntilgreenError('bad_arguments', what, { argument, ...data }, next);

/**
 * Resolves workspace, mounts and working directory, before anything runs.
 *
 * @throws `directory_missing`, `not_a_directory`, `directory_refused` (a root, home or system directory, one with the temporary directory in it), `bad_arguments`,
 * `path_unsafe` (a mount point that is a symbolic link in the workspace)
 */
export function resolvePlace(command: SandboxCommand): Place {
  if (command.argv.length === 0) throw bad('argv', 'Expected the `argv` of a command to hold at least the program.');
  for (const word of [...command.argv, command.cwd ?? '', ...Object.entries(command.env ?? {}).flat()]) {
    if (word.includes('\0')) throw bad('argv', 'A command line, directory or variable cannot hold a NUL byte.');
  }
  for (const name of Object.keys(command.env ?? {})) {
    if (name === '' || name.includes('=')) throw bad('env', `'${name}' cannot be the name of an environment variable.`);
  }
  const root = realWorkspace(command.workspace);
  const mountAt = normalTarget('mountAt', command.mountAt ?? defaultMountAt(root));
  if (mountAt === '/' || SYSTEM.some((directory) => isWithin(directory, mountAt))) throw bad('mountAt', `The workspace cannot appear at ${mountAt} inside the sandbox.`);
  const relative = command.cwd ?? '';
  const cwd = posix.normalize(posix.join(mountAt, relative));
  if (isAbsolute(relative) || !isWithin(mountAt, cwd)) throw bad('cwd', `Expected \`cwd\` to be a directory inside the workspace, got ${relative}.`);
  const mounts: Mount[] = [];
  for (const mount of command.mounts ?? []) {
    const target = normalTarget('mounts', mount.target);
    if (!isAbsolute(mount.source)) throw bad('mounts', `Expected the source of a mount to be absolute, got ${mount.source}.`);
    if (target === '/' || target === mountAt || isWithin('/proc', target) || isWithin('/dev', target)) throw bad('mounts', `Nothing can be mounted at ${target} inside the sandbox.`);
    if (!statSync(mount.source, { throwIfNoEntry: false })) {
      if (mount.optional) continue;
      throw bad('mounts', `The mount ${mount.source} does not exist.`, { path: mount.source });
    }
    if (isWithin(mountAt, target)) refuseLinks(root, target.slice(mountAt.length + 1));
    // What /usr shows already needs no second mount, and has no room for one.
    if (isWithin('/usr', target) && realpathSync(mount.source) === target && !mount.writable) continue;
    mounts.push({ ...mount, source: realpathSync(mount.source), target });
  }
  const writable = [root, ...mounts.filter((mount) => mount.writable).map(({ source }) => source)];
  refuseTemporary(writable);
  if (command.outputDirectory !== undefined) refuseOutput(command.outputDirectory, writable);
  return { root, mountAt, cwd, mounts };
}

/** What stands in the temporary directory under our names is trusted by a later start: a command must not be able to put it there. */
function refuseTemporary(writable: readonly string[]): void {
  const temporary = statSync(tmpdir(), { throwIfNoEntry: false }) ? realpathSync(tmpdir()) : tmpdir();
  const around = writable.find((path) => isWithin(path, temporary));
  if (around === undefined) return;
  throw new UntilgreenError('directory_refused', `${around} is not made writable for a command: the temporary directory ${temporary} lies in it.`, { path: around }, 'Set TMPDIR to a directory outside of it, or unset it.');
}

/** Files of ours in a directory that the command writes could be links by the time they are made. */
function refuseOutput(directory: string, writable: readonly string[]): void {
  if (!isAbsolute(directory) || directory.includes('\0')) throw bad('outputDirectory', `Expected \`outputDirectory\` to be an absolute path, got ${directory}.`);
  let there = normalize(directory);
  while (!statSync(there, { throwIfNoEntry: false })) there = dirname(there);
  const inside = writable.find((path) => isWithin(path, realpathSync(there)));
  if (inside !== undefined) throw bad('outputDirectory', `The output cannot be kept in ${directory}, which the command may write.`, { path: directory }, `Name a directory outside of ${inside}.`);
}

function realWorkspace(workspace: string): string {
  if (!isAbsolute(workspace) || workspace.includes('\0')) throw bad('workspace', `Expected \`workspace\` to be an absolute path, got ${workspace}.`);
  const found = statSync(workspace, { throwIfNoEntry: false });
  if (!found) throw new UntilgreenError('directory_missing', `The directory ${workspace} does not exist.`, { path: workspace });
  if (!found.isDirectory()) throw new UntilgreenError('not_a_directory', `${workspace} is not a directory.`, { path: workspace });
  const root = realpathSync(workspace);
  const home = statSync(homedir(), { throwIfNoEntry: false }) ? realpathSync(homedir()) : homedir();
  if (isWithin(root, home) || SYSTEM.includes(root) || root === '/tmp' || root === '/var') {
    throw new UntilgreenError('directory_refused', `${root} is not made writable for a command: it holds more than a project.`, { path: root }, 'Name the project directory itself.');
  }
  return root;
}

function normalTarget(argument: string, target: string): string {
  if (!isAbsolute(target) || target.includes('\0')) throw bad(argument, `Expected an absolute path inside the sandbox, got ${target}.`);
  const clean = normalize(target);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** A mount follows links on its way: one that an earlier command left in the workspace would move the mount elsewhere. */
function refuseLinks(root: string, relative: string): void {
  let path = root;
  for (const part of relative.split('/')) {
    path = join(path, part);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new UntilgreenError('path_unsafe', `${path} is a symbolic link where the sandbox mounts a folder.`, { path }, 'Remove the link.');
    }
  }
}
