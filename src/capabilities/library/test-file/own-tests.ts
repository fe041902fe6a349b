/** The line of a generated test file below which a person's own tests stand; they are carried over into each new version. */
export const OWN_TESTS = 'Tests of your own may follow; what stands below this line is kept.';

/** What a person wrote below the line; empty where there is none, or no line. */
export function ownTests(text: string): string {
  const at = text.indexOf(OWN_TESTS);
  return at < 0 ? '' : text.slice(at + OWN_TESTS.length).replace(/^\r?\n/, '');
}
