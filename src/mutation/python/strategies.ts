import type { TypeShape } from '../../languages/function/value.ts';

/** Items of a made list: laws show on short ones, and each example runs on every mutant. */
const LONGEST = 8;

const OF_CLASSES: Record<string, string> = {
  date: 'st.dates()', datetime: 'st.datetimes()', time: 'st.times()', timedelta: 'st.timedeltas()', uuid: 'st.uuids()', UUID: 'st.uuids()',
  Decimal: 'st.decimals(allow_nan=False, allow_infinity=False)', Fraction: 'st.fractions()', complex: 'st.complex_numbers(allow_nan=False, allow_infinity=False)',
};

/** Whole numbers of which a function is known to answer; an end is left open where nothing speaks against it. */
export interface Range {
  least?: string;
  most?: string;
}

/** The hypothesis strategy of a type; undefined where its values cannot be made. */
export function strategyOf(type: TypeShape, range: Range = {}): string | undefined {
  const all = (types: readonly TypeShape[]): string[] | undefined => {
    const made = types.map((one) => strategyOf(one, range));
    return made.every((one) => one !== undefined) ? made : undefined;
  };
  switch (type.kind) {
    case 'int': return `st.integers(${[range.least === undefined ? '' : `min_value=${range.least}`, range.most === undefined ? '' : `max_value=${range.most}`].filter(Boolean).join(', ')})`;
    case 'float': return 'st.floats(allow_nan=False, allow_infinity=False)';
    case 'string': return 'st.text()';
    case 'bool': return 'st.booleans()';
    case 'bytes': return 'st.binary()';
    case 'null': return 'st.none()';
    case 'list':
    case 'set': {
      const item = strategyOf(type.item, range);
      return item && `st.${type.kind}s(${item}, max_size=${LONGEST})`;
    }
    case 'tuple': {
      const items = all(type.items);
      return items && (type.rest ? `st.lists(${items[0]}, max_size=${LONGEST}).map(tuple)` : `st.tuples(${items.join(', ')})`);
    }
    case 'map': {
      const pair = all([type.key, type.value]);
      return pair && `st.dictionaries(${pair.join(', ')}, max_size=${LONGEST})`;
    }
    case 'union': return all(type.options)?.join(' | ');
    case 'other': return OF_CLASSES[type.text.replaceAll(/["']/g, '').split('.').pop()!];
    default: return undefined;
  }
}
