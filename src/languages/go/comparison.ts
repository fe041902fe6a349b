/** What tests say by hand: `Area(2) = 4, want 3`, `Area(2): expected 3, got 4`. */
const WANTED = [
  /^(.*?)\s*(?:=|returned|gave|:)\s*(.+?)[,;]\s*(?:want(?:ed)?|expected|should be)[: =]*\s*(.+)$/i,
  /^(.*?)[:,]?\s*(?:got|actual)[: =]*\s*(.+?)[,;]?\s*(?:want(?:ed)?|expected|but want(?:ed)?)[: =]*\s*(.+)$/i,
];
const EXPECTED_FIRST = /^(.*?)[:,]?\s*(?:want(?:ed)?|expected)[: =]*\s*(.+?)[,;]?\s*(?:but )?(?:got|actual(?:ly)?|was)[: =]*\s*(.+)$/i;

/** What a failed test compared. */
export interface Comparison {
  /** What stands before it: most often the call. */
  call?: string;
  expected: string;
  got: string;
}

/**
 * Expected and got out of the message of a failed test: testify's block, or a line of the usual form.
 *
 * @param lines of one message, the first without its place
 * @example comparisonIn(['Area(2) = 4, want 3']) // { call: 'Area(2)', expected: '3', got: '4' }
 */
export function comparisonIn(lines: readonly string[]): Comparison | undefined {
  const whole = lines.join('\n');
  const expected = /^\s*expected\s*:\s*(.+)$/m.exec(whole)?.[1];
  const actual = /^\s*actual\s*:\s*(.+)$/m.exec(whole)?.[1];
  if (expected !== undefined && actual !== undefined) return { expected, got: actual };
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const inverse = EXPECTED_FIRST.exec(first);
  if (inverse) return { ...(inverse[1] ? { call: inverse[1] } : {}), expected: inverse[2]!, got: inverse[3]! };
  for (const pattern of WANTED) {
    const match = pattern.exec(first);
    if (match) return { ...(match[1] ? { call: match[1] } : {}), expected: match[3]!, got: match[2]! };
  }
  return undefined;
}
