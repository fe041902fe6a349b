import type { Place } from '../place.ts';
import { shellQuoted } from '../shell.ts';
import type { Limits, SandboxCommand } from '../types.ts';
import { BASE_ENV } from '../view.ts';

/** Where the script lies inside. */
export const SCRIPT_PATH = '/.untilgreen-script';
/** Where the command's standard input lies. */
export const STDIN_PATH = '/.untilgreen-stdin';

/**
 * What the container's first process does. It reads the limits back and goes no further when one does not hold, says that the
 * command starts, runs it under a clock of its own, and says at the end what the command used. It takes in the orphans of the
 * tree, and whatever still runs when it ends, ends with it. It and its clock count among the processes.
 *
 * @param mark      stands before what it says, so that it is told from the command's words
 * @param guardSeconds after which the command ends even when nobody outside is left to end it
 */
export function firstProcess(command: SandboxCommand, limits: Limits, place: Place, mark: string, guardSeconds: number): string {
  const environment = Object.entries({ ...BASE_ENV, ...command.env }).map(([name, value]) => shellQuoted(`${name}=${value}`));
  const [program = '', ...words] = command.argv;
  return `mark=${mark} memory=${limits.memoryBytes} processes=${limits.processes} guard=${guardSeconds}
program=${shellQuoted(program)}
set -- ${words.map(shellQuoted).join(' ')}
${READ_BACK}
cd ${shellQuoted(place.cwd)} || refuse "the working directory cannot be entered"
mkdir -m 700 -p ${shellQuoted(BASE_ENV.HOME ?? '/tmp')} || refuse "/tmp is not writable"
# The host's programs below /usr are not here; the image has its own, under a name.
case $program in /usr/*|/bin/*) [ -x "$program" ] || program=\${program##*/} ;; esac
exec 3>&2 2>/dev/null
seconds() { read -r now rest < /proc/uptime; now=\${now%.*}; }
seconds; since=$now
echo "$mark started" >&3
# In a subshell, so that this shell's own word on a signal does not reach the command's standard error.
(exec timeout -s KILL "$guard" env -i ${environment.join(' ')} "$program" "$@" <${STDIN_PATH} 2>&3 3>&-)
code=$?
seconds
# timeout ends as the command does that it kills; what it allows is what tells them apart.
struck=0
if [ "$code" = 137 ] && [ $((now - since)) -ge \${guard%.*} ]; then struck=1; fi
${USED}
echo "$mark ended $struck $kills $peak $used" >&3
exit "$code"
`;
}

/** In sh and without starting a program: it is run before every command. */
const READ_BACK = `refuse() { echo "untilgreen: $1" >&2; exit 125; }
value() { got=; { IFS= read -r got < "$1"; } 2>/dev/null; }
# The kernel rounds memory down to whole pages.
held() {
  value "$1"
  case $got in ''|*[!0-9]*) return 1 ;; esac
  [ "$got" -le "$2" ] && [ $(($2 - got)) -lt 65536 ]
}
at=/sys/fs/cgroup
if [ -e $at/memory.max ]; then
  held $at/memory.max "$memory" || refuse "the memory limit of $memory bytes does not hold: memory.max is '$got'"
  if [ -e $at/memory.swap.max ]; then held $at/memory.swap.max 0 || refuse "swap is not limited: memory.swap.max is '$got'"; fi
  value $at/pids.max
else
  held $at/memory/memory.limit_in_bytes "$memory" || refuse "the memory limit of $memory bytes does not hold: memory.limit_in_bytes is '$got'"
  if [ -e $at/memory/memory.memsw.limit_in_bytes ]; then held $at/memory/memory.memsw.limit_in_bytes "$memory" || refuse "swap is not limited: memory.memsw.limit_in_bytes is '$got'"; fi
  value $at/pids/pids.max
fi
[ "$got" = "$processes" ] || refuse "the limit of $processes processes does not hold: pids.max is '$got'"`;

/** Killed for memory, largest memory in bytes, CPU time in milliseconds; - for what the kernel does not tell. */
const USED = `kills=- peak=- used=-
count() { while read -r name number; do if [ "$name" = "$2" ]; then got=$number; return 0; fi; done < "$1"; return 1; }
if [ -e $at/memory.max ]; then
  count $at/memory.events oom_kill && kills=$got
  value $at/memory.peak && [ -n "$got" ] && peak=$got
  count $at/cpu.stat usage_usec && used=$((got / 1000))
else
  count $at/memory/memory.oom_control oom_kill && kills=$got
  value $at/memory/memory.max_usage_in_bytes && [ -n "$got" ] && peak=$got
  value $at/cpuacct/cpuacct.usage && [ -n "$got" ] && used=$((got / 1000000))
fi`;
