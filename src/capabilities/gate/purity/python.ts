import { python } from '../../../languages/python/index.ts';
import type { Impurity } from '../purity.ts';

/** Modules of the standard library that compute: what they give hangs on what they are given. */
const COMPUTING = new Set(`__future__ abc array ast base64 binascii bisect calendar cmath codecs collections colorsys contextlib copy csv dataclasses datetime decimal difflib
  enum fnmatch fractions functools graphlib hashlib heapq hmac html io ipaddress itertools json keyword math numbers operator os pprint re reprlib shlex statistics string
  stringprep struct sys textwrap tomllib types typing unicodedata urllib uuid xml zlib zoneinfo`.split(/\s+/));

/** What of these modules does more: chance, files. */
const REACHING = /^(?:uuid1|uuid4|getnode|open|EncodedFile|iterparse|parse)$/;

/** On code without its comments and texts. `os` and `io`, `urllib` and `sys` are on the list for the parts that the language's own screen lets pass. */
const USES: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/\.(now|utcnow|today|fromtimestamp|localtime)\s*\(/, 'It reads the clock or the time zone of the machine'],
  [/\b(uuid1|uuid4|getnode|SystemRandom|urandom)\b/, 'It uses chance'],
  [/(?<![.\w])(id|hash)\s*\(/, 'Its result hangs on the process'],
  [/^\s*(global)\s+\w/, 'It keeps state from call to call'],
  [/\bsys\s*\.\s*(?!maxsize\b|float_info\b|int_info\b|maxunicode\b)(\w+)/, 'It reaches for the process'],
  [/(?<![.\w])(locals|vars|__file__|__name__|__doc__|__debug__)\b/, 'It looks at itself'],
  [/\b(iterparse|ElementTree\.parse|ET\.parse|minidom\.parse|codecs\.open|EncodedFile)\b/, 'It reads files'],
  [/\b(environ\w*|getenv\w*|getcwd\w*)\b/, 'It reads the environment'],
  [/(?<![.\w])(object\s*\(\s*\)|weakref)/, 'Its result hangs on the process'],
];

/** See `impurityOf`. */
export async function impurePython(path: string, code: string): Promise<Impurity | undefined> {
  const { imports } = await python.parse(path, code);
  for (const { module, names, line } of imports) {
    const top = module.split('.')[0]!;
    if (!COMPUTING.has(top)) return { line, message: `It imports \`${module}\`, which is not among the modules that only compute.` };
    const reaching = names.find((name) => REACHING.test(name));
    if (reaching && module !== 'urllib') return { line, message: `It imports \`${reaching}\` of \`${module}\`, which reads the clock, chance or files.` };
    if (top === 'sys' && names.some((name) => !/^(?:maxsize|float_info|int_info|maxunicode)$/.test(name) && name !== 'sys' && name !== '')) return { line, message: `It imports \`${names.join(', ')}\` from \`sys\`.` };
  }
  for (const [at, line] of bare(code).split('\n').entries()) {
    for (const [pattern, says] of USES) {
      const found = pattern.exec(line);
      if (found) return { line: at + 1, message: `${says} (${(found[1] ?? found[0]).trim()}).` };
    }
  }
  return undefined;
}

/** The code without comments and plain texts, each line in its place. Texts with expressions in them (f"{…}") stay. */
function bare(code: string): string {
  return code.replaceAll(/#[^\n]*|([A-Za-z]{0,2})("""|'''|"|')((?:\\[^]|(?!\2)[^])*?)\2/g, (whole, prefix: string | undefined, quote: string | undefined) =>
    quote === undefined ? '' : /[ft]/i.test(prefix ?? '') ? whole : `""${'\n'.repeat(whole.split('\n').length - 1)}`);
}
