import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../arena.ts';

/** 50: what only a container engine can get wrong. That a flag is ignored stands with the broken launchers, other socket families under 27. */
export const CONTAINERS: readonly Case[] = [
  {
    number: 50, title: 'the engine\'s client is killed, and its container goes with it', expected: { C: /^(killed|sandbox_error) \S* stopped 0 containers$/ },
    async run(arena) {
      const beat = join(arena.workspace, 'beat');
      const name = new RegExp(`untilgreen-[0-9a-f]+-${process.pid}-\\d+-\\d+`);
      const pending = arena.sandbox.run({ argv: ['sh', '-c', 'while :; do date +%N > beat; sleep 0.02; done', arena.mark], workspace: arena.workspace, limits: { wallMs: 20_000 } });
      let client: number | undefined;
      for (let patience = 0; patience < 400 && (client === undefined || !beats(beat)); patience += 1) {
        client ??= childWith(name);
        await sleep(20);
      }
      const made = client === undefined ? '' : (name.exec(readFileSync(`/proc/${client}/cmdline`, 'utf8'))?.[0] ?? '');
      if (client !== undefined) process.kill(client, 'SIGKILL');
      const { status, exitCode } = await pending;
      await sleep(500);
      const before = readFileSync(beat, 'utf8');
      await sleep(200);
      const left = ['podman', 'docker'].flatMap((engine) => (spawnSync(engine, ['ps', '--all', '--quiet', '--filter', `name=${made || 'untilgreen'}`], { encoding: 'utf8' }).stdout ?? '').split('\n').filter(Boolean));
      return `${status} ${exitCode ?? ''} ${readFileSync(beat, 'utf8') === before ? 'stopped' : 'STILL BEATING'} ${left.length} containers`;
    },
  },
];

function beats(file: string): boolean {
  try {
    return readFileSync(file, 'utf8') !== '';
  } catch {
    return false; // not yet
  }
}

/** The child of this process on whose command line the words stand. */
function childWith(words: RegExp): number | undefined {
  return readdirSync('/proc').map(Number).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1] === String(process.pid) && words.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false; // no process, or gone
    }
  });
}
