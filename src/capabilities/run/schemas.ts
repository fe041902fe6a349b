import { UntilgreenError } from '../../core/errors.ts';
import type { Parameter, Signature } from '../../languages/function/types.ts';
import type { TypeShape } from '../../languages/function/value.ts';
import type { JsonSchema } from '../types.ts';
import { ANY_OBJECT, literalOf } from './literal.ts';
import { INTEGER_NAME, NUMBER_NAME } from './problems.ts';

export { schemaProblem } from './problems.ts';

/**
 * The schemas that a signature means: an object with its parameters, and its result.
 *
 * @param described what parameters are, by name
 * @throws `bad_arguments` for types that JSON cannot say (sets, bytes, functions, classes), for `*args` and for parameters that are given by name only
 */
export function schemasOf(signature: Signature, described: Readonly<Record<string, string>> = {}): { parameters: JsonSchema; returns: JsonSchema } {
  const properties = signature.parameters.map((parameter) => [parameter.name, schemaOfParameter(signature, parameter, described[parameter.name])] as const);
  const required = signature.parameters.filter(({ optional }) => !optional).map(({ name }) => name);
  return {
    parameters: { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false },
    returns: schemaOf(resultShape(signature), (what) => refused(signature, `it gives ${what}`)),
  };
}

/** What the function gives when it fails not: without the error that comes last in Go. */
export function resultShape({ returns, returnsText = '' }: Pick<Signature, 'returns' | 'returnsText'>): TypeShape {
  if (isError(returns)) return { kind: 'null' };
  if (returns.kind !== 'tuple' || !isError(returns.items.at(-1)) || !/\berror\s*\)\s*$/.test(returnsText)) return returns;
  const items = returns.items.slice(0, -1);
  return items.length === 1 ? items[0]! : { kind: 'tuple', items };
}

const isError = (type: TypeShape | undefined): boolean => type?.kind === 'other' && type.text === 'error';

function schemaOfParameter(signature: Signature, parameter: Parameter, description: string | undefined): JsonSchema {
  const { name, rest, keywordOnly, type, defaultText } = parameter;
  if (rest) throw refused(signature, `it takes any number of arguments as '${name}'`);
  if (keywordOnly) throw refused(signature, `'${name}' can be given by its name only`);
  const schema = schemaOf(type, (what) => refused(signature, `its parameter '${name}' is ${what}`));
  const preset = defaultText === undefined ? undefined : literalOf(defaultText);
  return { ...schema, ...(description ? { description } : {}), ...(preset === undefined ? {} : { default: preset }) };
}

/** @param refuse the error for a part that JSON cannot say, told what it is */
function schemaOf(type: TypeShape, refuse: (what: string) => Error): JsonSchema {
  switch (type.kind) {
    case 'any':
      return {};
    case 'null':
      return { type: 'null' };
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer' };
    case 'float':
      return { type: 'number' };
    case 'string':
      return { type: 'string' };
    case 'list':
      return { type: 'array', items: schemaOf(type.item, refuse) };
    case 'tuple':
      if (type.rest) return { type: 'array', items: schemaOf(type.items[0] ?? { kind: 'any' }, refuse) };
      return { type: 'array', prefixItems: type.items.map((item) => schemaOf(item, refuse)), minItems: type.items.length, maxItems: type.items.length };
    case 'map':
      return { type: 'object', ...namesOf(type.key, refuse), additionalProperties: schemaOf(type.value, refuse) };
    case 'record':
      return {
        type: 'object',
        properties: Object.fromEntries(type.fields.map((field) => [field.name, schemaOf(field.type, refuse)])),
        required: type.fields.filter(({ optional }) => !optional).map(({ name }) => name),
        additionalProperties: false,
      };
    case 'union':
      return schemaOfUnion(type.options, refuse);
    case 'other': {
      if (type.text === ANY_OBJECT) return { type: 'object' };
      const literal = literalOf(type.text);
      if (literal === undefined) throw refuse(`a value of type ${type.text || 'unknown'}`);
      return { enum: [literal] };
    }
    case 'set':
      throw refuse('a set');
    case 'bytes':
      throw refuse('bytes');
  }
}

/** Literals stand in one `enum`; an integer or float is a number. */
function schemaOfUnion(options: readonly TypeShape[], refuse: (what: string) => Error): JsonSchema {
  const schemas = options.map((option) => schemaOf(option, refuse));
  const literals = schemas.flatMap((schema) => (Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : []));
  const hasFloat = schemas.some((schema) => schema['type'] === 'number');
  const others = schemas.filter((schema) => !Array.isArray(schema['enum']) && !(hasFloat && schema['type'] === 'integer'));
  const all = [...others, ...(literals.length > 0 ? [{ enum: literals }] : [])];
  return all.length === 1 ? all[0]! : { anyOf: all };
}

/** Names of an object are texts: what else keys can be is told by a pattern. */
function namesOf(key: TypeShape, refuse: (what: string) => Error): JsonSchema {
  if (key.kind === 'string' || key.kind === 'any') return {};
  if (key.kind === 'int') return { propertyNames: { pattern: INTEGER_NAME.source } };
  if (key.kind === 'float') return { propertyNames: { pattern: NUMBER_NAME.source } };
  throw refuse('a map whose keys are neither texts nor numbers');
}

function refused({ name, text }: Signature, why: string): UntilgreenError {
  return new UntilgreenError(
    'bad_arguments', `\`${name}\` cannot be a tool: ${why}.`, { signature: text },
    'A tool takes and gives what JSON can say: numbers, texts, booleans, null, lists, and maps with texts as keys, each as a named parameter.',
  );
}
