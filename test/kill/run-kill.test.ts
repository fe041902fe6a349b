/* oxlint-disable vitest/no-conditional-expect -- what is right depends on the moment that was struck */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { Rig, tree, type Ended, type Question } from '../support/run-kill.ts';

// Run with `npm run build && npx vitest run --config test/kill/vitest.config.ts`: what is killed is the built command.
const LIMIT_MS = 300_000;
/** Every so many moments the embedded store is struck too; it takes longer to start. */
const EMBEDDED_EVERY = 8;
if (!existsSync(join(import.meta.dirname, '../../dist/cli/main.js'))) throw new Error('The command is not built: run `npm run build` first.');

const server = await startPostgres();
afterAll(() => server?.stop());

/** The run as it is when nobody kills it: what every other one must come to. */
const whole = await (async () => {
  const rig = await Rig.make(server?.url);
  try {
    const before = tree(rig.project);
    const ended = await rig.run();
    return { ended, before, after: tree(rig.project), moments: rig.moments(), asked: rig.asked(), stored: await rig.stored(), applies: await rig.applies(), receipt: receiptOf(ended) };
  } finally {
    await rig.close();
  }
})();

function outcomeOf(ended: Ended): { outcome?: string; folder?: string; code?: string } {
  const last = ended.stdout.trim().split('\n').at(-1) ?? '';
  return last.startsWith('{') ? (JSON.parse(last) as { outcome?: string; folder?: string }) : {};
}
function receiptOf(ended: Ended): Record<string, unknown> {
  const { outcome, applied, files, tests, diff, iterations, modelCalls } = JSON.parse(readFileSync(join(outcomeOf(ended).folder ?? '', 'receipt.json'), 'utf8')) as Record<string, any>;
  return { outcome, applied, tests, diff, iterations, modelCalls: modelCalls.map((c: { key: string }) => c.key), files: files.map((f: { path: string; kind: string }) => `${f.kind} ${f.path}`) };
}

const KEYS: Record<string, Question> = { 'it1/plan': 'first plan', 'it1/reflect': 'reflection', 'it2/plan': 'second plan' };

/** Kills the run at its n-th moment, looks at what is left, starts it again, compares, and gives the files at the end. */
async function strike(n: number, admin: string | undefined): Promise<Record<string, string>> {
  const rig = await Rig.make(admin);
  try {
    const killed = await rig.run({ at: n });
    expect(killed, 'it dies by SIGKILL').toMatchObject({ code: null, signal: 'SIGKILL' });
    const passed = rig.moments();
    expect(passed).toHaveLength(n);
    const asked = rig.asked();
    await rig.expireLease();

    const decided = passed.includes('journal.committing.renamed');
    const over = passed.includes('journal.committed.renamed');
    if (passed.includes('event apply_started') && !over) {
      // Whatever command comes next settles it.
      expect((await rig.command(['history'])).code).toBe(0);
      rig.moments();
      const now = tree(rig.project);
      if (decided) expect(now, 'the change is completed').toEqual(whole.after);
      // At the rename itself the journal may say either.
      else if (JSON.stringify(now) !== JSON.stringify(whole.after)) expect(now, 'the directory is untouched').toEqual(whole.before);
    } else expect(tree(rig.project), 'right after the kill').toEqual(over ? whole.after : whole.before);

    let ended = await rig.resume();
    if (!passed.includes('run created')) {
      expect(ended.code, 'there is nothing to resume').toBe(2);
      ended = await rig.run();
    } else if (passed.at(-1) === 'run done') {
      expect(ended, 'a finished run is not resumed').toMatchObject({ code: 2, stderr: expect.stringContaining('No run in this directory') });
      ended = killed;
    }
    if (ended !== killed) {
      if (ended.code !== 0) throw new Error(`it went on and ended with ${ended.code ?? ended.signal}: ${ended.stderr}${ended.stdout.slice(-2_000)}`);
      expect(outcomeOf(ended)).toMatchObject({ outcome: 'green' });
      expect(receiptOf(ended)).toEqual(whole.receipt);
    }
    expect(await rig.stored()).toEqual(whole.stored);
    expect((await rig.applies()).filter((state) => state === 'committed')).toHaveLength(1);
    const again = rig.asked();
    for (const [key, question] of Object.entries(KEYS)) {
      const recorded = passed.includes(`model call recorded ${key}`);
      expect(again[question] - (recorded ? asked[question] : 0), `${question} after it was ${recorded ? '' : 'not '}recorded`).toBeLessThanOrEqual(recorded ? 0 : asked[question] + 1);
    }
    if (passed.some((m) => m.startsWith('receipt'))) expect(rig.moments(), 'an applied change is not applied again').not.toContain('apply.rename');
    return tree(rig.project);
  } finally {
    await rig.close();
  }
}

