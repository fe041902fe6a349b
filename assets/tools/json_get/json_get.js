const STEP = /\.?([A-Za-z_$][\w$-]*)|\[(-?[0-9]+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/**
 * The value at a path of names and indices, beginning at the whole, which $ may stand for. Indices below 0 count from the end.
 *
 * @param {string} json
 * @param {string} path
 * @returns {*}
 * @throws {SyntaxError} for a text that is no JSON
 * @throws {RangeError} for a path that cannot be read or leads nowhere
 */
export function json_get(json, path) {
  return stepsOf(path).reduce((value, step) => {
    if (typeof step === 'number' && Array.isArray(value)) {
      const at = step < 0 ? value.length + step : step;
      if (at >= 0 && at < value.length) return value[at];
    }
    if (typeof step === 'string' && value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, step)) return value[step];
    throw new RangeError(`there is no ${JSON.stringify(step)} on the path`);
  }, JSON.parse(json));
}

function stepsOf(path) {
  const steps = [];
  const pattern = new RegExp(STEP.source, 'y');
  pattern.lastIndex = /^\$(?=[.[]|$)/.test(path) ? 1 : 0;
  while (pattern.lastIndex < path.length) {
    const found = pattern.exec(path);
    if (found === null) throw new RangeError(`the path '${path}' cannot be read`);
    steps.push(found[2] === undefined ? (found[1] ?? found[3] ?? found[4]) : Number(found[2]));
  }
  return steps;
}
