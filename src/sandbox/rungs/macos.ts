import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { superviseFamily } from '../macos-run.ts';
import { macosProfile } from '../macos-profile.ts';
import { linkMounts } from '../mount-links.ts';
import { resolvePlace } from '../place.ts';
import { parsePs, PS_WORDS } from '../process-family.ts';
import type { Limits, SandboxCommand } from '../types.ts';
import { BASE_ENV } from '../view.ts';
import type { RungBackend } from './types.ts';

const SANDBOX_EXEC = '/usr/bin/sandbox-exec';
/** Where Homebrew and the system keep programs. */
const PATH = '/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/**
 * Rung M: macOS Seatbelt through `sandbox-exec`. The kernel holds files and network; processes are bounded per user, memory is looked at
 * by polling, and a process that leaves its family between two looks outlives the command. Generated and tested as text; not yet run on a Mac.
 */
export const macos: RungBackend = {
  rung: 'M',
  guarantees: { rung: 'M', network: 'none', loopback: false, memory: 'soft', processes: 'soft', disk: 'polled', filesystem: 'rules' },
  async prepare() {
    if (process.platform !== 'darwin') return { problem: `sandbox-exec needs macOS, this is ${process.platform}`, next: 'Use one of the rungs for this system.' };
    try {
      accessSync(SANDBOX_EXEC, constants.X_OK);
    } catch {
      return { problem: `${SANDBOX_EXEC} is not there`, next: 'It comes with macOS; run in a container (podman or docker) where it was removed.' };
    }
    return undefined;
  },
  async run(command, limits) {
    const place = resolvePlace(command);
    const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'untilgreen-home-')));
    const unlink = linkMounts(place);
    try {
      mkdirSync(join(temporary, 'home'), { mode: 0o700 });
      const profile = macosProfile({
        workspace: place.root,
        protectGit: existsSync(join(place.root, '.git')),
        temporary,
        readable: place.mounts.filter((mount) => !mount.writable).map(({ source }) => source),
        writable: place.mounts.filter((mount) => mount.writable).map(({ source }) => source),
        // Said aloud only: loopback is the host's, with whatever listens there.
        network: command.network ?? 'none',
      });
      const argv = [
        SANDBOX_EXEC, '-p', profile.text, ...Object.entries(profile.parameters).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        ...limitedWords(command, limits, processesOfUser()),
      ];
      const env = { ...BASE_ENV, PATH, HOME: join(temporary, 'home'), TMPDIR: temporary, ...command.env };
      return await superviseFamily({ rung: 'M', argv, cwd: join(place.root, command.cwd ?? ''), env, root: place.root }, command, limits);
    } finally {
      unlink();
      rmSync(temporary, { recursive: true, force: true });
    }
  },
};

/** The limits that bash knows, which macOS has, then a byte that says the sandbox stands, then the command. */
export function limitedWords(command: Pick<SandboxCommand, 'argv'>, limits: Limits, others: number): string[] {
  const seconds = Math.ceil(limits.cpuMs / 1000);
  // RLIMIT_NPROC counts every process of the user, so those that run already are added, as far as the system allows. Blocks of `ulimit -f` have 1024 bytes.
  const most = `n=${limits.processes + others}; h=$(ulimit -Hu); [ "$h" = unlimited ] || [ "$h" -gt $n ] || n=$h`;
  const set = `ulimit -c 0 && ulimit -n ${limits.openFiles} && ulimit -u $n && ulimit -f ${Math.ceil(limits.fileBytes / 1024)} && ulimit -t ${seconds}`;
  // Without these two, bash obeys files of the home directory or the environment when its input is a socket, as Node's is.
  return ['/bin/bash', '--norc', '-p', '-c', `${most}; ${set} || exit 125; echo >&3; exec 3>&-; exec "$@"`, 'bash', ...command.argv];
}

function processesOfUser(): number {
  const all = parsePs(execFileSync('/bin/ps', PS_WORDS, { encoding: 'utf8', env: { LC_ALL: 'C' } }));
  return all.filter(({ uid }) => uid === process.geteuid?.()).length;
}
