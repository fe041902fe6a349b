import type { CapabilityDraft, Evidence } from '../../types.ts';
import { contentHash } from '../hash.ts';

const number = { type: 'number' };

/** A tool as whoever made one hands it in. */
export function sample(change: Partial<CapabilityDraft> = {}): CapabilityDraft {
  return {
    name: 'calculate_percentage', description: 'Calculates a percentage of a number.', language: 'python',
    signature: 'def calculate_percentage(percent: float, number: float) -> float:',
    parameters: { type: 'object', properties: { percent: { ...number, description: 'How many hundredths.' }, number }, required: ['percent', 'number'], additionalProperties: false },
    returns: number, effects: 'pure', errors: [{ when: 'percent is negative', error: 'ValueError' }], answer: '{percent} percent of {number} is {result}.',
    code: 'def calculate_percentage(percent: float, number: float) -> float:\n    if percent < 0:\n        raise ValueError("percent is negative")\n    return percent * number / 100\n',
    cases: [
      { arguments: { percent: 15, number: 300 }, result: 45, from: 'user' },
      { arguments: { percent: 0.1, number: 3 }, result: 0.003, from: 'hidden' },
      { arguments: { percent: -1, number: 3 }, error: 'ValueError', from: 'hidden' },
    ],
    properties: [{ text: 'of nothing it is nothing', expression: 'calculate_percentage(percent, 0) == 0' }], uses: [], aliases: ['percent_of'], requests: ['What is 15 percent of 300?'],
    made: { at: '2026-01-02T03:04:05.000Z', by: 'seed' },
    ...change,
  };
}

export const scriptSample = (language: 'javascript' | 'typescript', change: Partial<CapabilityDraft> = {}): CapabilityDraft => {
  const head = language === 'typescript' ? 'count_words(text: string): { total: number; words: string[] }' : 'count_words(text)';
  return sample({
    name: 'count_words', description: 'Counts the words of a text.', language, signature: `function ${head} {`,
    parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'], additionalProperties: false },
    returns: { type: 'object', properties: { total: { type: 'integer' }, words: { type: 'array', items: { type: 'string' } } } },
    errors: [{ when: 'the text is empty', error: 'RangeError' }], answer: '{result.total} words.', properties: [], aliases: [], requests: [],
    code: `export function ${head} {\n  if (text === '') throw new RangeError('empty');\n  const words = text.split(/\\s+/).filter(Boolean);\n  return { total: words.length, words };\n}\n`,
    cases: [
      { arguments: { text: 'a bc' }, result: { words: ['a', 'bc'], total: 2 }, from: 'user' },
      { arguments: { text: '' }, error: 'RangeError', from: 'hidden' },
    ],
    ...change,
  });
};

export const goSample = (change: Partial<CapabilityDraft> = {}): CapabilityDraft =>
  sample({
    name: 'mean_linux', description: 'The mean of numbers.', language: 'go', signature: 'func mean_linux(numbers []float64, labels map[string]int) (float64, error)',
    parameters: {
      type: 'object', properties: { numbers: { type: 'array', items: number }, labels: { type: 'object', additionalProperties: { type: 'integer' } } }, required: ['numbers'], additionalProperties: false,
    },
    errors: [{ when: 'there are no numbers' }], answer: 'The mean is {result}.', properties: [], aliases: [], requests: [],
    code: 'package solution\n\nimport "errors"\n\nfunc mean_linux(numbers []float64, labels map[string]int) (float64, error) {\n\tif len(numbers) == 0 {\n\t\treturn 0, errors.New("none")\n\t}\n\tsum := 0.0\n\tfor _, number := range numbers {\n\t\tsum += number\n\t}\n\treturn sum / float64(len(numbers)), nil\n}\n',
    cases: [
      { arguments: { numbers: [1, 2, 4], labels: { a: 1 } }, result: 2.3333333333, from: 'user' },
      { arguments: { numbers: [] }, error: true, from: 'hidden' },
    ],
    ...change,
  });

/** Evidence of one gate for a draft. */
export const evidenceFor = (draft: CapabilityDraft, says = '3 of 3 cases hold'): Evidence => ({
  hash: contentHash(draft), at: '2026-01-02T03:04:06.000Z', product: '0.1.0', gates: [{ gate: 'visible_cases', ok: true, says, data: { held: 3 }, ms: 12 }],
});
