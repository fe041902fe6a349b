import { isObject } from '../json-text.ts';
import type { Capability, Json, JsonObject, StepResult, UseResult } from '../types.ts';

/** Significant digits of a number in a sentence: beyond these are the traces of binary fractions. */
const DIGITS = 12;

/** A value as a sentence says it. */
export function said(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(Number(value.toPrecision(DIGITS)));
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? Number(one.toPrecision(DIGITS)) : one));
}

/**
 * Puts values into a template: `{percent}`, `{result}`, `{result.mean}`. Braces around what is not there stay as they are.
 *
 * @example
 * fill('{percent} percent of {number} is {result}.', { percent: 15, number: 300, result: 45 }); // '15 percent of 300 is 45.'
 */
export function fill(template: string, values: JsonObject): string {
  return template.replaceAll(/\{([A-Za-z_]\w*(?:\.\w+)*)\}/g, (whole, path: string) => {
    const value = path.split('.').reduce<Json | undefined>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), values);
    return value === undefined ? whole : said(value);
  });
}

/** What one call came to, in a sentence. */
export function sayStep(tool: Pick<Capability, 'name' | 'answer' | 'parameters'>, args: JsonObject, result: UseResult): string {
  if (!result.ok) return result.kind === 'declared_error' ? `That has no answer: ${result.message}` : `${tool.name} failed: ${result.message}`;
  const { properties } = tool.parameters as { properties?: Record<string, { default?: Json }> };
  const presets = Object.fromEntries(Object.entries(properties ?? {}).flatMap(([name, schema]) => (schema.default === undefined ? [] : [[name, schema.default]])));
  return fill(tool.answer, { ...presets, ...args, result: result.result });
}

/**
 * The answer to a whole request: the template over its needs, or the sentences of its last ones. Every value in it is one that a tool gave; no model
 * says anything after the tools have run.
 *
 * @param last ids of the steps whose results no other step takes
 */
export function sayAll(template: string, steps: readonly (StepResult & { says: string })[], last: ReadonlySet<string>): string {
  const failed = steps.find(({ result }) => !result.ok);
  if (failed) return failed.says;
  if (steps.length === 1) return steps[0]!.says;
  const values = Object.fromEntries(steps.map(({ id, result }) => [id, result.ok ? result.result : null]));
  const said = fill(template, values);
  const named = new Set([...template.matchAll(/\{(\w+)(?:\.\w+)*\}/g)].map(([, id]) => id!));
  // A template that names what is not there says less than the tools do, and one that leaves a result out says more.
  if (template !== '' && [...last].every((id) => named.has(id)) && !/\{\w+(\.\w+)*\}/.test(said)) return said;
  return steps.filter(({ id }) => last.has(id)).map(({ says }) => says).join(' ');
}
