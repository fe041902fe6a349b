#!/usr/bin/env node
// Puts in place what the machine lacks: bubblewrap (asked of apt-get where we are root), and pytest with hypothesis in a
// folder of our own. Takes well under a second when all is there. Only bubblewrap is required.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const PYTEST = 'pytest==9.2.0';
const HYPOTHESIS = 'hypothesis==6.170.15';
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const say = (text) => console.log(`setup: ${text}`);
const find = (name, folders = (process.env.PATH ?? '').split(delimiter)) =>
  folders.filter(Boolean).map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const run = (program, args, options = {}) => spawnSync(program, args, { encoding: 'utf8', timeout: 300_000, ...options });
const lastLine = (result) => `${result.stderr ?? ''}${result.error ? `\n${result.error.message}` : ''}`.trim().split('\n').at(-1) ?? '';

/** @returns whether commands can be sandboxed; says what to type where not. */
function sandbox() {
  if (process.platform !== 'linux') {
    say('bubblewrap is for Linux; on this system commands are refused unless --sandbox none is given');
    return true;
  }
  if (find('bwrap', SYSTEM_FOLDERS)) {
    say('bubblewrap is there');
    return true;
  }
  const aptGet = find('apt-get', SYSTEM_FOLDERS);
  if (aptGet && process.geteuid() === 0) {
    say('installing bubblewrap with apt-get');
    const install = () => run(aptGet, ['install', '-y', '--no-install-recommends', 'bubblewrap'], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    let result = install();
    if (result.status !== 0) {
      run(aptGet, ['update']);
      result = install();
    }
    if (find('bwrap', SYSTEM_FOLDERS)) {
      say('bubblewrap is installed');
      return true;
    }
    say(`apt-get failed: ${lastLine(result)}`);
  }
  const commands = [['apt-get', 'apt-get install bubblewrap'], ['dnf', 'dnf install bubblewrap'], ['pacman', 'pacman -S bubblewrap'], ['zypper', 'zypper install bubblewrap'], ['apk', 'apk add bubblewrap util-linux coreutils']];
  const command = (commands.find(([name]) => find(name, SYSTEM_FOLDERS)) ?? commands[0])[1];
  console.error(`setup: bubblewrap is missing, without it no code is run. Type: ${process.geteuid() === 0 ? '' : 'sudo '}${command}`);
  return false;
}

/** Same place and layout as src/languages/python/tools.ts: one folder for each pair of tools and interpreter. */
function pythonTools() {
  const python = find('python3');
  if (!python) return say('no python3 on PATH; Python projects need one');
  const asked = run(python, ['-I', '-c', 'import json, sys; print(json.dumps([sys.version, sys.executable, list(sys.version_info[:2])]))'], { cwd: '/' });
  if (asked.status !== 0) return say(`python3 does not start: ${lastLine(asked)}`);
  const [version, executable, [major, minor]] = JSON.parse(asked.stdout);
  const key = createHash('sha256').update(`${PYTEST} ${HYPOTHESIS}\n${version}`).digest('hex').slice(0, 16);
  const target = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'untilgreen', 'py', key);
  const packages = join('lib', `python${major}.${minor}`, 'site-packages');
  const complete = (folder) => ['pytest', 'hypothesis'].every((name) => existsSync(join(folder, packages, name, '__init__.py')));
  if (complete(target)) return say(`pytest and hypothesis are there (${target})`);
  say(`installing ${PYTEST} and ${HYPOTHESIS} into ${target}`);
  mkdirSync(dirname(target), { recursive: true });
  // Made beside its place and renamed: an install that is killed leaves no half set behind.
  const fresh = mkdtempSync(join(dirname(target), `${key}-new-`));
  chmodSync(fresh, 0o755);
  try {
    const uv = find('uv');
    const options = ['install', '--quiet', '--only-binary', ':all:', '--target', join(fresh, packages)];
    const attempts = [
      ...(uv ? [[uv, ['pip', ...options, '--python', executable, PYTEST, HYPOTHESIS]]] : []),
      [executable, ['-I', '-m', 'pip', ...options, '--no-compile', '--disable-pip-version-check', PYTEST, HYPOTHESIS]],
    ];
    let failure = '';
    for (const [program, args] of attempts) {
      const result = run(program, args, { cwd: '/' });
      if (result.status === 0 && complete(fresh)) {
        rmSync(target, { recursive: true, force: true });
        renameSync(fresh, target);
        return say('pytest and hypothesis are installed');
      }
      failure = lastLine(result);
    }
    const hint = /No module named pip/.test(failure) ? 'type `apt-get install python3-pip` and run setup again' : 'without a network, run setup again when there is one';
    say(`not installed (${failure}); a project's own pytest is used where it has one; ${hint}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const canRun = sandbox();
try {
  pythonTools();
} catch (error) {
  say(`the Python test tools were left out: ${error.message}`);
}
process.exit(canRun ? 0 : 1);
