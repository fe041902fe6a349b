import { canonicalJson } from '../../core/hash.ts';
import type { Contract } from '../types.ts';
import { accepts, fieldsOf, requiredOf } from './schemas.ts';

/** What of a contract a caller sees. */
export type Seen = Pick<Contract, 'parameters' | 'returns' | 'errors'>;

/** How a contract follows another. `wider`: whoever kept to the old one need change nothing. */
export type ContractChange = { kind: 'same' } | { kind: 'wider'; why: string } | { kind: 'other'; why: string };

/**
 * Tells whether callers of the old contract are served by the new one: it takes all arguments that the old one took, in the same order with new
 * ones behind them, what is left out means what it meant, its results are among those that the old one gave, and it refuses no more. Descriptions do not count.
 */
export function compareContracts(before: Seen, after: Seen): ContractChange {
  const broken = breaks(before, after);
  if (broken !== undefined) return { kind: 'other', why: broken };
  return breaks(after, before) === undefined ? { kind: 'same' } : { kind: 'wider', why: gains(before, after) };
}

/** What a caller of the old contract would miss in the new one; undefined: nothing. */
function breaks(before: Seen, after: Seen): string | undefined {
  const [old, now] = [fieldsOf(before.parameters), fieldsOf(after.parameters)];
  const [oldNames, names] = [Object.keys(old), Object.keys(now)];
  const gone = oldNames.find((name) => !Object.hasOwn(now, name));
  if (gone !== undefined) return `its parameter '${gone}' is gone`;
  // Tools that call it give arguments by place.
  if (oldNames.some((name, place) => names[place] !== name)) return 'its parameters come in another order';
  const needed = requiredOf(after.parameters).find((name) => !requiredOf(before.parameters).includes(name));
  if (needed !== undefined) return `'${needed}' has to be given now`;
  const narrower = oldNames.find((name) => !accepts(now[name]!, old[name]!));
  if (narrower !== undefined) return `'${narrower}' takes less than it took`;
  const changed = oldNames.find((name) => !requiredOf(before.parameters).includes(name) && canonicalJson(old[name]!['default'] ?? null) !== canonicalJson(now[name]!['default'] ?? null));
  if (changed !== undefined) return `'${changed}' left out means something else`;
  if (!accepts(after.parameters, before.parameters)) return 'it takes less than it took';
  if (!accepts(before.returns, after.returns)) return 'it gives what it did not give';
  const known = new Set(before.errors.map(nameOfError));
  const fresh = after.errors.find((one) => !known.has(nameOfError(one)));
  return fresh && `it refuses what it did not refuse: ${fresh.when}`;
}

/** By its class; Go has none, and there the words count. */
const nameOfError = ({ when, error }: Contract['errors'][number]): string => error ?? when.trim().toLowerCase();

/** What of the new contract callers of the old one do not know of. */
function gains(before: Seen, after: Seen): string {
  const [old, now] = [fieldsOf(before.parameters), fieldsOf(after.parameters)];
  const fresh = Object.keys(now).filter((name) => !Object.hasOwn(old, name));
  if (fresh.length > 0) return `'${fresh[0]}' can be given`;
  const wider = Object.keys(old).find((name) => !accepts(old[name]!, now[name]!));
  if (wider !== undefined) return `'${wider}' takes more than it took`;
  const optional = requiredOf(before.parameters).find((name) => !requiredOf(after.parameters).includes(name));
  if (optional !== undefined) return `'${optional}' can be left out`;
  return accepts(after.returns, before.returns) ? 'it refuses less' : 'its results are told more closely';
}
