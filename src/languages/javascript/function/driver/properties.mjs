// Properties of one candidate by fast-check. Inputs are made and shrunk in the driver; the candidate's process sees one input at a time, as
// source, and says what the law comes to for it.
import { pathToFileURL } from 'node:url';

/** Most elements, keys and characters of an input: counterexamples are for reading. */
const LONGEST = 8;
/** Shrinking may ask this often; the smallest input so far is told then. */
const MOST_ASKED = 1_000;

export async function checkProperties({ properties, parameters, runs, seed, fastCheck }, candidate, tell) {
  const { default: fc } = await import(pathToFileURL(fastCheck).href);
  // Shapes do not tell objects from maps, nor whole numbers from bigints.
  const values = parameters.map(({ shape, map, bigint }) => {
    const made = arbitrary(fc, shape);
    if (bigint) return made.map(toBigints);
    return map ? made.map((value) => (value instanceof Map ? value : new Map(Object.entries(value)))) : made;
  });
  const names = parameters.map(({ name }) => name);
  try {
    for (let index = 0; index < properties.length; index += 1) tell(index, await one(fc, properties[index], { values, names, runs, seed, candidate }));
  } finally {
    candidate.close();
  }
}

async function one(fc, { expression }, { values, names, runs, seed, candidate }) {
  let asked = 0;
  let unusable;
  let failed;
  let evaluated = 0;
  let raised;
  const law = fc.asyncProperty(fc.tuple(...values), async (args) => {
    asked += 1;
    if (unusable !== undefined || asked > runs + MOST_ASKED) return;
    const setup = names.map((name, index) => `let ${name} = ${source(args[index])};`).join(' ');
    const outcome = await candidate.ask(setup, expression);
    if (outcome.kind === 'value' && outcome.value.kind === 'bool') {
      evaluated += 1;
      if (outcome.value.value) return;
      failed = { args, detail: 'it does not hold' };
      throw new Error('broken');
    }
    // What is neither true nor false is no law, and neither is what cannot be read.
    if (outcome.kind === 'value') unusable = `it gives ${outcome.value.kind}, not true or false`;
    else if (outcome.kind === 'raised' && (outcome.error === 'SyntaxError' || outcome.error === 'ReferenceError')) unusable = `${outcome.error}: ${outcome.message}`;
    // Perhaps an input that the function is not made for.
    else if (outcome.kind === 'raised') raised ??= detailOf(outcome);
    else {
      failed = { args, detail: detailOf(outcome) };
      // Each smaller input would cost as much time again.
      asked = Number.POSITIVE_INFINITY;
      throw new Error('broken');
    }
  });
  const result = await fc.check(law, { numRuns: runs, seed, endOnFailure: false });
  if (unusable !== undefined) return { kind: 'unusable', reason: unusable.slice(0, 200) };
  if (!result.failed) return evaluated > 0 || raised === undefined ? { kind: 'held' } : { kind: 'unusable', reason: raised };
  const args = result.counterexample?.[0] ?? failed?.args ?? [];
  return { kind: 'broken', counterexample: args.map(source).join(', '), detail: failed?.detail ?? 'it does not hold' };
}

function detailOf(outcome) {
  if (outcome.kind === 'raised') return `${outcome.error}${outcome.message ? `: ${outcome.message}` : ''}`.slice(0, 200);
  return outcome.kind === 'timeout' ? 'no answer in time' : `its process ended (${outcome.how})`;
}

/** Inputs of a shape; see `TypeShape` in languages/function/value.ts. */
function arbitrary(fc, shape) {
  const small = { maxLength: LONGEST };
  switch (shape.kind) {
    case 'null':
      return fc.constantFrom(null, undefined);
    case 'bool':
      return fc.boolean();
    case 'int':
      // Small ones meet each other: lists need elements that are there twice.
      return fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -1000, max: 1000 }));
    case 'float':
      // Whole numbers are what most functions of numbers are about.
      return fc.oneof({ weight: 2, arbitrary: fc.integer({ min: -5, max: 5 }) }, { weight: 2, arbitrary: fc.integer({ min: -1000, max: 1000 }) }, { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100) });
    case 'string':
      return fc.oneof({ weight: 3, arbitrary: fc.string({ ...small, unit: fc.constantFrom(...'aabcAB 01.,-') }) }, { weight: 1, arbitrary: fc.string(small) });
    case 'bytes':
      return fc.uint8Array(small);
    case 'list':
      return fc.array(arbitrary(fc, shape.item), small);
    case 'set':
      return fc.array(arbitrary(fc, shape.item), small).map((items) => new Set(items));
    case 'tuple':
      return shape.rest ? fc.array(arbitrary(fc, shape.items[0]), small) : fc.tuple(...shape.items.map((item) => arbitrary(fc, item)));
    case 'map':
      return shape.key.kind === 'string' || shape.key.kind === 'any'
        ? fc.dictionary(fc.string({ maxLength: 4, unit: fc.constantFrom(...'abcxyz') }), arbitrary(fc, shape.value), { maxKeys: LONGEST, noNullPrototype: true })
        : fc.array(fc.tuple(arbitrary(fc, shape.key), arbitrary(fc, shape.value)), small).map((entries) => new Map(entries));
    case 'record':
      return fc.record(Object.fromEntries(shape.fields.map(({ name, type }) => [name, arbitrary(fc, type)])), { requiredKeys: shape.fields.filter(({ optional }) => !optional).map(({ name }) => name), noNullPrototype: true });
    case 'union':
      return fc.oneof(...shape.options.map((option) => arbitrary(fc, option)));
    default:
      return fc.oneof(fc.integer({ min: -100, max: 100 }), fc.string({ maxLength: 4 }), fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 4 }));
  }
}

function toBigints(value) {
  if (Array.isArray(value)) return value.map(toBigints);
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** An input as source. */
function source(value) {
  if (value === undefined || value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`;
  if (value instanceof Set) return `new Set([${[...value].map(source).join(', ')}])`;
  if (value instanceof Map) return `new Map([${[...value].map(([key, item]) => `[${source(key)}, ${source(item)}]`).join(', ')}])`;
  if (value instanceof Uint8Array) return `new Uint8Array([${[...value].join(', ')}])`;
  return `{${Object.entries(value).map(([key, item]) => ` ${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}: ${source(item)}`).join(',')} }`;
}
