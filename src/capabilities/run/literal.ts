/** TypeScript's word for an object of whatever fields. */
export const ANY_OBJECT = 'object';

/**
 * A text, number, boolean or null written as any of the languages writes it: `'km'`, `"km"`, `2`, `True`, `None`; undefined for anything else. Literal types
 * of TypeScript and defaults of parameters are read so.
 */
export function literalOf(text: string): string | number | boolean | null | undefined {
  const bare = text.trim();
  if (Object.hasOwn(WORDS, bare)) return WORDS[bare];
  if (/^-?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(bare)) {
    const number = Number(bare.replaceAll('_', ''));
    return Number.isFinite(number) ? number : undefined;
  }
  // Escapes differ from language to language; without them all write the same.
  return /^'([^'\\\n]*)'$/.exec(bare)?.[1] ?? /^"([^"\\\n]*)"$/.exec(bare)?.[1];
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, True: true, false: false, False: false, null: null, None: null };
