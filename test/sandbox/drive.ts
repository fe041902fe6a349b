// Runs the cases on one rung and prints one JSON line each: `drive.ts RUNG BASE [run ARGV… | run-in CWD ARGV… | block ARGV…]`. A process of its own, so that the suite can run it as
// another user, kill it, or start it with inherited descriptors.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxOn } from '../../src/sandbox/open.ts';
import { RUNGS } from '../../src/sandbox/rungs/registry.ts';
import { CASES, makeArena, runCase } from './cases.ts';

const [rung = 'B', base = '', mode, ...argv] = process.argv.slice(2);
const backend = RUNGS.find((candidate) => candidate.rung === rung);
if (!backend) throw new Error(`no rung ${rung}`);
const obstacle = await backend.prepare();
if (obstacle) throw new Error(obstacle.problem);
const sandbox = sandboxOn(backend);

if (mode === 'run' || mode === 'run-in' || mode === 'block') {
  const cwd = mode === 'run-in' ? argv.shift() : undefined;
  const workspace = join(base, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const pending = sandbox.run({ argv, workspace, cwd, limits: { wallMs: mode === 'block' ? 500 : 30_000 }, onOutput: (_stream, text) => process.stdout.write(text) });
  if (mode === 'block') {
    // Long enough for the spawn to have happened, then this thread is stuck past the wall and the guard.
    await new Promise((resolve) => setTimeout(resolve, 200));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
  }
  const { status, exitCode, error } = await pending;
  console.log(JSON.stringify({ status, exitCode, error }));
} else {
  const place = makeArena(backend.rung, sandbox, base, () => {});
  for (const one of CASES) console.log(JSON.stringify(await runCase(one, place)));
}
