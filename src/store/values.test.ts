import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, parameters, parseVector, vectorText } from './values.ts';

describe('JSON text for jsonb', () => {
  it('is the value itself wherever jsonb can hold it', () => {
    const holdable = fc.jsonValue().filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
    fc.assert(fc.property(holdable, (value) => {
      expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }));
  });
  it('holds no NUL and no lone surrogate, whatever goes in, and stays JSON', () => {
    const awkward = fc.array(fc.constantFrom('\0', '\ud800', '\udfff', '\\', '"', 'u0000', '\\u0000', '\u{1f600}', 'a')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.dictionary(awkward, awkward), (value) => {
        const back = JSON.parse(jsonText(value)) as Record<string, string>;
        for (const text of Object.entries(back).flat()) {
          expect(text).not.toContain('\0');
          expect(text).toBe(Buffer.from(text, 'utf8').toString('utf8'));
        }
        const expected = Object.entries(value).map(([key, text]) => [key, text].map((s) => Buffer.from(s.replaceAll('\0', '\u{fffd}'), 'utf8').toString('utf8')));
        expect(back).toEqual(Object.fromEntries(expected));
      }),
    );
  });
  it.each([[undefined, 'null'], [null, 'null'], ['\\u0000', '"\\\\u0000"'], ['\0', '"\\ufffd"']])('of %j is %s', (value, text) => {
    expect(jsonText(value)).toBe(text);
  });
});

describe('parameters', () => {
  it.each<[unknown, string | null]>([
    [1.5, '1.5'], [10n, '10'], [true, 'true'], ['x', 'x'], [null, null], [undefined, null],
    [new Date(0), '1970-01-01T00:00:00.000Z'], [Uint8Array.of(1, 255), '\\x01ff'], [{ a: 1 }, '{"a":1}'],
    [[1, 'b"\\', null, ['n']], '{"1","b\\"\\\\",NULL,{"n"}}'],
  ])('turn %o into %s', (value, text) => expect(parameters([value])).toEqual([text]));
  it('are none when none are given', () => expect(parameters()).toEqual([]));
});

it('vectors come back as they went', () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (vector) => {
    expect(parseVector(vectorText(vector)).map(Number)).toEqual(vector.map((x) => x + 0));
  }));
});
