import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeText } from '../edit/encoding.ts';
import { unifiedDiff } from '../edit/diff.ts';
import { changeOf, diffOf } from './diffs.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ug-diffs-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LINES = Array.from({ length: 12 }, (_, i) => `line ${i + 1}\n`);
const BEFORE = LINES.join('');
const AFTER = BEFORE.replace('line 6\n', 'line six\n');
const bytes = (words: string) => encodeText(words);
const at = (name: string) => join(directory, name);

describe('changeOf', () => {
  it('gives the whole texts before and after, and the first line that changes', () => {
    writeFileSync(at('a.txt'), BEFORE);
    expect(changeOf(unifiedDiff([{ path: 'a.txt', before: bytes(BEFORE), after: bytes(AFTER) }]), directory)).toEqual({
      content: [{ type: 'diff', path: at('a.txt'), oldText: BEFORE, newText: AFTER }], locations: [{ path: at('a.txt'), line: 6 }],
    });
  });

  it('knows new and deleted files, and a last line without an end', () => {
    writeFileSync(at('gone.txt'), 'old');
    const diff = unifiedDiff([{ path: 'gone.txt', before: bytes('old') }, { path: 'new.txt', after: bytes('one\ntwo') }]);
    expect(changeOf(diff, directory).content).toEqual([
      { type: 'diff', path: at('gone.txt'), oldText: 'old', newText: '' },
      { type: 'diff', path: at('new.txt'), oldText: null, newText: 'one\ntwo' },
    ]);
  });

  it('shows the lines of the diff where the file on disk has become another', () => {
    writeFileSync(at('b.txt'), 'something else\n');
    const { content } = changeOf(unifiedDiff([{ path: 'b.txt', before: bytes(BEFORE), after: bytes(AFTER) }]), directory);
    expect(content).toEqual([{ type: 'diff', path: at('b.txt'), oldText: LINES.slice(2, 9).join(''), newText: LINES.slice(2, 9).join('').replace('line 6', 'line six') }]);
  });

  it('leaves out what has no lines: binary files, modes and mere renames', () => {
    const diff = unifiedDiff([
      { path: 'x.bin', before: new Uint8Array([0, 1]), after: new Uint8Array([0, 2]) },
      { path: 'run.sh', before: bytes('x\n'), after: bytes('x\n'), beforeMode: 0o644, afterMode: 0o755 },
      { path: 'old.txt', before: bytes('same\n') },
      { path: 'moved.txt', after: bytes('same\n') },
    ]);
    expect(changeOf(diff, directory)).toEqual({ content: [], locations: [] });
  });
});

it('diffOf says nothing of a file that did not change', () => {
  expect(diffOf('/a', 'x', 'x')).toBeUndefined();
  expect(diffOf('/a', undefined, 'x')).toEqual({ type: 'diff', path: '/a', oldText: null, newText: 'x' });
});
