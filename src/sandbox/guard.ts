import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { SYSTEM_PATH, systemProgram } from './programs.ts';

/** How often the guard counts down while commands run. */
const TICK_MS = 500;

/**
 * Counts in half seconds for as long as nothing is heard from the host: whoever talks is not stuck. At the end of its input,
 * which is the host's end, it removes what the host made under names of its own and could not take away any more.
 */
const SCRIPT = `
shopt -s nullglob
declare -A left
sweep=()
groups=()
while :; do
  if ((\${#left[@]} > 0)); then read -r -t 0.5 line; else read -r line; fi
  code=$?
  if ((code > 128)); then
    for pid in "\${!left[@]}"; do
      left[$pid]=$((\${left[$pid]} - 1))
      ((\${left[$pid]} > 0)) && continue
      unset "left[$pid]"
      # Only a child of the host is struck: the number may be somebody else's by now.
      read -r stat < "/proc/$pid/stat" && [[ $stat == *") "?" $PPID "* ]] && kill -KILL "$pid"
    done
  elif ((code > 0)); then break
  else
    rest=\${line#* }
    case $line in
      'run '*) left[\${rest%% *}]=\${rest#* } ;;
      'end '*) unset "left[$rest]" ;;
      'sweep '*) sweep+=("$rest") ;;
      'groups '*) groups+=("$rest") ;;
    esac
  fi
done
# A launcher that was on its way may wait for ever for one that died: whoever writes to a pipe of the host's has no business any more.
for try in {1..250}; do
  found=
  while read -r line; do
    for prefix in "\${sweep[@]}"; do
      if [[ $line == *" -> $prefix"* ]]; then
        pid=\${line#*/proc/}
        pid=\${pid%%/*}
        # A name with a line feed in it makes lines of its own, with the numbers of others: the file itself tells.
        [[ $(readlink "/proc/$pid/fd/1") == "$prefix"* ]] || continue
        found=yes
        kill -KILL "$pid"
      fi
    done
  done < <(ls -l /proc/[0-9]*/fd/1)
  for prefix in "\${sweep[@]}"; do
    for path in "$prefix"*; do
      found=yes
      rm -rf -- "$path"
    done
  done
  for prefix in "\${groups[@]}"; do
    for path in "$prefix"*; do
      found=yes
      while read -r pid; do kill -KILL "$pid"; done < "$path/cgroup.procs"
      rmdir -- "$path"
    done
  done
  ((try > 3)) && [[ ! $found ]] && exit 0
  sleep 0.02
done
`;

/**
 * The host's second, in a process of its own: it ends a command whose time is up while the host is stuck, and tidies up
 * after a host that was killed. One for each host process, begun with the first command; it ends with the host.
 */
class Guard {
  #child: ChildProcess | undefined;
  readonly #ends = new Map<number, number>();
  readonly #swept = new Set<string>();

  /**
   * Watches over one launcher.
   *
   * @param pid a child of this process
   * @param ms milliseconds, rounded up to whole ticks
   * @returns to be called when that child is gone
   */
  over(pid: number, ms: number): () => void {
    this.#ends.set(pid, performance.now() + ms);
    this.#say(`run ${pid} ${Math.ceil(ms / TICK_MS)}`);
    return () => {
      if (this.#ends.delete(pid)) this.#say(`end ${pid}`);
    };
  }

  /**
   * What has a path that begins like this is removed once this process is gone, however it ends.
   *
   * @param kind files, of which those who still write to one are killed; or control groups, with their processes. In a folder that others
   * write to, too, what looks like a group may be somebody's list of processes to kill, so that nothing is taken for one by its looks.
   */
  sweep(prefix: string, kind: 'files' | 'groups' = 'files'): void {
    const line = `${kind === 'files' ? 'sweep' : 'groups'} ${prefix}`;
    if (this.#swept.has(line) || prefix.includes('\n')) return;
    this.#swept.add(line);
    if (this.#child) this.#say(line);
  }

  /** Starts it when it does not run. Throws where that is not possible: no command runs unguarded. */
  ready(): void {
    if (this.#child) return;
    const child = spawn(systemProgram('bash') ?? 'bash', ['--norc', '-c', SCRIPT, 'untilgreen-guard'], { env: { PATH: SYSTEM_PATH }, stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    child.on('error', ignore); // told by the missing pid, or by the exit
    if (child.pid === undefined) throw new Error('the guard of the sandbox could not be started');
    this.#child = child;
    child.unref();
    (child.stdin as Socket).on('error', ignore).unref();
    const began = performance.now();
    child.once('exit', () => {
      this.#child = undefined;
      // Somebody killed it. One that never stood long is not started again and again; the next command will try.
      if (this.#ends.size > 0 && performance.now() - began > TICK_MS) this.ready();
    });
    for (const line of this.#swept) this.#say(line);
    for (const [pid, end] of this.#ends) this.#say(`run ${pid} ${Math.max(1, Math.ceil((end - performance.now()) / TICK_MS))}`);
  }

  #say(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }
}

const ignore = (): void => {};

/** This process's guard. */
export const guard = new Guard();
