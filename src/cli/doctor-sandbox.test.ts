import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RUNGS } from '../sandbox/rungs/registry.ts';
import { examine, linesOf } from './commands/doctor-sandbox.ts';
import type { SandboxFindings } from './commands/doctor-sandbox.ts';
import { main } from './main.ts';

const canary = { name: 'hostFile', ok: true, expected: 'denied', got: 'ENOENT' };
const A = { rung: 'A' as const, usable: false, problem: 'no cgroup is in reach', next: 'Run as root.', canaries: [] };
const B = { rung: 'B' as const, usable: true, canaries: [canary] };
const FINDINGS: SandboxFindings = {
  rung: 'B', mode: 'auto', minRung: 'D', ok: true, rungs: [A, B], better: { rung: 'A', problem: A.problem, next: A.next }, latency: { runs: 9, inside: 11.5, bare: 2.1 },
  guarantees: { rung: 'B', network: 'none', loopback: true, memory: 'soft', processes: 'hard', disk: 'polled', filesystem: 'private view' },
};
const text = (change: Partial<SandboxFindings> = {}): string => linesOf({ ...FINDINGS, ...change }).join('\n');

describe('the lines', () => {
  test.each<[string, Partial<SandboxFindings>, string | RegExp]>([
    ['the rung in use', {}, 'Rung B, bubblewrap, each process limited, is used; the weakest that would do is D.'],
    ['why the better one is not', {}, 'A bubblewrap and a cgroup: not usable: no cgroup is in reach'],
    ['what to do for it', {}, 'For a better one (rung A): Run as root.'],
    ['what it promises', {}, /memory +each process is bounded, all together are looked at/],
    ['a loopback of its own', {}, /network +none, but for a loopback of its own/],
    ['its latency', {}, '`true` takes 11.5 ms in it and 2.1 ms without (the middle of 9 runs).'],
    ['its canaries', {}, 'ok   hostFile: ENOENT'],
    ['a canary that died', { rungs: [A, { ...B, canaries: [{ ...canary, ok: false, got: 'done' }] }] }, 'FAIL hostFile: expected denied, got done'],
    ['a rung that is too weak', { minRung: 'A', ok: false }, 'rung A or better is asked for, so no code is run.'],
    ['no rung at all', { rung: undefined, guarantees: undefined, latency: undefined, ok: false }, /^No sandbox holds here[^]*To have a sandbox \(rung A\): Run as root\./],
    ['that it is switched off', { mode: 'none' }, /^The sandbox is switched off[^]*would be used/],
  ])('tell %s', (_title, change, expected) => {
    if (typeof expected === 'string') expect(text(change)).toContain(expected);
    else expect(text(change)).toMatch(expected);
  });

  test('hold no control character of what a rung said', () => {
    const said = text({ rungs: [{ ...A, problem: 'a\u001B[31m\nb' }, B] });
    for (const part of ['\u001B[31m', 'a\n']) expect(said).not.toContain(part);
  });
});

describe('on this machine', () => {
  let home: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'ug-doctor-')));
    for (const [name, value] of Object.entries({ HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, UNTILGREEN_HOME: home })) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(home, { recursive: true, force: true });
  });

  test('every rung of the registry is told of, and what is in use was measured', async () => {
    const findings = await examine({ min_rung: 'D', mode: 'auto' });
    expect(findings.rungs.map(({ rung }) => rung)).toEqual(RUNGS.map(({ rung }) => rung));
    expect(findings.ok).toBe(findings.rung !== undefined);
    expect(findings.latency !== undefined).toBe(findings.ok);
    for (const { usable, problem, next, canaries } of findings.rungs) {
      expect(usable ? canaries.length > 0 : Boolean(problem && next)).toBe(true);
    }
  });

  test('the command prints JSON and its exit code says whether a rung holds', async () => {
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
    const exitCode = await main(['doctor', 'sandbox', '--json']);
    expect(exitCode).toBe((JSON.parse(printed) as SandboxFindings).ok ? 0 : 7);
  });
});
