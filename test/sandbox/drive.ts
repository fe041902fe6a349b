// Runs the cases on one rung and prints one JSON line each: `drive.ts RUNG BASE [run ARGV… | run-in CWD ARGV… | block ARGV…]`. A process of its own, so that the suite can run it as
// another user, kill it, or start it with inherited descriptors. UNTILGREEN_CASE_OWNER: uid that the workspace is to belong to. UNTILGREEN_CASE: only cases whose number and title match.
import { sandboxOn } from '../../src/sandbox/open.ts';
import { probe } from '../../src/sandbox/probe.ts';
import { RUNGS } from '../../src/sandbox/rungs/registry.ts';
import { makeArena, runCase } from './arena.ts';
import { casesOn } from './cases.ts';

const [rung = 'B', base = '', mode, ...argv] = process.argv.slice(2);
const backend = RUNGS.find((candidate) => candidate.rung === rung);
if (!backend) throw new Error(`no rung ${rung}`);
const owner = process.env.UNTILGREEN_CASE_OWNER;
const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
const arena = makeArena(backend.rung, sandboxOn(backend), base, owner === undefined ? undefined : Number(owner));

if (mode === 'run' || mode === 'run-in' || mode === 'block') {
  const obstacle = await backend.prepare();
  if (obstacle) {
    say({ status: 'refused', error: obstacle.problem });
    process.exit(3);
  }
  const cwd = mode === 'run-in' ? argv.shift() : undefined;
  const limits = { wallMs: mode === 'block' ? 1_000 : 30_000 };
  let up = (): void => {};
  const heard = new Promise<void>((resolve) => (up = resolve));
  const onOutput = (_stream: string, text: string): void => {
    process.stdout.write(text);
    up();
  };
  const pending = arena.sandbox.run({ argv, workspace: arena.workspace, cwd, limits, onOutput });
  if (mode === 'block') {
    // From when the command runs this thread is stuck, past the wall and the guard.
    await heard;
    say('blocked');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8_000);
  }
  const { status, exitCode, error } = await pending;
  say({ status, exitCode, error });
} else {
  // Where root drives for another owner, the canaries would run as root, in a workspace of root's.
  const { obstacle } = owner === undefined ? await probe(backend) : { obstacle: await backend.prepare() };
  if (obstacle) say({ obstacle });
  else {
    const only = new RegExp(process.env.UNTILGREEN_CASE ?? '');
    for (const one of casesOn(backend.rung, process.geteuid?.() === 0)) if (only.test(`${one.number} ${one.title}`)) say(await runCase(one, arena, process.env.CI ? 2 : 1));
  }
}
