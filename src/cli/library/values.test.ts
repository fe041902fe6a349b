import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../capabilities/types.ts';
import { anyValue, argumentsIn, argumentsOf } from './values.ts';

const tool = (properties: Record<string, JsonSchema>) => ({ name: 'tool_one', parameters: { type: 'object', properties } });

describe('an argument on the command line', () => {
  it.each<[string, JsonSchema, unknown]>([
    ['15', { type: 'number' }, 15], ['-.5e3', { type: 'number' }, -500], ['+7', { type: 'integer' }, 7],
    ['15', { type: 'string' }, '15'], ['', { type: 'string' }, ''], ['a=b', { type: 'string' }, 'a=b'], ['"x"', { type: 'string' }, '"x"'],
    ['true', { type: 'boolean' }, true], ['true', { type: 'string' }, 'true'],
    ['[1, "a"]', { type: 'array' }, [1, 'a']], ['{"a": null}', { type: 'object' }, { a: null }],
    ['null', { anyOf: [{ type: 'number' }, { type: 'null' }] }, null], ['2', { anyOf: [{ type: 'null' }, { type: 'number' }] }, 2], ['2', { type: ['integer', 'string'] }, 2], ['two', { type: ['integer', 'string'] }, 'two'],
    ['up', { enum: ['up', 'down'] }, 'up'], ['1', { enum: [1, 2] }, 1],
    ['[1]', {}, [1]], ['plain', {}, 'plain'], ['3', { anyOf: [{ type: 'string' }, {}] }, 3],
  ])('%j is what %j takes', (text, schema, value) => {
    expect(argumentsOf([`it=${text}`], tool({ it: schema }))).toEqual({ it: value });
  });

  it.each<[string, string[], string]>([
    ['a number that is none', ['size=1x'], 'size=1x: expected number.'],
    ['a whole number with a fraction', ['count=1.5'], 'count=1.5: expected integer.'],
    ['an integer that JSON would change', ['count=9007199254740993'], 'expected integer'],
    ['hex, which other languages read otherwise', ['size=0x10'], 'expected number'],
    ['nothing for a number', ['size='], 'expected number'],
    ['a list that is no JSON', ['many=1,2'], `A list is JSON: many='[1, 2]'`],
    ['a parameter that it has not, with the one that was meant', ['siz=1'], 'did you mean size?'],
    ['a parameter called as something that every object has', ['toString=1'], 'has no parameter "toString"'],
    ['a word without =', ['300'], 'Expected name=value: size=… count=… many=…'],
    ['one that is given twice', ['size=1', 'size=2'], 'size is given twice.'],
  ])('is refused: %s', (_, words, message) => {
    const taken = tool({ size: { type: 'number' }, count: { type: 'integer' }, many: { type: 'array', items: { type: 'number' } } });
    expect(() => argumentsOf(words, taken)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) as string }));
  });

  it('may be called as anything', () => {
    expect(Object.entries(argumentsOf(['__proto__=1'], tool(JSON.parse('{"__proto__": {"type": "number"}}') as Record<string, JsonSchema>)))).toEqual([['__proto__', 1]]);
  });

  it.each(['[1]', '1', 'null', '{', ''])('all at once are a JSON object, not %j', (source) => {
    expect(() => argumentsIn(source)).toThrow('--args: expected a JSON object');
    expect(argumentsIn('{"a": [1]}')).toEqual({ a: [1] });
  });

  it('as a result is JSON, else a text', () => {
    expect(['45', '"a"', 'null', 'a b', '[1'].map(anyValue)).toEqual([45, 'a', null, 'a b', '[1']);
  });
});
