import { expect, it } from 'vitest';
import { functionLanguage } from '../../languages/function/registry.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { lawsOnInputs } from './laws.ts';

const sandbox = await openSandbox();

it.each([
  ['python', '(start: str, end: str) -> int', 'from datetime import date\n\ndef days(start: str, end: str) -> int:\n    return (date.fromisoformat(end) - date.fromisoformat(start)).days\n', 'days(start, end) == -days(end, start)', 'days(start, end) >= 0', 'end=\'2024-02-10\''],
  ['javascript', '(start, end)', 'export function days(start, end) {\n  if (Number.isNaN(Date.parse(start))) throw new RangeError("no date");\n  return (Date.parse(end) - Date.parse(start)) / 86400000;\n}\n', 'days(start, end) + days(end, start) === 0', 'days(start, end) >= 0', '2024-02-10'],
] as const)('laws over texts that few generated ones are, %s', async (lang, head, code, right, wrong, shown) => {
  const language = functionLanguage(lang);
  const signature = await language.parseSignature(head, 'days');
  const inputs = [['2024-02-10', '2024-03-10'], ['2024-03-10', '2024-02-10'], ['no date', '2024-01-01']].map(([start, end]) => ({ start: start!, end: end! }));
  const [fates] = await lawsOnInputs({ language, signature, codes: [code], laws: [{ text: '', expression: right }, { text: '', expression: wrong }], inputs }, { sandbox });
  expect(fates![0]).toEqual({ evaluated: 2 });
  expect(fates![1]).toMatchObject({ evaluated: 2, counterexample: expect.stringContaining(shown) });
});
