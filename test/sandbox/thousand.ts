// Runs commands one after the other on one rung: `thousand.ts RUNG WORKSPACE COUNT EVERY MARK`. A process of its own, so that it can be
// killed and its memory measured. Says `run N` before each command, `done N STATUS` after it, and how much it holds after the first
// hundred and at the end. Of every EVERY commands one takes its time, so that somebody can strike.
import { readdirSync, writeSync } from 'node:fs';
import { sandboxOn } from '../../src/sandbox/open.ts';
import { RUNGS } from '../../src/sandbox/rungs/registry.ts';

const [rung, workspace = '', count, every, mark = ''] = process.argv.slice(2);
const backend = RUNGS.find((candidate) => candidate.rung === rung);
const obstacle = await backend?.prepare();
if (!backend || obstacle) throw new Error(obstacle?.problem ?? `no rung ${rung}`);
const sandbox = sandboxOn(backend);
const say = (text: string): number => writeSync(1, `${text}\n`);

const QUICK = 'echo "$0"';
const SLOW = 'echo "$0" > /dev/shm/"$0"; echo "$0" > /tmp/"$0"; (setsid sleep 30 "$0" > /dev/null 2>&1 &); sleep 0.08; echo "$0"';

function holds(): void {
  globalThis.gc?.();
  say(`holds ${process.memoryUsage.rss()} ${readdirSync('/proc/self/fd').length}`);
}

for (let i = 1; i <= Number(count); i += 1) {
  const slow = i % Number(every) === 0;
  say(`run ${i} ${slow ? 'slow' : 'quick'}`);
  const { status, exitCode, stdout, error } = await sandbox.run({ argv: ['sh', '-c', slow ? SLOW : QUICK, mark], workspace, stdin: slow ? mark : undefined, limits: { wallMs: 20_000 } });
  // A command that was not struck ends well and has said its word; where the launcher was struck it did not run, or was killed.
  const right = slow && (status !== 'exited' || exitCode === 137) ? ['exited', 'killed', 'sandbox_error'].includes(status) : exitCode === 0 && stdout === `${mark}\n`;
  say(`done ${i} ${right ? status : `wrong ${JSON.stringify({ status, exitCode, stdout })}`} ${error ?? ''}`.trimEnd());
  if (i === 100) holds();
}
holds();
