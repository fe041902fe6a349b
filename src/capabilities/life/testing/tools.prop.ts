import type { Capability, JsonObject, UseRecord, UseResult } from '../../types.ts';
import { contentHash, contractHash } from '../../library/hash.ts';

/** A tool that is right, for tests to change. */
export function aTool(change: Partial<Capability> = {}): Capability {
  const tool: Capability = {
    name: 'calculate_percentage',
    description: 'Calculate a percentage of a number.',
    language: 'python',
    signature: 'def calculate_percentage(percent: float, number: float) -> float:',
    parameters: { type: 'object', properties: { percent: { type: 'number' }, number: { type: 'number' } }, required: ['percent', 'number'], additionalProperties: false },
    returns: { type: 'number' },
    effects: 'pure',
    errors: [],
    answer: '{percent} percent of {number} is {result}.',
    version: '1.0.0',
    code: 'def calculate_percentage(percent: float, number: float) -> float:\n    return percent * number / 100\n',
    cases: [
      { arguments: { percent: 15, number: 300 }, result: 45, from: 'user' },
      { arguments: { percent: 50, number: 8 }, result: 4, from: 'hidden' },
      { arguments: { percent: 0, number: 9 }, result: 0, from: 'agreed' },
    ],
    properties: [], uses: [], aliases: [], requests: ['What is 15 percent of 300?'],
    status: 'active',
    made: { at: '2026-01-01T00:00:00.000Z', by: 'model' },
    hash: '', contractHash: '',
    ...change,
  };
  return { ...tool, hash: contentHash(tool), contractHash: contractHash(tool) };
}

export const right: UseResult = { ms: 1, ok: true, result: 1 };
export const failed = (kind: Exclude<UseResult, { ok: true }>['kind']): UseResult => ({ ms: 1, ok: false, kind, message: kind });

let next = 0;
export const aUse = (result: UseResult, at: string, change: Partial<UseRecord> = {}): UseRecord => {
  next += 1;
  return { id: `u${next}`, name: 'calculate_percentage', version: '1.0.0', request: null, arguments: {} as JsonObject, result, wrong: false, at, ...change };
};

/** So many days after the first of January 2026. */
export const day = (days: number): string => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString();
