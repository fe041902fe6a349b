import { UntilgreenError } from '../../../core/errors.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import { callsOf } from './calls.ts';
import type { Setup, Trial } from './types.ts';

const COLLECT = 'untilgreen_collect';
/**
 * The clock is taken before any code is loaded; not `process_time`, which stands still between two ticks of the kernel where processor time is limited. What is printed by the
 * code cannot be taken for a time: times begin with a mark.
 */
const DRIVER = `import json, resource, sys
usage, write, flush = resource.getrusage, sys.stdout.write, sys.stdout.flush
def clock():
    used = usage(resource.RUSAGE_SELF)
    return int((used.ru_utime + used.ru_stime) * 1e9)
path, name, mark, least, most = sys.argv[1:6]
def ${COLLECT}(*given, **named):
    return given, named
with open("calls.json", encoding="utf-8") as file:
    calls = [eval(call, {"${COLLECT}": ${COLLECT}}) for call in json.load(file)[int(least):int(most)]]
with open(path, encoding="utf-8") as file:
    module = {"__name__": "solution"}
    exec(compile(file.read(), path, "exec"), module)
function = module[name]
for at, (given, named) in enumerate(calls, int(least)):
    begun = clock()
    try:
        function(*given, **named)
        took = clock() - begun
    except Exception:
        took = -1
    write(f"\\n{mark} {at} {took}\\n")
    flush()
`;

export async function timedPython(trial: Trial, mark: string): Promise<Setup> {
  const tools = await toolPaths(['python3']);
  const python = tools.programs['python3'];
  if (python === undefined) throw new UntilgreenError('file_missing', 'python3 was not found for timing tools.', { program: 'python3' }, 'Install Python 3.9 or newer.');
  return {
    files: { 'drive.py': DRIVER, 'calls.json': JSON.stringify(await callsOf(trial, COLLECT)), ...Object.fromEntries(trial.codes.map((code, at) => [`code${at}.py`, code])) },
    command: (code, from, to) => `"${python}" -S -s -B drive.py code${code}.py ${trial.contract.name} ${mark} ${from} ${to}`,
    env: { PATH: tools.path, PYTHONHASHSEED: '0' },
    mounts: tools.mounts,
  };
}
