import { describe, expect, it } from 'vitest';
import type { SandboxResult } from '../../../sandbox/types.ts';
import { parseTap, tapResults } from './tap.ts';

const result = (stdout: string, exitCode: number): SandboxResult => ({
  status: 'exited', exitCode, signal: null, stdout, stderr: '', truncated: { stdout: false, stderr: false }, peakMemoryBytes: undefined, cpuMs: undefined, wallMs: 1, rung: 'A',
});

describe('TAP', () => {
  it('reads points, directives and plan', () => {
    expect(parseTap('TAP version 13\nok 1 - a\nnot ok 2 - b\n  ---\n  x: 1\n  ...\nok 3 - c # SKIP later\nnot ok 4 d # TODO\n    ok 1 - inner\n1..4\n')).toEqual([
      { name: 'a', outcome: 'passed' }, { name: 'b', outcome: 'failed' }, { name: 'c', outcome: 'skipped' }, { name: 'd', outcome: 'xfailed' },
    ]);
  });

  it.each(['ok 1 - a\n', 'ok then\n1..5\n', '1 passing\n', ''])('%j is none', (text) => expect(parseTap(text)).toBeUndefined());

  it('lets the exit status decide, and never passes against a failed point', () => {
    expect(tapResults('npm test', result('ok 1 - a\n1..1\n', 1))).toMatchObject({ status: 'failed', collected: 1 });
    expect(tapResults('npm test', result('not ok 1 - a\n1..1\n', 0))).toMatchObject({ status: 'failed' });
    expect(tapResults('npm test', result('ok 1 - a\n1..1\n', 0))).toMatchObject({ status: 'passed', tests: [{ id: 'npm test' }, { id: 'npm test > a' }] });
    expect(tapResults('npm test', result('4 passing\n', 0))).toMatchObject({ status: 'passed', collected: 1 });
  });
});
