import { describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import { contextOf } from './context.ts';
import { draftOf } from './drafts.prop.ts';
import { effectsOf } from './effects.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';

const python = (body: string, before = ''): string => `${before}\ndef scale_numbers(numbers: list[int], factor: int) -> list[int]:\n    ${body}\n`;
const javascript = (body: string): string => `export function scale_numbers(numbers, factor) {\n  ${body}\n}\n`;

describe('what a call is seen to touch', () => {
  it.each<[language: FunctionLanguageName, what: string, code: string, seen: string]>([
    ['python', 'the day, behind a name', python('return [methodcaller("today")(date).toordinal()]', 'from datetime import date\nfrom operator import methodcaller\n'), 'gives something else when the clock is ahead'],
    ['python', 'a file', python('return [len(open("/etc/hostname").read())]'), 'reads files'],
    ['python', 'nothing', python('return [number * factor for number in numbers]'), ''],
    ['javascript', 'the clock, behind a name', javascript('const Moment = Date; return [new Moment().getTime() * 0];'), 'reads the clock'],
    ['javascript', 'nothing', javascript('return numbers.map((number) => number * factor);'), ''],
  ])('%s: %s', async (language, _what, code, seen) => {
    const context = await contextOf({ draft: await draftOf(language, code), candidates: [], tools: [], product: 'test', sandbox: await openSandbox() });
    const found = await effectsOf(context, [{ numbers: [1, 2], factor: 3 }]);
    if (seen === '') expect(found).toEqual([]);
    else expect(found).toContain(seen);
  });
});
