import type { FunctionLanguage, Signature } from '../../languages/function/types.ts';
import type { Value } from '../../languages/function/value.ts';
import type { JsonObject, JsonSchema } from '../types.ts';
import { schemaProblem } from './problems.ts';
import { toValue } from './values.ts';

/**
 * The call that arguments by name mean, as source of the language; or what is wrong with them, in words. One that is left out keeps its default: in
 * Python those behind it are given by name, in JavaScript it is `undefined`.
 */
export function callWith(language: FunctionLanguage, signature: Signature, schema: JsonSchema, args: JsonObject): { call: string } | { problem: string } {
  const problem = schemaProblem(schema, args);
  if (problem !== undefined) return { problem };
  const values: (Value | undefined)[] = [];
  for (const { name, type } of signature.parameters) {
    const value = Object.hasOwn(args, name) ? toValue(args[name]!, type) : undefined;
    if (Object.hasOwn(args, name) && !value) return { problem: `${name}: ${JSON.stringify(args[name])} is nothing that a parameter of its type takes` };
    values.push(value);
  }
  const last = values.findLastIndex((value) => value !== undefined);
  const given = values.slice(0, last + 1);
  const call = language.name === 'python' ? pythonCall(language, signature, given) : language.callOf(signature, given.map((value) => value ?? { kind: 'undefined' }));
  const missing = language.name === 'go' ? given.findIndex((value, index) => value && NO_LITERAL.test(callOfOne(language, signature, index, value))) : -1;
  if (missing < 0) return { call };
  const { name } = signature.parameters[missing]!;
  return { problem: `${name}: ${JSON.stringify(args[name])} has ${NO_LITERAL.exec(callOfOne(language, signature, missing, given[missing]!))![0]}` };
}

/** Go's remark in place of a value that its type does not hold: 300 for a byte. */
const NO_LITERAL = /(?<=\/\* )no literal of type [^*]+?(?= \*\/)/;

function pythonCall(language: FunctionLanguage, signature: Signature, given: readonly (Value | undefined)[]): string {
  const gap = given.indexOf(undefined);
  const entries = given.flatMap((value, index) => (value ? [{ value, parameter: { ...signature.parameters[index]!, keywordOnly: gap >= 0 && index > gap } }] : []));
  return language.callOf({ ...signature, parameters: entries.map(({ parameter }) => parameter) }, entries.map(({ value }) => value));
}

const callOfOne = (language: FunctionLanguage, signature: Signature, index: number, value: Value): string => language.callOf({ ...signature, parameters: [signature.parameters[index]!] }, [value]);
