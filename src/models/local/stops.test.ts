import { describe, expect, it } from 'vitest';
import { StopFilter } from './stops.ts';

describe('what is shown of a text that may hold a stop string', () => {
  it.each<[title: string, stops: string[], pieces: string[], shown: string[], text: string, stopped: boolean]>([
    ['all of it, where there are no stop strings', [], ['a', 'b'], ['a', 'b', ''], 'ab', false],
    ['what stands before it, when it comes in one piece', ['END'], ['one END two'], ['one ', ''], 'one ', true],
    ['no part of it, when it comes in three', ['\ndef'], ['x\n', 'de', 'f y'], ['x', '', '', ''], 'x', true],
    ['its beginning, once it is known to be none', ['\ndef'], ['x\n', 'de', 'corate'], ['x', '', '\ndecorate', ''], 'x\ndecorate', false],
    ['its beginning, when the reply ends there', ['```'], ['a``'], ['a', '``'], 'a``', false],
    ['nothing after it', ['.'], ['a.', 'b'], ['a', '', ''], 'a', true],
    ['up to the first of several', ['late', 'soon'], ['not soon, late'], ['not ', ''], 'not ', true],
    ['of two that overlap, up to the one that begins first', ['bc', 'abcd'], ['xa', 'bc', 'd'], ['x', 'a', '', ''], 'xa', true],
    ['a repeated beginning, as much as can be no stop string', ['aab'], ['aaa', 'b'], ['a', '', ''], 'a', true],
    ['empty stop strings mean nothing', [''], ['a'], ['a', ''], 'a', false],
  ])('is %s', (_title, stops, pieces, shown, text, stopped) => {
    const filter = new StopFilter(stops);
    expect([...pieces.map((piece) => filter.push(piece)), filter.end()]).toEqual(shown);
    expect(filter.text).toBe(text);
    expect(filter.stopped).toBe(stopped);
  });
});
