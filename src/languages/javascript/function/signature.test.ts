import { describe, expect, it } from 'vitest';
import type { TypeShape } from '../../function/value.ts';
import { JAVASCRIPT, TYPESCRIPT } from './dialect.ts';
import { isIdentifier, parseSignature } from './signature.ts';

const NUMBER: TypeShape = { kind: 'float' };
const TEXT: TypeShape = { kind: 'string' };

describe('signatures', () => {
  it.each([
    ['function area(r: number): number {', 'function area(r: number): number {'],
    ['function area(r: number): number { return r; }', 'function area(r: number): number {'],
    ['area(r: number): number', 'function area(r: number): number {'],
    ['(r: number): number', 'function area(r: number): number {'],
    ['(r: number) => number', 'function area(r: number): number {'],
    ['area: (r: number) => number', 'function area(r: number): number {'],
    ['const area = (r: number): number => {', 'function area(r: number): number {'],
    ['export const area = (r: number): number =>', 'export function area(r: number): number {'],
    ['export default function area(r: number): number', 'export default function area(r: number): number {'],
    ['async area(r: number): Promise<number>', 'async function area(r: number): Promise<number> {'],
    ['function* area(r: number): Generator<number>', 'function* area(r: number): Generator<number> {'],
    ['function area<T>(xs: T[]): T', 'function area<T>(xs: T[]): T {'],
    ['exports.area = function (r) {', 'function area(r) {'],
  ])('%s is a head', async (text, head) => {
    expect((await parseSignature(TYPESCRIPT, text, 'area')).text).toBe(head);
  });

  it.each<[string, TypeShape]>([
    ['number[]', { kind: 'list', item: NUMBER }],
    ['readonly string[]', { kind: 'list', item: TEXT }],
    ['Array<[string, number]>', { kind: 'list', item: { kind: 'tuple', items: [TEXT, NUMBER] } }],
    ['Map<string, Set<number>>', { kind: 'map', key: TEXT, value: { kind: 'set', item: NUMBER } }],
    ['Record<string, boolean>', { kind: 'map', key: TEXT, value: { kind: 'bool' } }],
    ['{ a: number; b?: string }', { kind: 'record', fields: [{ name: 'a', type: NUMBER }, { name: 'b', type: TEXT, optional: true }] }],
    ['{ [key: string]: number }', { kind: 'map', key: TEXT, value: NUMBER }],
    ['string | null', { kind: 'union', options: [TEXT, { kind: 'null' }] }],
    ['bigint', { kind: 'int' }],
    ['Uint8Array', { kind: 'bytes' }],
    ['Point', { kind: 'record', fields: [{ name: 'x', type: NUMBER }] }],
    ['() => void', { kind: 'other', text: '() => void' }],
    ['unknown', { kind: 'any' }],
  ])('an argument of type %s says what inputs are made of', async (type, shape) => {
    const { parameters, preamble } = await parseSignature(TYPESCRIPT, `interface Point { x: number }\nfunction area(a: ${type}): void`, 'area');
    expect(parameters[0]).toMatchObject({ name: 'a', type: shape, typeText: type });
    expect(preamble).toBe('interface Point { x: number }');
  });

  it('tells what may be left out, and what takes the rest', async () => {
    const { parameters, async } = await parseSignature(JAVASCRIPT, 'async function area(a, b = 2, ...rest)', 'area');
    expect(async).toBe(true);
    expect(parameters).toEqual([
      { name: 'a', type: { kind: 'any' }, optional: false },
      { name: 'b', type: NUMBER, optional: true, defaultText: '2' },
      { name: 'rest', type: { kind: 'list', item: { kind: 'any' } }, optional: false, rest: 'list' },
    ]);
  });

  it('takes types of JavaScript from JSDoc, and those of a typed head without putting them into it', async () => {
    const documented = await parseSignature(JAVASCRIPT, '/**\n * @param {number[]} xs\n * @param {string} [sep]\n * @returns {?string}\n */\nfunction area(xs, sep)', 'area');
    expect(documented.parameters.map(({ type, optional }) => ({ type, optional }))).toEqual([{ type: { kind: 'list', item: NUMBER }, optional: false }, { type: TEXT, optional: true }]);
    expect(documented.returns).toEqual({ kind: 'union', options: [TEXT, { kind: 'null' }] });
    const typed = await parseSignature(JAVASCRIPT, 'function area<T>(xs: T[], n: number = 1): number', 'area');
    expect(typed).toMatchObject({ text: 'function area(xs, n = 1) {', returnsText: 'number' });
  });

  it.each([
    ['function other(a) {}', /names the function 'other', wanted was 'area'/],
    ['function area(a', /expected/],
    ['def area(a):', /cannot be read/],
    ['', /cannot be read/],
  ])('%s is refused', async (text, message) => {
    await expect(parseSignature(JAVASCRIPT, text, 'area')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });

  it.each([['a1', true], ['$_', true], ['größe', true], ['1a', false], ['a-b', false], ['class', false], ['await', false], ['', false]])('%s as a name: %s', (name, can) => {
    expect(isIdentifier(name)).toBe(can);
  });
});
