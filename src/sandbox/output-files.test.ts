import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OutputFiles } from './output-files.ts';

const base = mkdtempSync(join(tmpdir(), 'output-files-'));
afterAll(() => rmSync(base, { recursive: true }));

describe('output on disk', () => {
  test('holds both streams byte for byte and tells where', () => {
    const files = new OutputFiles(join(base, 'made', 'deep'), 100);
    files.add('stdout', Buffer.from([0, 255, 10]));
    files.add('stdout', Buffer.from('more'));
    const { stdout, stderr } = files.close();
    expect(stdout).toEqual({ path: join(base, 'made', 'deep', 'stdout.txt'), bytes: 7, complete: true });
    expect(stderr).toEqual({ path: join(base, 'made', 'deep', 'stderr.txt'), bytes: 0, complete: true });
    expect(readFileSync(stdout.path)).toEqual(Buffer.from([0, 255, 10, ...Buffer.from('more')]));
  });

  test('stops at sixteen times the output limit and says so', () => {
    const files = new OutputFiles(join(base, 'long'), 10);
    for (let i = 0; i < 20; i += 1) files.add('stderr', Buffer.alloc(9, 'x'));
    const { stdout, stderr } = files.close();
    expect(stderr).toMatchObject({ bytes: 160, complete: false });
    expect(stdout).toMatchObject({ complete: true });
    expect(readFileSync(stderr.path, 'utf8')).toBe('x'.repeat(160));
  });

  test('replaces what stands there and follows no link', () => {
    const directory = mkdtempSync(join(base, 'links-'));
    writeFileSync(join(base, 'precious'), 'precious');
    symlinkSync(join(base, 'precious'), join(directory, 'stdout.txt'));
    writeFileSync(join(directory, 'stderr.txt'), 'old and long');
    const files = new OutputFiles(directory, 10);
    files.add('stdout', Buffer.from('new'));
    const { stdout, stderr } = files.close();
    expect([readFileSync(stdout.path, 'utf8'), readFileSync(stderr.path, 'utf8'), readFileSync(join(base, 'precious'), 'utf8')]).toEqual(['new', '', 'precious']);
  });

  test('leaves nothing for a command that did not run', () => {
    const directory = mkdtempSync(join(base, 'none-'));
    new OutputFiles(directory, 10).discard();
    expect(readdirSync(directory)).toEqual([]);
  });
});
