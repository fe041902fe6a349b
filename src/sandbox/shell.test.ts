import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { shellQuoted } from './shell.ts';

describe('words survive the shell', () => {
  test.each([[''], ["it's"], ['a b'], ['$HOME `id` "x" \\'], ['a\nb'], ['-n'], ["'''"]])('%j', (word) => {
    expect(spawnSync('/bin/sh', ['-c', `printf %s ${shellQuoted(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
  });
});
