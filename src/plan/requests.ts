/** What a request in plain words asks for, in the keys of a template. */
export interface Understood {
  /** Name of the template. */
  template: string;
  keys: Record<string, unknown>;
}

const NAME = '[\\p{L}_$][\\p{L}\\p{N}_$]*(?:\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*';
/** A path, a file's name or a dotted module. */
const PLACE = '[\\p{L}\\p{N}_@$+-][\\p{L}\\p{N}_@$./+-]*|\\.{1,2}/[\\p{L}\\p{N}_@$./+-]+';
const KIND = '(?:(?:the|function|class|method|constant|variable|type|interface|struct|symbol|functions|classes|constants|helpers?)\\s+)*';
const MODULE = '(?:(?:the|module|modules|file|files|package|folder|directory)\\s+)*';
const EVERYWHERE = '(?:\\s+(?:everywhere|throughout(?:\\s+the\\s+(?:project|code))?|in the whole (?:project|codebase)|(?:and|then) (?:fix|update|repair|adjust) (?:all |the )?(?:imports?|references|usages|callers)(?: everywhere)?))*';
const LIST = (item: string): string => `(?:${item})(?:\\s*(?:,|and|&|,\\s*and)\\s*(?:${item}))*`;

const isPlace = (word: string): boolean => word.includes('/') || /\.(py|pyi|[cm]?[jt]sx?|go)$/.test(word);
const words = (list: string): string[] => list.split(/\s*(?:,\s*and\s+|,|\s+and\s+|&)\s*/).filter(Boolean);

/** Words that stand for things, or for many of them, and ways of writing names: none is a name itself. */
const NO_NAME = /^(?:it|its|this|that|these|those|them|they|everything|all|any|some|each|every|both|(?:functions?|methods?|class(?:es)?|variables?|constants?|parameters?|arguments?|types?|names?|symbols?|identifiers?|files?|modules?|folders?|tests?|imports?|code|project)|camel_?case|pascal_?case|snake_?case|kebab_?case|(?:lower|upper)_?case)$/i;

type Reader = (groups: Record<string, string | undefined>) => Understood | undefined;

/** Whole requests alone: what has more to say is for a model. */
const FORMS: readonly [RegExp, Reader][] = [
  [
    form(`rename\\s+${MODULE}(?<from>${PLACE})\\s+(?:to|as|into)\\s+(?<to>${PLACE})${EVERYWHERE}`),
    ({ from = '', to = '' }) => (isPlace(from) || isPlace(to) ? { template: 'move-module', keys: { module: from, to } } : undefined),
  ],
  [
    form(`rename\\s+(?:module|file|package|folder|directory)\\s+(?<from>${PLACE})\\s+(?:to|as|into)\\s+(?<to>${PLACE})${EVERYWHERE}`),
    ({ from = '', to = '' }) => ({ template: 'move-module', keys: { module: from, to } }),
  ],
  [
    form(`rename\\s+${KIND}(?<from>${NAME})(?:\\s+(?:in|of|from)\\s+${MODULE}(?<path>${PLACE}))?\\s+(?:to|as|into)\\s+(?<to>${NAME})${EVERYWHERE}(?:\\s+(?:in|of)\\s+(?<also>${PLACE}))?`),
    ({ from = '', to = '', path, also }) => ({ template: 'rename-symbol', keys: { oldName: from, newName: to, ...((path ?? also) && { path: path ?? also }) } }),
  ],
  [
    form(`(?:merge|combine|join)\\s+${MODULE}(?<list>${LIST(PLACE)})\\s+(?:into|in|to)\\s+(?:one|a single|a|one single)\\s+(?:module|file|package)(?:\\s+(?:called|named)?\\s*(?<into>${PLACE}))?${EVERYWHERE}`),
    ({ list = '', into }) => merged(words(list), into),
  ],
  [form(`(?:merge|combine|join)\\s+${MODULE}(?<list>${LIST(PLACE)})\\s+(?:into|in|to)\\s+${MODULE}(?<into>${PLACE})${EVERYWHERE}`), ({ list = '', into }) => merged(words(list), into)],
  [form(`(?:merge|combine|join)\\s+${MODULE}(?<list>${LIST(PLACE)})${EVERYWHERE}`), ({ list = '' }) => merged(words(list), undefined)],
  [
    form(`move\\s+${KIND}(?<list>${LIST(NAME)})\\s+(?:(?:from|out of|of|in)\\s+${MODULE}(?<from>${PLACE})\\s+)?(?:to|into)\\s+(?:a new (?:module|file)\\s+)?${MODULE}(?<to>${PLACE})${EVERYWHERE}`),
    ({ list = '', from, to = '' }) => (words(list).some(isPlace) ? undefined : { template: 'move-symbols', keys: { symbols: words(list), to, ...(from && { from }) } }),
  ],
  [
    form(`move\\s+${MODULE}(?<from>${PLACE})\\s+(?:to|into)\\s+${MODULE}(?<to>${PLACE})${EVERYWHERE}`),
    ({ from = '', to = '' }) => (isPlace(from) ? { template: 'move-module', keys: { module: from, to } } : undefined),
  ],
  [form(`(?:organi[sz]e|sort|fix|repair|update|tidy(?: up)?|clean up)\\s+(?:all\\s+)?(?:the\\s+)?imports(?:\\s+(?:in|of)\\s+(?<where>.+))?`), (g) => tidied('imports', g['where'])],
  [form(`(?:format|reformat)(?:\\s+(?<where>.+))?`), (g) => tidied('format', g['where'])],
  [form(`(?:remove|delete|drop)\\s+(?:all\\s+)?(?:the\\s+)?unused imports(?:\\s+(?:in|of|from)\\s+(?<where>.+))?`), (g) => tidied('unused imports', g['where'])],
  [form(`(?:remove|delete|drop)\\s+(?:all\\s+)?(?:the\\s+)?(?:unused|dead) (?:code|functions)(?:\\s+(?:in|of|from)\\s+(?<where>.+))?`), (g) => tidied('unused', g['where'])],
  [form('run\\s+(?:all\\s+)?(?:the\\s+)?tests?(?:\\s+suite)?'), () => ({ template: 'read-run', keys: {} })],
];

