import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARENAS, measure } from './arenas.ts';
import type { Measured } from './arenas.ts';
import { casesOn } from './cases.ts';

/** Rungs that CI expects here; what cannot be measured on one of them fails instead of being skipped. */
const EXPECTED = (process.env.UNTILGREEN_EXPECT_RUNGS ?? '').split(',').filter(Boolean);
/** Most of a case is waiting, so a few arenas share the cores. */
const AT_ONCE = 3;

const base = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-adversarial-')));
const nameOf = ({ rung, who }: (typeof ARENAS)[number]): string => `rung ${rung} as ${who}`;
const measured = new Map<string, Measured>();

beforeAll(async () => {
  chmodSync(base, 0o755);
  const waiting = [...ARENAS];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let arena = waiting.shift(); arena; arena = waiting.shift()) measured.set(nameOf(arena), await measure(arena, base));
    }),
  );
}, 600_000);

afterAll(() => {
  spawnSync('rm', ['-rf', base]);
  for (const [name, { outcomes, obstacle, seconds }] of measured) {
    console.log(obstacle === undefined ? `\n${name}: ${outcomes.filter(({ ok }) => ok).length} of ${outcomes.length} hold, ${seconds} s` : `\n${name}: not measured: ${obstacle}`);
    for (const { number, title, expected, got, ok, first } of outcomes) {
      const word = !ok ? 'FAIL' : first === undefined ? 'ok  ' : 'ok 2';
      console.log(`${word} ${name} ${String(number).padStart(2)} ${title} | expected ${expected} | got ${oneLine(got)}${first === undefined ? '' : ` | at first ${oneLine(first)}`}`);
    }
  }
});

const oneLine = (text: string): string => text.split('\n').join('⏎').slice(0, 300);

for (const arena of ARENAS) {
  describe(nameOf(arena), () => {
    test.for(casesOn(arena.rung, arena.who !== 'user').map(({ number, title }) => [number, title] as const))('%i %s', ([number, title], { skip }) => {
      const { outcomes, obstacle, stderr } = measured.get(nameOf(arena)) as Measured;
      if (obstacle !== undefined && EXPECTED.includes(arena.rung)) throw new Error(`rung ${arena.rung} is expected here, but was not measured: ${obstacle}`);
      if (obstacle !== undefined) skip(`not measured: ${obstacle}`);
      const outcome = outcomes.find((one) => one.number === number && one.title === title);
      if (!outcome) throw new Error(`the driver stopped before this case: ${stderr}`);
      expect(outcome).toEqual({ ...outcome, ok: true });
    });
  });
}
