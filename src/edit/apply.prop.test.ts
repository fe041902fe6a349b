/* oxlint-disable vitest/no-conditional-expect -- a law speaks of the cases in which it applies; each test counts them */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applyEdits } from './apply.ts';
import type { Edit } from './types.ts';

// Few distinct short lines with every kind of trouble, so that repeats, near misses and cuts are common.
const indent = fc.constantFrom('', '', '  ', '    ', '\t', '\t\t');
const body = fc.constantFrom('a = 1', 'a = 10', 'b()', 'if x:', 'return \u201Cq\u201D', 'return "q"', '}', 'caf\u00E9', 'x', '', 'y.z(1, 2)', 'end', '$&', '\u{1F600}', 'a - b', 'a \u2013 b');
const tail = fc.constantFrom('', '', '', ' ', '\t');
const line = fc.tuple(indent, body, tail).map((parts) => parts.join(''));
const ending = fc.constantFrom('\n', '\n', '\r\n');
const file = fc
  .record({ bom: fc.constantFrom('', '', '\uFEFF'), lines: fc.array(fc.tuple(line, ending), { maxLength: 14 }), last: fc.constantFrom('', 'tail', '  tail ') })
  .map(({ bom, lines, last }) => bom + lines.map((l) => l.join('')).join('') + last);
const block = fc.array(line, { minLength: 1, maxLength: 4 }).chain((lines) => fc.constantFrom('', '\n').map((end) => lines.join('\n') + end));

const lf = (text: string) => text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '');
/** Endings in order: what must not change outside a range. */
const endings = (text: string) => text.match(/\r?\n/g) ?? [];

/** A file and a quote cut from it, or any other block. `loose`: quotes whose white space differs. */
const quoteOf = (loose: boolean) => file.chain((content) => {
  const text = lf(content);
  const cut = fc.tuple(fc.nat(text.length), fc.nat(text.length)).map(([a, b]) => text.slice(Math.min(a, b), Math.max(a, b)));
  const lines = text.split('\n');
  const whole = fc.tuple(fc.nat(lines.length - 1), fc.integer({ min: 1, max: 4 }), fc.constantFrom('', '\n')).map(([at, n, end]) => lines.slice(at, at + n).join('\n') + end);
  const moved = whole.map((w) => w.split('\n').map((l) => l.trim() && `  ${l.trim()}`).join('\n'));
  const shifted = whole.chain((w) => fc.constantFrom('  ', '\t', '      ').map((by) => w.split('\n').map((l) => l.trim() && by + l.trimEnd()).join('\n')));
  const trailing = whole.map((w) => w.split('\n').map((l) => l.trim() && `${l.trimEnd()}  `).join('\n'));
  const oldText = loose ? fc.oneof(shifted, trailing, moved) : fc.oneof(cut, whole, whole, moved, block);
  return fc.record({ content: fc.constant(content), oldText, newText: block });
});
const fileAndQuote = quoteOf(false);

