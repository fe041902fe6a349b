import { describe, expect, it } from 'vitest';
import type { Capability, UseRecord } from '../types.ts';
import { standingOf } from './standing.ts';
import { statsOf } from './stats.ts';
import { aTool, aUse, day, failed, right } from './testing/tools.prop.ts';

const settings = { archiveDays: 30 };
const many = (count: number, at: number, change: Partial<UseRecord> = {}): UseRecord[] => Array.from({ length: count }, () => aUse(right, day(at), change));
const fails = (count: number, at: number, change: Partial<UseRecord> = {}): UseRecord[] => Array.from({ length: count }, (_, index) => aUse(failed('crashed'), day(at + index), change));

describe('what the status of a tool should become', () => {
  it.each<[string, Partial<Capability>, UseRecord[], number, number, string | undefined]>([
    ['a tool that works stays', {}, many(9, 39), 100, 40, undefined],
    ['three failures in a row deprecate it', {}, [...many(9, 20), ...fails(3, 30)], 100, 40, 'deprecated'],
    ['failures of the version before do not', { version: '1.0.1' }, [...fails(3, 30), ...many(3, 39)], 100, 40, undefined],
    ['nor those of another tool', {}, [...fails(3, 30, { name: 'other' }), ...many(3, 39)], 100, 40, undefined],
    ['never used in 20 requests and 40 days: archived', {}, [], 20, 40, 'archived'],
    ['in 19 requests that says nothing', {}, [], 19, 40, undefined],
    ['nor does it of a tool of last week', { made: { at: day(33), by: 'model' } }, [], 500, 40, undefined],
    ['two uses are too few in 500 requests', {}, many(2, 5), 500, 40, 'archived'],
    ['and enough in 400', {}, many(2, 5), 400, 40, undefined],
    ['who used it last week still wants it', {}, many(1, 33), 500, 40, undefined],
    ['uses under its other name count', { aliases: ['percent_of'] }, many(3, 5, { name: 'percent_of' }), 500, 40, undefined],
    ['a deprecated one that nobody wants is archived too', { status: 'deprecated' }, [], 100, 40, 'archived'],
    ['a deprecated one is not made active by good uses', { status: 'deprecated' }, many(9, 39), 100, 40, undefined],
    ['an archived one stays archived', { status: 'archived' }, fails(3, 30), 500, 40, undefined],
  ])('%s', (_title, change, uses, requests, today, status) => {
    expect(standingOf(aTool(change), uses, { requests }, new Date(day(today)), settings)?.status).toBe(status);
  });

  it('says why', () => {
    expect(standingOf(aTool(), fails(3, 30), { requests: 9 }, new Date(day(40)), settings)?.reason).toBe('it failed 3 times in a row');
    expect(standingOf(aTool(), many(1, 2), { requests: 500 }, new Date(day(40)), settings)?.reason).toBe('used once in 500 requests, and not for 38 days');
  });
});

describe('the figures of a library', () => {
  it('counts tools, uses and failures, the most used tool first', () => {
    const tools = [aTool({ name: 'reverse_text', language: 'go', status: 'archived' }), aTool({ version: '1.0.1' })];
    const uses = [...fails(2, 1), ...many(4, 5, { version: '1.0.1' }), aUse(failed('arguments'), day(6), { version: '1.0.1' })];
    const stats = statsOf(tools, uses, { requests: 12, reused: 7, made: 2, refused: 3 }, new Date(day(7)));
    expect(stats).toMatchObject({ tools: 2, byLanguage: { go: 1, python: 1 }, byStatus: { archived: 1, active: 1 }, requests: 12, reused: 7, made: 2, refused: 3 });
    expect(stats.each.map(({ name }) => name)).toEqual(['calculate_percentage', 'reverse_text']);
    expect(stats.each[0]).toMatchObject({ version: '1.0.1', uses: 7, failures: 2, probation: true, lastUse: day(6) });
    expect(stats.each[0]!.reliability.mean).toBeGreaterThan(0.8);
    expect(stats.each[1]).toMatchObject({ uses: 0, failures: 0, reliability: { mean: 0.5 } });
    expect(stats.each[1]).not.toHaveProperty('lastUse');
  });
});
