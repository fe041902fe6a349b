import { execFile } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { delimiter, isAbsolute, sep } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';

// What the agent itself does with files and repositories that untrusted code has had in its hands.

const O_PATH = 0o10000000;

/**
 * Opens a regular file for reading, no component of the path being followed when it is a symbolic link. The caller closes the descriptor.
 *
 * @param root         directory that is trusted, absolute
 * @param relativePath path below it, with `/`
 * @returns a descriptor of a regular file
 * @throws `path_outside` (absolute, `..`, empty), `file_missing`, `path_unsafe` (a link on the way), `not_a_file` (folder, fifo, socket, device)
 */
export function openNoFollow(root: string, relativePath: string): number {
  const parts = relativePath.split('/').filter((part) => part !== '' && part !== '.');
  if (isAbsolute(relativePath) || parts.includes('..') || parts.length === 0 || relativePath.includes('\0')) {
    throw new UntilgreenError('path_outside', `${relativePath} is not a path inside the project.`, { path: relativePath });
  }
  // Each step opens one name below the directory held open, so that nobody can swap a folder for a link in between.
  let directory = openSync(root, constants.O_DIRECTORY | O_PATH);
  try {
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      const flags = last ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_DIRECTORY | O_PATH;
      const next = openStep(`/proc/self/fd/${directory}/${part}`, flags | constants.O_NOFOLLOW, relativePath);
      if (last) {
        if (fstatSync(next).isFile()) return next;
        closeSync(next);
        throw new UntilgreenError('not_a_file', `${relativePath} is not a regular file.`, { path: relativePath });
      }
      closeSync(directory);
      directory = next;
    }
  } finally {
    closeSync(directory);
  }
  throw new UntilgreenError('path_outside', `${relativePath} is not a path inside the project.`, { path: relativePath });
}

function openStep(path: string, flags: number, shown: string): number {
  try {
    return openSync(path, flags);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const data = { path: shown };
    if (code === 'ENOENT') throw new UntilgreenError('file_missing', `${shown} does not exist.`, data, undefined, { cause: thrown });
    if (code === 'ELOOP' || code === 'ENOTDIR') throw new UntilgreenError('path_unsafe', `${shown} leads through a symbolic link or a file.`, data, undefined, { cause: thrown });
    if (code === 'ENXIO') throw new UntilgreenError('not_a_file', `${shown} is a socket or a device.`, data, undefined, { cause: thrown });
    throw thrown;
  }
}

/**
 * The bytes of a regular file, read as `openNoFollow` opens it.
 *
 * @param maxBytes largest size read, default 64 MiB
 * @throws as `openNoFollow`, and `too_large`
 */
export function readNoFollow(root: string, relativePath: string, maxBytes = 64 * 1024 * 1024): Buffer {
  const fd = openNoFollow(root, relativePath);
  try {
    const { size } = fstatSync(fd);
    if (size > maxBytes) throw new UntilgreenError('too_large', `${relativePath} has ${size} bytes, more than ${maxBytes}.`, { path: relativePath, size });
    const bytes = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, bytes, filled, size - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}

const ESCAPES = new RegExp(
  [
    '\\u001b\\[[0-?]*[ -/]*[@-~]?', // CSI: colours, cursor, modes
    '\\u001b[\\]PX^_][^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?', // OSC, DCS, SOS, PM, APC: titles, links, clipboard
    '\\u009b[0-?]*[ -/]*[@-~]?',
    '\\u001b[ -/]*[0-~]?',
    '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]',
  ].join('|'),
  'g',
);

/** Text without terminal escapes and control characters; line feeds and tabs stay, a lone carriage return becomes a line feed. */
export function stripTerminalEscapes(text: string): string {
  return text.replace(ESCAPES, '').replace(/\r+\n/g, '\n').replace(/\r/g, '\n');
}

export interface GitResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Settings by which a repository makes git start a program. */
const STARTS_PROGRAMS = /^(?:filter|diff|merge|credential|gpg|remote|url|submodule|alias|trailer|interactive|pager|difftool|mergetool|sequence|uploadpack|core)\./;
const HARMLESS_CORE = /^core\.(?:bare|worktree|repositoryformatversion|filemode|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|quotepath|sparsecheckout\w*|logallrefupdates|longpaths|abbrev|untrackedcache|splitindex|compression|excludesfile|trustctime|checkstat|preloadindex|commitgraph|multipackindex)$/;

/** Always off, whatever the repository says. */
const OFF: Readonly<Record<string, string>> = {
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.pager': 'cat',
  'core.sshCommand': 'false',
  'core.askPass': 'false',
  'core.editor': 'false',
  'credential.helper': '',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/**
 * Runs git on a repository that is not trusted: no hooks, no file system monitor, no filters, drivers, pagers or helpers that the
 * repository's configuration names, none of the user's or the system's configuration, a clean environment.
 *
 * @param args subcommand and its arguments
 * @param cwd  a directory in the work tree
 * @returns git's exit code (127 where there is no git) and output; never rejects for what git says
 * @example
 * const { stdout } = await safeGit(['ls-files', '-z'], directory);
 */
export async function safeGit(args: readonly string[], cwd: string): Promise<GitResult> {
  const listed = await git(['config', '--list', '--name-only', '-z'], cwd, OFF);
  const settings: Record<string, string> = { ...OFF };
  for (const name of listed.stdout.split('\0')) {
    if (!STARTS_PROGRAMS.test(name) || HARMLESS_CORE.test(name) || name in settings || /^(?:remote|url|submodule)\..*\.(?:url|fetch|path|active|branch)$/.test(name)) continue;
    if (Object.keys(OFF).some((off) => off.toLowerCase() === name)) continue;
    settings[name] = name.endsWith('.required') ? 'false' : '';
  }
  return git(args, cwd, settings);
}

/** Where git is looked for: not where npm puts programs of a project, nor in a folder relative to it. */
function hostPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder) && !folder.split(sep).includes('node_modules'));
  return folders.join(delimiter) || '/usr/bin:/bin';
}

function git(args: readonly string[], cwd: string, settings: Readonly<Record<string, string>>): Promise<GitResult> {
  const entries = Object.entries(settings);
  const env: Record<string, string> = {
    PATH: hostPath(),
    HOME: '/nonexistent',
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: String(entries.length),
  };
  entries.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return new Promise((resolve) => {
    execFile('git', [...args], { cwd, env, maxBuffer: 256 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 127) : 0;
      resolve({ code, stdout, stderr: error && !stderr ? error.message : stderr });
    });
  });
}
