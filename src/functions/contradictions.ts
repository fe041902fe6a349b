import { UntilgreenError } from '../core/errors.ts';
import { sameValue } from '../languages/function/expect.ts';
import type { Example, Expected } from '../languages/function/types.ts';

/** An example and where it comes from, for messages. */
export interface Sourced {
  example: Example;
  /** `the doctests`, `test_area.py` */
  source: string;
}

/**
 * Examples without repetitions.
 *
 * @throws `bad_arguments` naming both places where two expect different things of the same call
 */
export function consistent(examples: readonly Sourced[]): Example[] {
  const first = new Map<string, Sourced>();
  const kept: Example[] = [];
  for (const one of examples) {
    const key = `${one.example.setup.trim()}\n${one.example.expression.trim()}`;
    const other = first.get(key);
    if (!other) {
      first.set(key, one);
      kept.push(one.example);
    } else if (!agree(other.example.expected, one.example.expected)) {
      throw new UntilgreenError(
        'bad_arguments',
        `The examples contradict each other: ${place(other)} says ${told(other)}, ${place(one)} says ${told(one)}.`,
        { lines: [other.example.line, one.example.line], call: one.example.expression },
        'Keep the one that is right.',
      );
    }
  }
  return kept;
}

/** Do two expectations of one call go together? A printed text says nothing of the value, so it goes with any. */
function agree(a: Expected, b: Expected): boolean {
  if (a.kind === 'value' && b.kind === 'value') return a.value !== undefined && b.value !== undefined ? sameValue(a.value, b.value) : a.text.trim() === b.text.trim();
  if (a.kind === 'raises' && b.kind === 'raises') return a.error === undefined || b.error === undefined || a.error === b.error;
  if (a.kind === 'printed' && b.kind === 'printed') return a.text.trim() === b.text.trim();
  return a.kind === 'printed' ? b.kind === 'value' : a.kind === 'value' && b.kind === 'printed';
}

const place = ({ example, source }: Sourced): string => (example.line === undefined ? source : `line ${example.line} of ${source}`);
const told = ({ example }: Sourced): string => `${example.expression} gives ${expectedText(example.expected)}`;

/** An expectation in a few words. */
export function expectedText(expected: Expected): string {
  if (expected.kind === 'value') return expected.text;
  if (expected.kind === 'printed') return `the output ${JSON.stringify(expected.text)}`;
  return expected.error === undefined ? 'an error' : `${expected.error}${expected.message === undefined ? '' : `: ${expected.message}`}`;
}
