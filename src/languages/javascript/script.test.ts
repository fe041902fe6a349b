import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptFlags } from './checks/flags.ts';
import { readPackageJson } from './package-json.ts';
import { commandOf, words } from './script.ts';

const command = (scripts: Record<string, string>) => commandOf(readPackageJson(JSON.stringify({ scripts }))!);

describe('words of a script', () => {
  it.each<[string, string[]]>([
    ['node --test  a', ['node', '--test', 'a']], [`node "a b" 'c d'`, ['node', 'a b', 'c d']], ['a="b c"d', ['a=b cd']], ['', []], [String.raw`x "a\"b"`, ['x', 'a"b']],
  ])('%j', (text, expected) => expect(words(text)).toEqual(expected));

  it('gives back whatever was put into single quotes', () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }).filter((s) => !s.includes("'"))), (list) => {
      expect(words(list.map((w) => `'${w}'`).join(' '))).toEqual(list);
    }));
  });
});

describe('the command that runs the tests', () => {
  it.each<[Record<string, string>, object | undefined]>([
    [{ test: 'TZ=UTC vitest run --config x.ts' }, { framework: 'vitest', env: { TZ: 'UTC' }, args: ['run', '--config', 'x.ts'], before: [] }],
    [{ test: 'tsc -p . && node --test dist' }, { framework: 'node:test', args: ['dist'], before: ['tsc -p .'] }],
    [{ test: 'npm run build && npm run unit', build: 'tsc', unit: 'jest --ci' }, { framework: 'jest', args: ['--ci'], before: ['npm run build'] }],
    [{ pretest: 'npm run build', test: 'node --test' }, { framework: 'node:test', before: ['npm run pretest'] }],
    [{ pretest: 'eslint .', test: 'node --test' }, { before: [] }],
    [{ test: 'c8 node --import tsx --test' }, { framework: 'node:test', args: ['--import', 'tsx'] }],
    [{ test: 'node --experimental-vm-modules node_modules/.bin/jest a' }, { framework: 'jest', nodeFlags: ['--experimental-vm-modules'], args: ['a'] }],
    [{ test: 'mocha' }, undefined], [{ test: 'npm run test' }, undefined], [{}, undefined], [{ test: 'node test.js' }, undefined],
  ])('%j', (scripts, expected) => {
    if (expected) expect(command(scripts)).toMatchObject(expected);
    else expect(command(scripts)).toBeUndefined();
  });
});

it('keeps flags with their values, and drops the others with theirs', () => {
  expect(keptFlags(['run', '--config', 'a.ts', '--reporter', 'json', '--watch', 'src', '--dir=x'], /^(--reporter|--watch)(=|$)/, /^(--config|--reporter)$/)).toEqual({
    flags: ['--config', 'a.ts', '--dir=x'], positionals: ['run', 'src'],
  });
});
