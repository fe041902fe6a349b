import { parseValue, printValue } from '../../languages/python/function/literals.ts';
import type { Argument, Writer } from '../types.ts';

/** Expressions for classes of the standard library that have no literals, around the sizes at which code about them tends to turn. */
const NAMED: Record<string, string[]> = {
  timedelta: ['datetime.timedelta(0)', 'datetime.timedelta(microseconds=1)', 'datetime.timedelta(milliseconds=5)', 'datetime.timedelta(seconds=1)', 'datetime.timedelta(seconds=30)', 'datetime.timedelta(minutes=1)', 'datetime.timedelta(minutes=5)', 'datetime.timedelta(hours=1)', 'datetime.timedelta(hours=23)', 'datetime.timedelta(days=1)', 'datetime.timedelta(days=3)', 'datetime.timedelta(days=31)', 'datetime.timedelta(days=65)', 'datetime.timedelta(days=365)', 'datetime.timedelta(days=400)', 'datetime.timedelta(days=1000, hours=5, seconds=7)', 'datetime.timedelta(days=-2)', 'datetime.timedelta(seconds=-4)'],
  date: ['datetime.date(2024, 2, 29)', 'datetime.date(1999, 12, 31)', 'datetime.date(2000, 1, 1)', 'datetime.date(2030, 6, 15)'],
  datetime: ['datetime.datetime(2024, 2, 29, 13, 5, 9)', 'datetime.datetime(1999, 12, 31, 23, 59, 59)', 'datetime.datetime(2000, 1, 1)', 'datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)'],
  time: ['datetime.time(0, 0)', 'datetime.time(13, 5, 9)'],
  tzinfo: ['datetime.timezone.utc', 'datetime.timezone(datetime.timedelta(hours=2))'],
  timezone: ['datetime.timezone.utc', 'datetime.timezone(datetime.timedelta(hours=2))'],
  Decimal: ["decimal.Decimal('0')", "decimal.Decimal('1.10')", "decimal.Decimal('-2.5')"],
  Fraction: ['fractions.Fraction(1, 3)', 'fractions.Fraction(-7, 2)', 'fractions.Fraction(4)'],
  Path: ["pathlib.PurePosixPath('a/b.txt')", "pathlib.PurePosixPath('.')"],
  PurePath: ["pathlib.PurePosixPath('a/b.txt')", "pathlib.PurePosixPath('.')"],
  Pattern: ["re.compile('[a-z]+')", "re.compile('')"],
  Callable: ['str', 'len', 'abs', 'lambda *args: args'],
  complex: ['1 + 2j', '0j'],
  Iterator: ['iter([])', 'iter([1, 2, 3])'],
  Generator: ['iter([])', 'iter([1, 2, 3])'],
  Hashable: ["'a'", '1', '(1, 2)'],
  type: ['int', 'str'],
};
// What a bare name of an annotation stands for where nothing else is known of it.
const NUMBER_OR_TEXT = ['0', '1', '-1', '1.5', '12', '1000', '12345.678', '1000000', "''", "'12'", "'abc'", 'None', "'nan'", "'inf'", "'-inf'", '10 ** 15', '10 ** 33', '10 ** 100', '-(10 ** 6)', "float('nan')", "'1,234.5'", '999999'];
const ALIASES: Record<string, string[]> = { NumberOrString: NUMBER_OR_TEXT, Numeric: NUMBER_OR_TEXT, SupportsInt: NUMBER_OR_TEXT, SupportsFloat: NUMBER_OR_TEXT };

/** How Python writes values, and objects of well-known classes, by full name so that tests need one import. */
export const pythonWriter: Writer = {
  parse: parseValue,
  print: printValue,
  named(typeText) {
    const words = typeText.replaceAll(/["']/g, '').split(/[^\w.]+/).map((word) => word.split('.').pop()!);
    return words.flatMap((word) => (Object.hasOwn(NAMED, word) ? NAMED[word]! : Object.hasOwn(ALIASES, word) ? ALIASES[word]! : []));
  },
  construct: (name, args) => `${name}(${written(args)})`,
};

export const written = (args: readonly Argument[]): string => args.map(({ name, text }) => (name === undefined ? text : `${name}=${text}`)).join(', ');

/** Modules of the standard library that texts name in full. */
export function modulesIn(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) for (const [, name] of withoutStrings(text).matchAll(/\b(asyncio|datetime|decimal|fractions|pathlib|re|zlib|math|collections|enum|itertools)\./g)) found.add(name!);
  return [...found].sort();
}

/** A text with what stands in quotes left out. */
export const withoutStrings = (text: string): string => text.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, "''");
