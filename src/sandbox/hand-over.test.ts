import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RUN, sourced, TAKE_OVER } from './hand-over.ts';
import { systemProgram } from './programs.ts';

/** Shells that a system may have as /bin/sh. */
const shells = [['sh'], ['dash'], ['bash', '--norc', '--posix'], ['busybox', 'sh']].filter(([name = '']) => systemProgram(name));

/** Runs the script with a pipe on descriptor 5 that holds the line and stays open, as the host leaves it. */
function told(shell: readonly string[], line: string, words: readonly string[] = [], env: Record<string, string> = {}): Promise<{ code: number; stdout: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'hand-over-'));
  const script = 'mkfifo "$1"; exec 9<>"$1" 5<"$1"; printf %s "$2" >&9; shift 2; exec "$@"';
  return new Promise((resolve) => {
    execFile('bash', ['--norc', '-c', script, 'bash', join(folder, 'pipe'), line, ...shell, '-c', TAKE_OVER, 'sh', ...words], { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 10_000, killSignal: 'SIGKILL' }, (error, stdout) => {
      rmSync(folder, { recursive: true });
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout });
    });
  });
}

describe.each(shells)('with %s as the shell', (...shell) => {
  const words = ['printf', '%s|', '-rf', 'a  b', 'ü\n\n"\'$x`\\', '', "'", '*', 'return 0\n'];

  test('the words that come with the line are taken as they are', async () => {
    expect(await told(shell, sourced({ argv: words, stdin: '' }))).toEqual({ code: 0, stdout: words.slice(2).map((word) => `${word}|`).join('') });
  });

  test('without a standard input there is nothing to read', async () => {
    expect(await told(shell, sourced({ argv: ['readlink', '/proc/self/fd/0'] }))).toEqual({ code: 0, stdout: '/dev/null\n' });
  });

  test('the words it has are run, and its variables are what they were', async () => {
    expect(await told(shell, RUN, ['printenv', 'word', 'lines'], { word: 'mine', lines: '7' })).toEqual({ code: 0, stdout: 'mine\n7\n' });
  });

  test('no words are no success', async () => {
    expect(await told(shell, RUN)).toEqual({ code: 125, stdout: '' });
  });
});