describe('over random files and edits', () => {
  test('an exact edit changes its range and no other byte', () => {
    let held = 0;
    fc.assert(
      fc.property(fileAndQuote, ({ content, oldText, newText }) => {
        const outcome = applyEdits(content, [{ oldText, newText }]);
        if (!outcome.ok || outcome.edits[0]!.tier !== 'exact') return;
        held += 1;
        const source = lf(content);
        // Only at the end of a file without final newline may the quote's own newline be missing.
        const open = !source.includes(oldText);
        const old = open ? oldText.slice(0, -1) : oldText;
        const text = open && newText.endsWith('\n') ? newText.slice(0, -1) : newText;
        const at = open ? source.length - old.length : source.indexOf(old);
        expect(lf(outcome.content)).toBe(source.slice(0, at) + text + source.slice(at + old.length));
        expect(outcome.content.startsWith('\uFEFF')).toBe(content.startsWith('\uFEFF'));
        const before = endings(source.slice(0, at)).length;
        const after = endings(source.slice(at + old.length)).length;
        const [was, is] = [endings(content), endings(outcome.content)];
        expect(is.slice(0, before)).toEqual(was.slice(0, before));
        expect(is.slice(is.length - after)).toEqual(was.slice(was.length - after));
      }),
      { numRuns: 18_000 },
    );
    expect(held).toBeGreaterThan(1000);
  });

  test('an edit by lines changes whole lines of its block, says what newText says, and leaves every other line', () => {
    let held = 0;
    fc.assert(
      fc.property(quoteOf(true), ({ content, oldText, newText }) => {
        const outcome = applyEdits(content, [{ oldText, newText }]);
        if (!outcome.ok || outcome.edits[0]!.tier === 'exact') return;
        held += 1;
        const [was, is] = [content, outcome.content].map((t) => t.replace(/^\uFEFF/, '').split(/(?<=\n)/));
        const { fromLine, toLine } = outcome.edits[0]!;
        const size = oldText.replace(/\n$/, '').split('\n').length;
        if (newText === '' && oldText.endsWith('\n')) {
          const without = was!.map((_, at) => was!.toSpliced(at, size)).filter((lines) => lines.length === was!.length - size);
          // The last line of a file without final newline goes with the newline before it.
          const texts = without.map((lines, at) => (at + size === was!.length && !content.endsWith('\n') ? lines.join('').replace(/\r?\n$/, '') : lines.join('')));
          expect(texts).toContain(is!.join(''));
          return;
        }
        expect(is!.slice(0, fromLine - 1)).toEqual(was!.slice(0, fromLine - 1));
        expect(was!.slice(fromLine - 1 + size).join('')).toBe(is!.slice(toLine).join(''));
        const plain = (l: string) => l.replace(/[\u201C\u201D]/g, '"').replace('\u2013', '-').trim();
        const wanted = (oldText.endsWith('\n') ? newText.replace(/\n$/, '') : newText).split('\n').map(plain);
        // Where a final newline was asked for and the file had none, it ends the last line and begins no other.
        if (fromLine - 1 + wanted.length > is!.length && wanted.at(-1) === '') wanted.pop();
        expect(is!.slice(fromLine - 1, toLine).map(plain)).toEqual(wanted);
      }),
      { numRuns: 20_000 },
    );
    expect(held).toBeGreaterThan(1000);
  });

  test('an accepted quote stands in the file once, white space and typography aside', () => {
    fc.assert(
      fc.property(fileAndQuote, ({ content, oldText, newText }) => {
        const outcome = applyEdits(content, [{ oldText, newText }]);
        if (!outcome.ok) {
          expect(outcome.message.length).toBeGreaterThan(20);
          return;
        }
        const cut = (l: string) => (outcome.edits[0]!.tier === 'whitespace' ? l.trimEnd() : l.trim());
        const lines = (t: string) => t.replace(/\n$/, '').split('\n').map((l) => cut(l.replace(/[\u201C\u201D]/g, '"').replace('\u2013', '-')));
        const source = lf(content);
        const count = (hay: string, needle: string) => {
          let n = 0;
          for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) n += 1;
          return n;
        };
        const quoted = lf(oldText);
        if (outcome.edits[0]!.tier === 'exact') expect(count(source, quoted) + (source.endsWith('\n') ? 0 : Number(`${source}\n`.endsWith(quoted) && quoted.endsWith('\n')))).toBe(1);
        else expect(lines(source).filter((_, i, all) => lines(quoted).every((l, k) => l === all[i + k]))).toHaveLength(1);
      }),
      { numRuns: 9_000 },
    );
  });

  test('an edit and its inverse give the same bytes where both are exact', () => {
    let held = 0;
    const uniform = file.chain((content) => fc.constantFrom('\n', '\r\n').map((end) => content.replace(/\r?\n/g, end)));
    const pair = uniform.chain((content) => {
      const lines = lf(content).split('\n');
      return fc.record({ content: fc.constant(content), at: fc.nat(lines.length - 1), size: fc.integer({ min: 1, max: 3 }), newText: block });
    });
    fc.assert(
      fc.property(pair, ({ content, at, size, newText }) => {
        const oldText = lf(content).split('\n').slice(at, at + size).join('\n');
        const there = applyEdits(content, [{ oldText, newText }]);
        if (!there.ok || there.edits[0]!.tier !== 'exact' || !there.content.includes('\n')) return;
        // Where the last line ending went, nothing says any more which kind the file had.
        const back = applyEdits(there.content, [{ oldText: newText, newText: oldText }]);
        if (!back.ok || back.edits[0]!.tier !== 'exact') return;
        // A quote with a final newline at an open end is taken without it, both ways or neither.
        if (newText.endsWith('\n') && !there.content.endsWith('\n') && !there.content.endsWith(oldText)) return;
        held += 1;
        expect(back.content).toBe(content);
      }),
      { numRuns: 4_000 },
    );
    expect(held).toBeGreaterThan(300);
  });

  test('several edits are applied as each would be alone, or not at all', () => {
    let held = 0;
    const several = file.chain((content) => {
      const lines = lf(content).split('\n');
      const edit = fc.record({ at: fc.nat(lines.length - 1), newText: line }).map(({ at, newText }): Edit => ({ oldText: lines[at]!, newText }));
      return fc.record({ content: fc.constant(content), edits: fc.array(edit, { minLength: 2, maxLength: 3 }) });
    });
    fc.assert(
      fc.property(several, ({ content, edits }) => {
        const alone = edits.map((e) => applyEdits(content, [e]));
        const together = applyEdits(content, edits);
        if (together.ok) {
          held += 1;
          // An edit that leaves the file as it is may be one of several.
          for (const a of alone) expect(a.ok || a.code === 'no_change').toBe(true);
          const backwards = applyEdits(content, edits.toReversed());
          expect(backwards.ok && backwards.content).toBe(together.content);
        } else {
          const first = alone.find((a) => !a.ok);
          expect(together.code === 'overlap' || together.code === 'no_change' || (first && !first.ok && first.code === together.code)).toBe(true);
        }
      }),
      { numRuns: 4_000 },
    );
    expect(held).toBeGreaterThan(300);
  });
});
