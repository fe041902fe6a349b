type Schema = Record<string, unknown>;

/** Characters of a string and entries of an array or map that a schema does not bound itself. */
const MOST_CHARACTERS = 2000;
const MOST_ENTRIES = 32;

/**
 * A JSON schema in the form that node-llama-cpp makes grammars of: unions are `oneOf`, references stay inside `$defs`, and what it
 * does not know is left out (the caller validates the reply in any case). Every string, array and map is bounded, by the schema or
 * here: a small model repeats itself inside an open one until its tokens are spent (17 of 20 replies valid without, 20 with).
 *
 * @param maxTokens tokens of the reply; a string may be half of it, at four characters a token
 * @throws for a reference to what is not among the schema's own definitions
 *
 * @example
 * boundedSchema({ type: 'string' }, 100); // { type: 'string', maxLength: 200 }
 */
export function boundedSchema(schema: Schema, maxTokens: number): Schema {
  const definitions: Schema = { ...(schema['definitions'] as Schema | undefined), ...(schema['$defs'] as Schema | undefined) };
  const characters = Math.max(20, Math.min(MOST_CHARACTERS, maxTokens * 2));
  const convert = (node: unknown): Schema => {
    if (node === null || typeof node !== 'object') return anything();
    const s = node as Schema;
    if (typeof s['$ref'] === 'string') return { $ref: reference(s['$ref']) };
    if ('const' in s) return scalar(s['const']) ? { const: s['const'] } : anything();
    if (Array.isArray(s['enum'])) return { enum: s['enum'].filter(scalar) };
    const union = s['oneOf'] ?? s['anyOf'];
    if (Array.isArray(union)) return { oneOf: union.map(convert) };
    if (Array.isArray(s['type'])) return { oneOf: s['type'].map((type) => convert({ ...s, type })) };
    switch (s['type']) {
      case 'string':
        return typeof s['format'] === 'string' && FORMATS.has(s['format']) ? { type: 'string', format: s['format'] } : { type: 'string', ...length(s) };
      case 'number':
      case 'integer':
      case 'boolean':
      case 'null':
        return { type: s['type'] };
      case 'array':
        return {
          type: 'array',
          ...(Array.isArray(s['prefixItems']) ? { prefixItems: s['prefixItems'].map(convert) } : {}),
          items: convert(s['items']),
          ...(typeof s['minItems'] === 'number' ? { minItems: s['minItems'] } : {}),
          maxItems: Math.max(Number(s['minItems'] ?? 0), typeof s['maxItems'] === 'number' ? s['maxItems'] : MOST_ENTRIES),
        };
      default:
        return 'properties' in s || s['type'] === 'object' ? object(s) : anything();
    }
  };
  const reference = (text: string): string => {
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(text)?.[1];
    if (name === undefined || !Object.hasOwn(definitions, name)) throw new Error(`'${text}' is not among its definitions`);
    return `#/$defs/${name}`;
  };
  const length = (s: Schema): Schema => ({
    ...(typeof s['minLength'] === 'number' ? { minLength: s['minLength'] } : {}),
    maxLength: Math.max(Number(s['minLength'] ?? 0), typeof s['maxLength'] === 'number' ? Math.min(s['maxLength'], MOST_CHARACTERS) : characters),
  });
  const object = (s: Schema): Schema => {
    const properties = Object.entries((s['properties'] ?? {}) as Schema).map(([name, value]) => [name, convert(value)]);
    const more = s['additionalProperties'];
    const open = more !== null && typeof more === 'object' ? convert(more) : more === true || (!properties.length && more === undefined) ? anything() : undefined;
    return { type: 'object', properties: Object.fromEntries(properties), ...(open ? { additionalProperties: open, maxProperties: properties.length + MOST_ENTRIES } : {}) };
  };
  // Values of no type: one level, for a grammar of every JSON has no bounds.
  const anything = (): Schema => ({ oneOf: [{ type: 'string', maxLength: characters }, { type: 'number' }, { type: 'boolean' }, { type: 'null' }] });
  const names = Object.keys(definitions);
  return { ...convert(schema), ...(names.length ? { $defs: Object.fromEntries(names.map((name) => [name, convert(definitions[name])])) } : {}) };
}

const FORMATS = new Set(['date-time', 'time', 'date']);
const scalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
