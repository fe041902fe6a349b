import { isRecord } from '../../core/record.ts';
import type { Json, JsonObject } from '../types.ts';

/** The one field of an object that stands for a value of another step: `{"$from": "s1"}`, `{"$from": "s1.mean"}`, `{"$from": "s1.0"}`. */
const FIELD = '$from';

/** Ids of the steps whose results stand in these arguments, in any depth, each once. */
export function referencesIn(json: Json): string[] {
  const path = pathOf(json);
  if (path) return [path[0]!];
  const inner = Array.isArray(json) ? json : isRecord(json) ? Object.values(json as JsonObject) : [];
  return [...new Set(inner.flatMap(referencesIn))];
}

/** The arguments with those values put in; or which one is not there, in words. */
export function resolved(json: JsonObject, results: ReadonlyMap<string, Json>): { arguments: JsonObject } | { problem: string } {
  const missing: string[] = [];
  const fill = (one: Json): Json => {
    const path = pathOf(one);
    if (path) {
      const found = valueAt(results.get(path[0]!), path.slice(1));
      if (found === undefined) missing.push(path.join('.'));
      return found ?? null;
    }
    if (Array.isArray(one)) return one.map(fill);
    return isRecord(one) ? fields(one as JsonObject) : one;
  };
  const fields = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, fill(value)]));
  const filled = fields(json);
  return missing.length > 0 ? { problem: `there is no ${missing.map((path) => `'${path}'`).join(', ')} in the results of the steps before` } : { arguments: filled };
}

function pathOf(json: Json): string[] | undefined {
  if (!isRecord(json) || Object.keys(json).length !== 1) return undefined;
  const path = json[FIELD];
  return typeof path === 'string' ? path.split('.') : undefined;
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (value === undefined || first === undefined) return value;
  if (Array.isArray(value)) return /^\d+$/.test(first) ? valueAt(value[Number(first)], rest) : undefined;
  return isRecord(value) && Object.hasOwn(value, first) ? valueAt((value as JsonObject)[first], rest) : undefined;
}
