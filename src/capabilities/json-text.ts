import { isRecord } from '../core/record.ts';
import type { Json, JsonObject } from './types.ts';

/** JSON that a model wrote into a text field; undefined where it is none. */
export function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The same, where it has to be an object. */
export function objectOf(text: string): JsonObject | undefined {
  const value = jsonOf(text);
  return isObject(value) ? value : undefined;
}

export const isObject = (value: unknown): value is JsonObject => isRecord(value);
