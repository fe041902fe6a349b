import { describe, expect, it } from 'vitest';
import { silent } from '../../core/events.ts';
import { fauxModels } from '../../models/faux.ts';
import type { Contract, Json, ToolCase, UseResult } from '../types.ts';
import { settleDisputes } from './disputes.ts';

const contract: Contract = {
  name: 'double_it', description: 'Double a number.', language: 'python', signature: 'def double_it(n: int) -> int:', effects: 'pure', errors: [], answer: '{result}',
  parameters: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false }, returns: { type: 'integer' },
};
const gave = (result: Json): UseResult => ({ ok: true, result, ms: 1 });
const failed: UseResult = { ok: false, kind: 'undeclared', error: 'ValueError', message: 'x', ms: 1 };
const wrong = (from: ToolCase['from']): ToolCase => ({ arguments: { n: 2 }, result: 5, from });
const says = (result: string | null, refused = false): object => ({ working: '', result, refused });

describe('a case that implementations do not meet', () => {
  it.each<[string, ToolCase, UseResult[], object[], ToolCase[]]>([
    ['is corrected, where they agree and the tester comes to the same', wrong('hidden'), [gave(4), gave(4), gave(4)], [says('4')], [{ arguments: { n: 2 }, result: 4, from: 'hidden' }]],
    ['stays, where the tester stands by it', wrong('hidden'), [gave(4), gave(4), gave(4)], [says('5')], [wrong('hidden')]],
    ['is left out, where the tester says a third thing', wrong('specification'), [gave(4), gave(4), gave(4)], [says('6')], []],
    ['is left out, where the tester says nothing that can be used', wrong('hidden'), [gave(4), gave(4), gave(4)], [says('"four"')], []],
    ['becomes a refusal, where all refuse and the tester does too', wrong('hidden'), [failed, failed, failed], [says(null, true)], [{ arguments: { n: 2 }, error: true, from: 'hidden' }]],
    ['stays unasked, where the user stated it', wrong('user'), [gave(4), gave(4), gave(4)], [], [wrong('user')]],
    ['stays unasked, where only two agree', wrong('hidden'), [gave(4), gave(4)], [], [wrong('hidden')]],
    ['stays unasked, where they do not agree', wrong('hidden'), [gave(4), gave(3), gave(4), gave(9), gave(1), gave(4)], [], [wrong('hidden')]],
    ['stays unasked, where they meet it', wrong('hidden'), [gave(5), gave(5), gave(5)], [], [wrong('hidden')]],
  ])('%s', async (_title, one, results, replies, settled) => {
    const models = fauxModels(replies as object[]);
    expect(await settleDisputes(contract, [one], results.map((result) => [result]), { models, key: 'k', emit: silent })).toEqual(settled);
    expect(models.remaining()).toBe(0);
  });
});
