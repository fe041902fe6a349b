import type { Value } from '../languages/function/value.ts';
import type { Random } from './random.ts';

/**
 * The same arguments with one number or text of one argument put into another one: whether a limit itself counts, whether what is searched is
 * there, shows only where two arguments meet. Undefined where no two arguments have parts of one kind.
 */
export function echo(args: readonly Value[], random: Random): Value[] | undefined {
  const parts = args.map(leaves);
  const pairs = args.flatMap((_, to) => args.flatMap((__, from) => (from === to ? [] : parts[to]!.flatMap((old) => parts[from]!.filter((part) => part.kind === old.kind && part.value !== old.value).map((part) => ({ to, old, part }))))));
  if (pairs.length === 0) return undefined;
  const { to, old, part } = random.pick(pairs);
  return args.with(to, replaced(args[to]!, old, part));
}

type Leaf = Extract<Value, { kind: 'int' | 'float' | 'string' }>;

const leaves = (value: Value): Leaf[] => {
  if (value.kind === 'int' || value.kind === 'float' || value.kind === 'string') return [value];
  return value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set' ? value.items.flatMap(leaves) : [];
};

/** With one leaf, the very same object, exchanged. */
function replaced(value: Value, old: Leaf, part: Leaf): Value {
  if (value === old) return part;
  if (value.kind !== 'list' && value.kind !== 'tuple' && value.kind !== 'set') return value;
  return { ...value, items: value.items.map((item) => replaced(item, old, part)) };
}
