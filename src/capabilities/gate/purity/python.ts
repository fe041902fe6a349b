import { python } from '../../../languages/python/index.ts';
import type { Impurity } from '../purity.ts';

/** Modules of the standard library that compute: what they give hangs on what they are given. */
const COMPUTING = new Set(`__future__ abc array ast base64 binascii bisect calendar cmath codecs collections colorsys contextlib copy csv dataclasses datetime decimal difflib
  enum fnmatch fractions functools graphlib hashlib heapq hmac html io ipaddress itertools json keyword math numbers operator os pprint re reprlib shlex statistics string
  stringprep struct sys textwrap tomllib types typing unicodedata urllib uuid xml zlib zoneinfo`.split(/\s+/));

/** What of these modules does more: chance, files, and modules that they import themselves. */
const REACHING = /^(?:uuid1|uuid4|getnode|open|EncodedFile|iterparse|parse|random|builtins|sys|os|io|locale)$/;
/** Names under which a value that is asked for by a text leads to the clock, to chance, to files or to other modules. */
const ASKED = 'now|utcnow|today|fromtimestamp|localtime|uuid1|uuid4|getnode|open|EncodedFile|random|builtins|sys|os|io|modules|exec|eval|__\\w+';

/** On code without its comments and texts. `os` and `io`, `urllib` and `sys` are on the list for the parts that the language's own screen lets pass. */
const USES: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/\.\s*(now|utcnow|today|fromtimestamp|localtime)\b/, 'It reads the clock or the time zone of the machine'],
  [/\b(uuid1|uuid4|getnode|SystemRandom|urandom)\b|\bstatistics\s*\.\s*(random)\b/, 'It uses chance'],
  [/(?<![.\w])(id|hash)\s*\(/, 'Its result hangs on the process'],
  [/\bkey\s*=\s*(id|hash)\b|\bmap\s*\(\s*(id|hash)\b/, 'Its result hangs on the process'],
  [/^\s*(global)\s+\w/m, 'It keeps state from call to call'],
  [/\bsys\s*\.\s*(?!maxsize\b|float_info\b|int_info\b|maxunicode\b)(\w+)/, 'It reaches for the process'],
  [/(?<![.\w])(locals|vars|__file__|__name__|__doc__|__debug__)\b/, 'It looks at itself'],
  [/\b(iterparse|ElementTree\.parse|ET\.parse|minidom\.parse|codecs\.open|EncodedFile)\b/, 'It reads files'],
  [/\b(environ\w*|getenv\w*|getcwd\w*)\b/, 'It reads the environment'],
  [/(?<![.\w])(object\s*\(\s*\)|weakref)/, 'Its result hangs on the process'],
  // A module or a function under another name is no longer seen where it is used.
  [/\b(sys|os)\s+as\b/, 'It takes under another name what only parts may be used of'],
  [/(?<!\bimport\s+)\b(os\s*\.\s*path)\b(?!\s*\.)/, 'It takes under another name what only parts may be used of'],
  [/(?<![.\w])(getattr|setattr|delattr)\b(?!\s*\()/, 'It looks into values by names that are made when it runs'],
  [/\b(get_field|__dict__|__context__|__cause__)\b/, 'It looks into values by names that are made when it runs'],
  [new RegExp(`\\bcase\\b[^\\n]*\\b(${ASKED})\\s*=`), 'It looks into values by a pattern'],
  [/\bclass\s+\w+\s*\(\s*(int|str|float|bool|complex)\b(?![^)]*Enum)/, 'Its values compare as it likes'],
  // They evaluate annotations that are texts.
  [/\b(get_type_hints|ForwardRef|evaluate_forward_ref|singledispatch\w*)\b/, 'It makes code from text'],
];
/** What is asked for by a text, in the code as it was written. */
const BY_TEXT = new RegExp(`\\b(?:getattr|setattr|delattr|attrgetter|methodcaller)\\s*\\([^)]*['".](${ASKED})\\b`);

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
  // Python reads letters of other widths as the plain ones (PEP 3131), and an expression goes on over lines.
  const text = bare(code).normalize('NFKC');
  const tops = imports.flatMap(({ module, names }) => (names.length === 0 && /^\w+$/.test(module) ? [module] : []));
  const uses = [
    ...USES,
    ...(imports.some(({ module }) => module.split('.')[0] === 'xml') ? [[/(?<!\burllib)\.\s*(parse|iterparse)\b/, 'It reads files'] as const] : []),
    ...(tops.length > 0 ? [[new RegExp(`[^=!<>]=[ \\t]*(${tops.join('|')})[ \\t]*(?:$|[;,)])`, 'm'), 'It takes a module under another name'] as const] : []),
  ];
  const seen = [...uses.map((use) => [...use, text] as const), [BY_TEXT, 'It looks into values by names that lead out of them', code.normalize('NFKC')] as const];
  const hits = seen.flatMap(([pattern, says, where]) => {
    const found = pattern.exec(where);
    return found ? [{ line: where.slice(0, found.index).split('\n').length, message: `${says} (${(found.slice(1).find(Boolean) ?? found[0]).trim()}).` }] : [];
  });
  return hits.toSorted((one, other) => one.line - other.line)[0];
}

/** The code without comments and plain texts, each line in its place. Texts with expressions in them (f"{…}") stay. */
function bare(code: string): string {
  // A plain text ends on its line: what a quote inside of an expression of an f-text seems to begin hides no line after it.
  return code.replaceAll(/#[^\n]*|([A-Za-z]{0,2})(?:("{3}|'{3})(?:\\[^]|(?!\2)[^\\])*?\2|("|')(?:\\[^]|(?!\3)[^\\\n])*\3)/g, (whole, prefix: string | undefined, long?: string, short?: string) =>
    long === undefined && short === undefined ? '' : /[ft]/i.test(prefix ?? '') ? whole : `""${'\n'.repeat(whole.split('\n').length - 1)}`);
}
