import { canonicalJson } from '../../core/hash.ts';
import { isRecord } from '../../core/record.ts';

/** Words that a contract may add to what the types say: they describe, or take less. */
const NARROWER = new Set(['description', 'title', 'examples', 'default', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'pattern', 'format', 'enum']);

/** Where a schema is another than that of the signature, descriptions and bounds apart. */
export function differs(wanted: unknown, given: unknown, place: string): string[] {
  if (!isRecord(wanted) || !isRecord(given)) return canonicalJson(wanted) === canonicalJson(given) ? [] : [`${place} is ${given === undefined ? 'missing' : JSON.stringify(given)}, and by the signature ${wanted === undefined ? 'not there' : JSON.stringify(wanted)}`];
  const names = new Set([...Object.keys(wanted), ...Object.keys(given)]);
  return [...names].flatMap((name) => {
    const [one, other] = [wanted[name], given[name]];
    if (NARROWER.has(name) && (one === undefined || name === 'description' || name === 'default')) return [];
    if (name === 'properties' && isRecord(one) && isRecord(other)) return fields(one, other, place);
    if (name === 'required' && Array.isArray(one) && Array.isArray(other)) return canonicalJson(one.toSorted()) === canonicalJson(other.toSorted()) ? [] : [`${place}: required are ${other.join(', ') || 'none'}, and by the signature ${one.join(', ') || 'none'}`];
    if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) return one.flatMap((item, at) => differs(item, other[at], `${place}.${name}[${at}]`));
    return differs(one, other, `${place}.${name}`);
  });
}

/** Names stand in the order of the signature: that is how a tool is called by place. */
function fields(wanted: Record<string, unknown>, given: Record<string, unknown>, place: string): string[] {
  const [names, others] = [Object.keys(wanted), Object.keys(given)];
  if (names.join() !== others.join()) return [`${place} are ${others.join(', ') || 'none'}, and by the signature ${names.join(', ') || 'none'}`];
  return names.flatMap((name) => differs(wanted[name], given[name], `${place}.${name}`));
}
