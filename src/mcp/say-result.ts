import type { Capability, Json, JsonObject } from '../capabilities/types.ts';

/** A field of a template: a parameter, `result`, or a way into it (`result.mean`). */
const FIELD = /\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\}/g;

/** A result as the tool's template says it; a template that does not fit the values gives the bare result. */
export function sayResult({ answer }: Pick<Capability, 'answer'>, args: JsonObject, result: Json): string {
  let fits = answer.trim() !== '';
  const text = answer.replaceAll(FIELD, (_, path: string) => {
    const value = path.split('.').reduce<Json | undefined>(field, { ...args, result });
    if (value === undefined) fits = false;
    return value === undefined ? '' : shown(value);
  });
  return fits ? text : shown(result);
}

function field(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
