import { assert, integer, property, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goalWords, oneOf, parseBudget, parseLanguage, parseModels, wholeNumber } from './arguments.ts';

const isDirectory = (word: string) => word === './shop' || word === 'tests';

describe('the words of run and plan', () => {
  it.each<[string, string[], string | undefined, ReturnType<typeof goalWords>]>([
    ['one word group is the request in the current directory', ['fix it'], undefined, { request: 'fix it' }],
    ['two are directory and request', ['./shop', 'fix it'], undefined, { directory: './shop', request: 'fix it' }],
    ['with -t nothing more is needed', [], 'fix it', { directory: undefined, request: 'fix it' }],
    ['with -t the one word is the directory', ['./shop'], 'fix it', { directory: './shop', request: 'fix it' }],
    ['with -t a word that is no directory is still the directory', ['gone'], 'fix it', { directory: 'gone', request: 'fix it' }],
    ['no words leave the request to be asked for', [], undefined, {}],
    ['a lone existing directory is a forgotten request', ['./shop'], undefined, { directory: './shop' }],
    ['space around a request is dropped', ['  fix it \n'], undefined, { request: 'fix it' }],
    ['a directory may come first that does not exist', ['new', 'fix it'], undefined, { directory: 'new', request: 'fix it' }],
    ['a request may be in any script', ['修复它 🛠'], undefined, { request: '修复它 🛠' }],
  ])('%s', (_title, words, task, expected) => {
    expect(goalWords(words, task, isDirectory)).toEqual(expected);
  });

  it.each<[string, string[], string | undefined, string]>([
    ['an empty request', [''], undefined, 'The request is empty.'],
    ['a request of spaces after a directory', ['./shop', '  '], undefined, 'The request is empty.'],
    ['an empty -t', [], ' ', 'The request is empty.'],
    ['a request without quotes', ['fix', 'the', 'bug'], undefined, 'put it in quotes. Type: untilgreen run "fix the bug"'],
    ['-t with two more words', ['a', 'b'], 'fix it', 'With -t at most a directory stands beside it.'],
  ])('%s is refused', (_title, words, task, message) => {
    expect(() => goalWords(words, task, isDirectory)).toThrow(expect.objectContaining({ code: 'usage', exitCode: 2, message: expect.stringContaining(message) }));
  });
});

describe('--budget', () => {
  it.each([
    ['200k', { tokens: 200_000 }],
    ['1.5M', { tokens: 1_500_000 }],
    ['90000', { tokens: 90_000 }],
    ['200K', { tokens: 200_000 }],
    ['$2', { cost: 2 }],
    ['$0.25', { cost: 0.25 }],
    ['2$', { cost: 2 }],
    ['30m', { minutes: 30 }],
    ['30min', { minutes: 30 }],
    ['90s', { minutes: 1.5 }],
    ['1h', { minutes: 60 }],
    ['200k,$2,30m', { tokens: 200_000, cost: 2, minutes: 30 }],
    [' $2 + 1h ', { cost: 2, minutes: 60 }],
  ])('%s', (text, budget) => {
    expect(parseBudget(text)).toEqual(budget);
  });
  it.each(['', ',', '0', '$0', '-5k', '3q', '$', 'k', '1e3', '200k,100k', '$1,$2', '5m,1h', 'NaN', '1..5k', '$2k'])('%j is refused', (text) => {
    expect(() => parseBudget(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
  it('reads back any combination in any order', () => {
    const part = record({ tokens: integer({ min: 1, max: 1e9 }), cost: integer({ min: 1, max: 1e6 }), minutes: integer({ min: 1, max: 1e5 }) });
    assert(property(part, shuffledSubarray(['tokens', 'cost', 'minutes'] as const, { minLength: 1 }), (values, keys) => {
      const text = keys.map((key) => ({ tokens: `${values.tokens}`, cost: `$${values.cost}`, minutes: `${values.minutes}m` })[key]).join(',');
      expect(parseBudget(text)).toEqual(Object.fromEntries(keys.map((key) => [key, values[key]])));
    }));
  });
});

describe('--model', () => {
  it.each<[string[], Record<string, string>]>([
    [['qwen3'], { 'models.default.model': 'qwen3' }],
    [['qwen3', 'coder=org/m:q4'], { 'models.default.model': 'qwen3', 'models.coder.model': 'org/m:q4' }],
    [['embedding=minilm'], { 'models.embedding.model': 'minilm' }],
    [['org/name-1.5:tag'], { 'models.default.model': 'org/name-1.5:tag' }],
    [[], {}],
  ])('%j', (values, flags) => {
    expect(parseModels(values)).toEqual(flags);
  });
  it.each([
    ['plannr=x', "did you mean 'planner'?"],
    ['coder=', 'the name of the model is missing'],
  ])('%s is refused: %s', (value, message) => {
    expect(() => parseModels([value])).toThrow(message);
  });
  it('a role cannot be named twice', () => {
    expect(() => parseModels(['a', 'default=b'])).toThrow('twice');
  });
});

describe('other values', () => {
  it.each([['node', 'javascript'], ['TS', 'typescript'], ['py', 'python'], ['javascript', 'javascript']])('--language %s means %s', (value, language) => {
    expect(parseLanguage(value)).toBe(language);
  });
  it('an unknown language names the nearest', () => {
    expect(() => parseLanguage('pyton')).toThrow('--language pyton is unknown; did you mean python? Known: python, javascript, typescript, go.');
    expect(() => parseLanguage('cobol')).toThrow('--language cobol is unknown. Known');
  });
  it('a value outside its list names the nearest', () => {
    expect(() => oneOf('--apply', ['green', 'ask', 'never'], 'gren')).toThrow('--apply gren is unknown; did you mean green? Expected green, ask, never.');
  });
  it.each(['0', '-1', '1.5', 'x', ''])('%j is no number of iterations', (value) => {
    expect(() => wholeNumber('--max-iterations', value)).toThrow('expected a whole number of at least 1');
  });
});
