interface Version {
  text: string;
  numbers: string[];
  /** What stands after the hyphen; empty for a release. */
  before: string[];
}

const NUMBER = '(0|[1-9][0-9]*)';
const FORM = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`);

/**
 * Versions in ascending order by Semantic Versioning 2.0.0: a pre-release comes before its release, build metadata does not count, equal ones keep their order.
 *
 * @throws RangeError for a text that is no such version
 */
export function sort_versions(versions: string[]): string[] {
  return versions.map(read).sort(compare).map(({ text }) => text);
}

function read(text: string): Version {
  const found = FORM.exec(text);
  const before = found?.[4]?.split('.') ?? [];
  if (!found || before.some((part) => /^0[0-9]+$/.test(part))) throw new RangeError(`'${text}' is no semantic version`);
  return { text, numbers: found.slice(1, 4), before };
}

function compare(a: Version, b: Version): number {
  for (let at = 0; at < 3; at += 1) {
    const order = compareNumbers(a.numbers[at]!, b.numbers[at]!);
    if (order !== 0) return order;
  }
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (let at = 0; at < Math.min(a.before.length, b.before.length); at += 1) {
    const order = compareParts(a.before[at]!, b.before[at]!);
    if (order !== 0) return order;
  }
  return a.before.length - b.before.length;
}

/** Numbers come before words. */
function compareParts(a: string, b: string): number {
  const [isNumber, isOther] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (isNumber && isOther) return compareNumbers(a, b);
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  return compareTexts(a, b);
}

/** By length first: numbers of any size, without leading zeros. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