function form(pattern: string): RegExp {
  return new RegExp(`^(?:please\\s+)?${pattern}\\s*[.!]?$`, 'iu');
}

function merged(modules: readonly string[], into: string | undefined): Understood | undefined {
  return modules.length > 1 || (into !== undefined && modules.length === 1 && modules[0] !== into)
    ? { template: 'merge-modules', keys: { modules: modules.length > 1 ? modules : [...modules, into], ...(into && { into }) } }
    : undefined;
}

/** Words for the whole project. */
const ALL = /^(?:(?:the|all|my|whole|entire|this)\s+)*(?:project|code|codebase|files?|code base|everything|repo(?:sitory)?)$/i;

function tidied(what: string, where: string | undefined): Understood | undefined {
  const place = where?.trim();
  if (place === undefined || ALL.test(place)) return { template: 'tidy', keys: { tidy: what } };
  const named = words(place.replace(new RegExp(`^${MODULE}`, 'iu'), ''));
  const path = new RegExp(`^(?:${PLACE})$`, 'u');
  return named.length && named.every((word) => path.test(word)) ? { template: 'tidy', keys: { tidy: what, paths: named } } : undefined;
}

/** Whether a request speaks of things without naming them. */
function namesAny({ template, keys }: Understood): boolean {
  if (template === 'rename-symbol') return NO_NAME.test(String(keys['oldName'])) || NO_NAME.test(String(keys['newName'])) || keys['oldName'] === keys['newName'];
  const named = template === 'move-symbols' ? keys['symbols'] : template === 'merge-modules' ? keys['modules'] : [];
  return Array.isArray(named) && named.some((word) => NO_NAME.test(String(word)) && !(template === 'merge-modules' && /^(?:types?|constants?|names?|symbols?|imports?|files?)$/i.test(String(word))));
}

/**
 * The common requests that need no model: rename, move, merge, organise imports, format, remove unused, run tests. The whole request has to
 * be one of them; a sentence that asks for more is not understood.
 *
 * @example
 * understood('Merge utils.py and helpers.py into one module') // { template: 'merge-modules', keys: { modules: ['utils.py', 'helpers.py'] } }
 */
export function understood(request: string): Understood | undefined {
  const text = request.trim().replaceAll(/[`'"“”‘’]/g, '').replaceAll(/\(\)/g, '').replaceAll(/\s+/g, ' ');
  if (text.length > 400) return undefined;
  for (const [pattern, read] of FORMS) {
    const match = pattern.exec(text);
    const found = match && read(match.groups ?? {});
    if (found) return namesAny(found) ? undefined : found;
  }
  return undefined;
}
