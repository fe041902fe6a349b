// Values as they travel between a test and the function it calls in another process. What arrives is rebuilt as plain data of this process: a
// value with getters, a prototype or a `valueOf` of its own stays where it is.
'use strict';
const { types } = require('node:util');
const { serialize } = require('node:v8');

const MOST_ITEMS = 1_000; // taken from an iterator
const MOST_TEXT = 2_000;
const { getPrototypeOf } = Object;
const text = String;
const errors = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
const plainPrototypes = new Set([Object.prototype, Array.prototype, Map.prototype, Set.prototype, Date.prototype, RegExp.prototype, null]);
const hasPlain = plainPrototypes.has.bind(plainPrototypes);

/** A value of a test that has no form on the way. */
class CannotTravel extends Error {
  name = 'CannotTravel';
}

/** Its form. `held` takes what stays here and is known by a number: functions, and objects of a class. */
function packed(value, held) {
  if (typeof value === 'function') return ['c', held.keep(value), value.length];
  if (typeof value !== 'object' || value === null) return typeof value === 'symbol' ? held.other(value) : ['v', value];
  if (!types.isProxy(value)) {
    if (types.isNativeError(value)) return ['e', ...described(value)];
    if (types.isGeneratorObject(value) && typeof value[Symbol.iterator] === 'function') return iterated(value, held);
    if (hasPlain(getPrototypeOf(value)) || types.isTypedArray(value) || types.isBoxedPrimitive(value)) {
      try {
        serialize(value);
        return ['v', value];
      } catch {
        // Something in it has no form.
      }
    }
  }
  return held.other(value);
}

/** An iterator as what it yields, and how it ended. */
function iterated(value, held) {
  const items = [];
  try {
    for (const item of value) {
      if (items.length === MOST_ITEMS) return ['g', items, described(new RangeError(`more than ${MOST_ITEMS} items`))];
      items.push(packed(item, held));
    }
  } catch (thrown) {
    return ['g', items, described(thrown)];
  }
  return ['g', items];
}

/** The value; what is no form throws. */
function unpacked(form, held) {
  switch (form[0]) {
    case 'v':
      return form[1];
    case 'e':
      return errorOf(form.slice(1));
    case 'g':
      return replayed(form[1].map((item) => unpacked(item, held)), form[2]);
    default:
      return held.find(form);
  }
}

function* replayed(items, end) {
  yield* items;
  if (end) throw errorOf(end);
}

/** Classes of an error from the nearest on, its name, its message, what else it carries, and its stack. */
function described(error) {
  const part = (read, otherwise) => {
    try {
      return read() ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const classes = [];
  for (let at = part(() => getPrototypeOf(error)); at && classes.length < 20; at = part(() => getPrototypeOf(at))) classes.push(part(() => text(at.constructor.name), ''));
  const more = part(() => {
    const found = { ...error };
    serialize(found);
    return found;
  }, {});
  return [classes, part(() => text(error.name), 'Error').slice(0, 100), part(() => text(error.message), '').slice(0, MOST_TEXT), more, part(() => text(error.stack), '').slice(0, 20_000)];
}

/** An error of the nearest class that is the language's own. */
function errorOf([classes, name, message, more]) {
  const found = classes.find((each) => Object.hasOwn(errors, each)) ?? 'Error';
  const error = new errors[found](text(message));
  if (error.name !== name && name !== 'CannotTravel') Object.defineProperty(error, 'name', { value: text(name), configurable: true, writable: true });
  for (const [key, value] of Object.entries(more)) if (!['name', 'message', 'stack', '__proto__'].includes(key)) error[key] = value;
  return error;
}

module.exports = { CannotTravel, packed, unpacked, described, errorOf };
