import type { Suggestion } from '../../interfaces.ts';
import type { Capability } from '../../types.ts';
import { accepts, fieldsOf } from '../schemas.ts';
import { alikeByWords } from './alike.ts';
import type { Usage } from './types.ts';

/** Descriptions as alike as this, of tools that take and give the same: one may do for both. */
const NEAR = 0.75;

/** Active tools that take and give the same by place and are described alike. The one that stays is the one with more requests that it served, or the older one. */
export function nearDuplicates({ tools, alike = alikeByWords }: Usage): Suggestion[] {
  const active = tools.filter(({ status }) => status === 'active').toSorted((a, b) => b.requests.length - a.requests.length || Date.parse(a.made.at) - Date.parse(b.made.at));
  return active.flatMap((kept, at) => active.slice(at + 1).filter((other) => sameShape(kept, other) && alike(kept.description, other.description) >= NEAR).map((other): Suggestion => ({
    kind: 'existing', name: kept.name, description: kept.description, why: `${other.name} takes and gives the same and is described alike; if it does the same, the two can be one`,
  })));
}

function sameShape(a: Capability, b: Capability): boolean {
  const [one, other] = [shapeOf(a), shapeOf(b)];
  return one.length === other.length && one.every((schema, at) => accepts(schema, other[at]!) && accepts(other[at]!, schema));
}

/** Its parameters by place, then its result. */
const shapeOf = ({ parameters, returns }: Capability) => [...Object.values(fieldsOf(parameters)), returns];
