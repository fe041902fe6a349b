import { UntilgreenError } from '../../../core/errors.ts';
import { canonical, sameValue } from '../../function/expect.ts';
import type { Example, Expected } from '../../function/types.ts';

/** @throws `bad_arguments` when the same call is to give two different things */
export function refuseContradictions(examples: readonly Example[]): void {
  const [found] = contradictions(examples);
  if (!found) return;
  const [before, example] = found;
  const where = (one: Example): string => (one.line === undefined ? '' : ` (line ${one.line})`);
  throw new UntilgreenError(
    'bad_arguments',
    `Two examples contradict each other: \`${example.expression}\` is to give ${shown(before.expected)}${where(before)} and ${shown(example.expected)}${where(example)}.`,
    { lines: [before.line, example.line], expression: example.expression },
    'Take out the one that is wrong.',
  );
}

/** Pairs of examples with the same call that expect different things. */
export function contradictions(examples: readonly Example[]): [Example, Example][] {
  const seen = new Map<string, Example>();
  return examples.flatMap((example) => {
    const called = example.args && example.expression.endsWith(')') ? `${example.expression.split('(')[0]!}(${example.args.map(canonical).join(', ')})` : example.expression;
    const key = `${example.setup}\n${called}`;
    const before = seen.get(key);
    seen.set(key, example);
    return before && !sameExpected(before.expected, example.expected) ? [[before, example] as [Example, Example]] : [];
  });
}

function sameExpected(a: Expected, b: Expected): boolean {
  if (a.kind === 'raises' && b.kind === 'raises') return (a.error === undefined || b.error === undefined || a.error === b.error) && (a.message === undefined || b.message === undefined || a.message === b.message);
  if (a.kind === 'value' && b.kind === 'value' && a.value && b.value) return sameValue(a.value, b.value);
  return a.kind === b.kind && a.kind !== 'raises' && b.kind !== 'raises' && a.text.trim() === b.text.trim();
}

const shown = (expected: Expected): string => (expected.kind === 'raises' ? `an error${expected.error === undefined ? '' : ` ${expected.error}`}` : expected.text);
