import type { Value } from '../languages/function/value.ts';
import type { Random } from './random.ts';

/**
 * The same arguments with one number or text of one argument put into another one: whether a limit itself counts, whether what is searched is
 * there, shows only where two arguments meet. Undefined where no two arguments have parts of one kind.
 */
export function echo(args: readonly Value[], random: Random): Value[] | undefined {
  if (args.length < 2) return undefined;
  const parts = args.map(leaves);
  const to = random.between(0, args.length - 1);
  const others = parts.filter((_, at) => at !== to).flat();
  if (parts[to]!.length === 0) return undefined;
  const old = random.pick(parts[to]!);
  const fitting = others.filter(({ kind, value }) => kind === old.kind && value !== old.value);
  return fitting.length === 0 ? undefined : args.with(to, replaced(args[to]!, old, random.pick(fitting)));
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
