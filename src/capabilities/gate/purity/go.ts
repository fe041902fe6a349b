import type { Impurity } from '../purity.ts';

/** What the packages that a tool may import do beside computing. A generator with a seed of its own computes. */
const USES: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/\btime\s*\.\s*(Now|Since|Until|After|AfterFunc|Tick|NewTimer|NewTicker|Sleep|Local)\b/, 'It reads the clock or the time zone of the machine'],
  [/\brand\s*\.\s*(Int\w*|Uint\w*|Float\w*|ExpFloat64|NormFloat64|Perm|Shuffle|Read|Reader|Prime|N|Text)\b/, 'It uses chance'],
  [/"(crypto\/rand|hash\/maphash)"/, 'It uses chance'],
  [/\bcontext\s*\.\s*(WithTimeout\w*|WithDeadline\w*)/, 'It reads the clock'],
  [/\bfmt\s*\.\s*(Scan|Scanln|Scanf)\b/, 'It reads its standard input'],
  [/"(?:[^"\\\n%]|\\.|%%|%[^p%"\\\n])*(%[-+# 0-9]*p)/, 'Its result hangs on the process'],
  [/^[ \t]*(?:import[ \t]+)?((?!import\b)[\w.]+[ \t]+"(?:time|math\/rand|math\/rand\/v2|context)")/m, 'It takes under another name what only parts may be used of'],
  [/^[ \t]*(go)[ \t]+(?:func\b|[\w.]+\()/m, 'It goes on beside its call'],
];

/** See `impurityOf`. */
export function impureGo(code: string): Impurity | undefined {
  // Without comments; texts stay, for what they print.
  const text = code.replaceAll(/"(?:\\.|[^"\\\n])*"|`[^`]*`|\/\/[^\n]*|\/\*[^]*?\*\//g, (whole) => (whole.startsWith('/') ? whole.replaceAll(/[^\n]/g, ' ') : whole));
  const hits = USES.flatMap(([pattern, says]) => {
    const found = pattern.exec(text);
    return found ? [{ line: text.slice(0, found.index).split('\n').length, message: `${says} (${found[1]!.trim()}).` }] : [];
  });
  return hits.toSorted((one, other) => one.line - other.line)[0];
}
