import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputKeeper } from './output.ts';

const keep = (limit: number, chunks: Buffer[]): OutputKeeper => {
  const keeper = new OutputKeeper(limit);
  for (const chunk of chunks) keeper.add(chunk);
  return keeper;
};

test('output within the limit comes back as it was, however it was cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '\n', '\0'), maxLength: 20 }), { maxLength: 20 }), (parts) => {
      const whole = parts.join('');
      const keeper = keep(4096, parts.map((part) => Buffer.from(part)));
      expect(keeper.text()).toBe(Buffer.from(whole).toString());
      expect(keeper.truncated).toBe(false);
    }),
  );
});

test('longer output keeps its first and last bytes and counts what is left out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 64 }), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 }), (limit, sizes) => {
      let next = 0;
      const chunks = sizes.map((size) => Buffer.from(Array.from({ length: size }, () => 97 + (next++ % 26))));
      const whole = Buffer.concat(chunks).toString();
      const keeper = keep(limit, chunks);
      fc.pre(whole.length > limit);
      const half = Math.floor(limit / 2);
      expect(keeper.text()).toBe(`${whole.slice(0, half)}\n[… ${whole.length - limit} bytes left out …]\n${whole.slice(whole.length - (limit - half))}`);
      expect(keeper.truncated).toBe(true);
    }),
  );
});

test('no character is cut in two at the mark', () => {
  const keeper = keep(10, [Buffer.from('ééééééééééé')]);
  expect(keeper.text()).not.toContain('\ufffd');
});

test('a flood is sixteen times what is kept', () => {
  expect(keep(10, [Buffer.alloc(160)]).flooded).toBe(false);
  expect(keep(10, [Buffer.alloc(161)]).flooded).toBe(true);
});

test('text is handed on in whole characters', () => {
  const heard: string[] = [];
  const keeper = new OutputKeeper(100, (text) => heard.push(text));
  const bytes = Buffer.from('aé');
  keeper.add(bytes.subarray(0, 2));
  keeper.add(bytes.subarray(2));
  expect(heard).toEqual(['a', 'é']);
});
