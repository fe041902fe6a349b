import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { unifiedDiff } from './diff.ts';
import { decodeText, dominantEnding, encodeText, requireText } from './encoding.ts';
import { merge3 } from './merge.ts';

const bytes = encodeText;

describe('a unified diff', () => {
  test.each([
    ['names a new file', { path: 'a', after: bytes('x\n'), afterMode: 0o755 }, 'diff --git a/a b/a\nnew file mode 100755\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n'],
    ['names a deleted file', { path: 'a', before: bytes('x\n') }, 'diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n'],
    ['names a new empty file', { path: 'a', after: bytes('') }, 'diff --git a/a b/a\nnew file mode 100644\n'],
    ['names binary files only', { path: 'a', before: Uint8Array.of(0), after: Uint8Array.of(1, 0) }, 'diff --git a/a b/a\nBinary files a/a and b/a differ\n'],
    ['names a change of mode', { path: 'a', before: bytes('x'), after: bytes('x'), beforeMode: 0o644, afterMode: 0o755 }, 'diff --git a/a b/a\nold mode 100644\nnew mode 100755\n'],
    ['marks a missing final newline', { path: 'a', before: bytes('x'), after: bytes('y\n') }, 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n'],
  ])('%s', (_title, file, text) => {
    expect(unifiedDiff([file])).toBe(text);
  });

  test('shows a deleted and a new file of the same bytes as one renamed file', () => {
    expect(unifiedDiff([{ path: 'old', before: bytes('x\n') }, { path: 'new', after: bytes('x\n') }])).toBe(
      'diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n',
    );
  });

  test('is what git can apply, whatever changes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'diff-'));
    try {
      const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '', ' x'), { maxLength: 12 }).chain((l) => fc.constantFrom('', '\n').map((e) => (l.length > 0 ? l.join('\n') + e : '')));
      fc.assert(
        fc.property(text, text, (before, after) => {
          fc.pre(before !== after);
          const file = join(directory, 'f o\u00E9.txt');
          rmSync(file, { force: true });
          if (before !== '') writeFileSync(file, before);
          const change = { path: 'f o\u00E9.txt', ...(before === '' ? {} : { before: bytes(before) }), ...(after === '' ? {} : { after: bytes(after) }) };
          execFileSync('git', ['apply', '--unsafe-paths', '-'], { cwd: directory, input: unifiedDiff([change]), stdio: ['pipe', 'pipe', 'pipe'] });
          expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(after);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a three-way merge', () => {
  test.each([
    ['joins changes that do not touch', 'a\nb\nc\nd\ne\n', 'A\nb\nc\nd\ne\n', 'a\nb\nc\nd\nE\n', 'A\nb\nc\nd\nE\n'],
    ['takes the same change once', 'a\nb\n', 'a\nB\n', 'a\nB\n', 'a\nB\n'],
    ['keeps each line ending', 'a\r\nb\nc\r\nd\n', 'a\r\nb\nc\r\nD\n', 'x\na\r\nb\nc\r\nd\n', 'x\na\r\nb\nc\r\nD\n'],
    ['keeps a missing final newline', 'a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nd', 'A\nb\nc\nd'],
    ['keeps a BOM', '\uFEFFa\nb\nc\n', '\uFEFFa\nb\nC\n', '\uFEFFx\nb\nc\n', '\uFEFFx\nb\nC\n'],
  ])('%s', (_title, base, ours, theirs, merged) => {
    expect(merge3(base, ours, theirs)).toEqual({ ok: true, content: merged });
  });

  test('answers with the lines both sides changed, and marks nothing up', () => {
    expect(merge3('a\nb\nc\n', 'a\nours\nc\n', 'a\ntheirs\nc\n')).toEqual({ ok: false, conflicts: [{ line: 2, base: ['b'], ours: ['ours'], theirs: ['theirs'] }] });
  });

  test('is one side where the other did not change anything', () => {
    const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n'), { maxLength: 8 }).map((l) => l.join(''));
    fc.assert(
      fc.property(text, text, (base, changed) => {
        expect(merge3(base, changed, base)).toEqual({ ok: true, content: changed });
        expect(merge3(base, base, changed)).toEqual({ ok: true, content: changed });
        expect(merge3(base, changed, changed)).toEqual({ ok: true, content: changed });
      }),
    );
  });
});

describe('bytes and text', () => {
  test.each([
    ['a NUL byte', Uint8Array.of(97, 0), /NUL/],
    ['a broken sequence', Uint8Array.of(0xc3, 0x28), /not valid UTF-8/],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 97, 0), /NUL/],
    ['Latin-1', Uint8Array.of(0x63, 0x61, 0x66, 0xe9), /not valid UTF-8/],
  ])('%s is binary', (_title, content, why) => {
    expect(decodeText(content)).toBeUndefined();
    expect(() => requireText('f', content)).toThrow(why);
  });
  test('text comes back byte for byte, with its BOM', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }).filter((t) => !t.includes('\0')), fc.constantFrom('', '\uFEFF'), (text, bom) => {
      expect(encodeText(decodeText(encodeText(bom + text))!)).toEqual(encodeText(bom + text));
    }));
  });
  test('the ending of most lines is found', () => {
    expect(dominantEnding('a\r\nb\r\nc\n')).toBe('\r\n');
    expect(dominantEnding('a\nb')).toBe('\n');
    expect(dominantEnding('')).toBe('\n');
  });
});