it('the run that is not killed goes through two attempts to green', () => {
  expect(whole.ended).toMatchObject({ code: 0, signal: null });
  expect(whole.receipt).toMatchObject({ outcome: 'green', applied: true, iterations: 2 });
  expect(whole.asked).toEqual({ 'first plan': 1, reflection: 1, 'second plan': 1 });
  expect(whole.applies).toEqual(['committed']);
  expect(Object.keys(whole.after)).toEqual(expect.arrayContaining(['lib/plus/plus.js', 'calc.js']));
  expect(Object.keys(whole.after)).not.toContain('old');
  expect(all.length).toBeGreaterThanOrEqual(100);
  expect(whole.moments.filter((m) => m.startsWith('apply.')).length).toBeGreaterThanOrEqual(15);
});

/** Writes of the workbench before the apply come again and again in the same form; with UNTILGREEN_KILL_ALL set all are struck, else the first of each. */
const FIRST = process.env['UNTILGREEN_KILL_ALL'] ? Infinity : 3;
/** Of these every how manyth is struck: the whole list is for a machine with time. */
const EVERY = Number(process.env['UNTILGREEN_KILL_EVERY'] ?? 1);
const applyFrom = whole.moments.indexOf('event apply_started');
const all = whole.moments
  .map((name, index) => ({ n: index + 1, name, before: whole.moments.slice(0, index).filter((other) => other === name).length }))
  .filter(({ n, name, before }) => n > applyFrom || !/^(bench|blob)\./.test(name) || before < FIRST);
const moments = all.filter((_, i) => i % EVERY === 0);

describe('killed with SIGKILL, a run goes on to the same result, PostgreSQL', () => {
  it.skipIf(!server).concurrent.each(moments)('at moment $n, $name', { timeout: LIMIT_MS }, async ({ n }) => expect(await strike(n, server?.url)).toEqual(whole.after));
});
describe('killed with SIGKILL, a run goes on to the same result, embedded store', () => {
  it.concurrent.each(moments.filter(({ n }, i) => !server || i % EMBEDDED_EVERY === EMBEDDED_EVERY - 1 || n === whole.moments.length))('at moment $n, $name', { timeout: LIMIT_MS }, async ({ n }) => expect(await strike(n, undefined)).toEqual(whole.after));
});

it.each(server ? (['PostgreSQL', 'embedded store'] as const) : (['embedded store'] as const))('killed again and again while it goes on, it comes to the same end, %s', { timeout: 5 * LIMIT_MS }, async (store) => {
  const rig = await Rig.make(store === 'PostgreSQL' ? server?.url : undefined);
  try {
    // Each life is a little longer than the last, so that it gets on; the strides put the deaths at different moments.
    let deaths = 0;
    let ended = await rig.run({ at: 21 });
    for (let at = 26; ended.signal === 'SIGKILL'; at += 5) {
      deaths += 1;
      await rig.expireLease();
      ended = await rig.resume({ at });
    }
    expect(deaths).toBeGreaterThanOrEqual(4);
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(receiptOf(ended)).toEqual(whole.receipt);
    expect(tree(rig.project)).toEqual(whole.after);
    expect(await rig.stored()).toEqual(whole.stored);
    expect((await rig.applies()).filter((state) => state === 'committed')).toHaveLength(1);
  } finally {
    await rig.close();
  }
});

it('no process of a killed run lives on', () => {
  const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid)).flatMap((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(join(tmpdir(), 'run-kill-')) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
  expect(left).toEqual([]);
});
