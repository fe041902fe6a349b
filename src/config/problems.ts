import type { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import { nearestKey } from './shape.ts';

type Issue = z.core.$ZodIssue;

const NOUNS: Record<string, string> = {
  string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'a group of keys', array: 'a list', record: 'a group of names with values',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return NOUNS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL such as http://127.0.0.1:8000/v1' : `text in the form ${issue.format}`;
    default:
      return issue.message;
  }
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) value = value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  return value;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Where a value was written, in words: `untilgreen.yaml line 3`, `UNTILGREEN_APPLY`, `--apply`. */
export type Place = (path: readonly PropertyKey[]) => string;

/** Every problem of a source, each as one error. */
export function describeIssues(issues: readonly Issue[], data: unknown, place: Place): UntilgreenError[] {
  const single = issues.flatMap((issue): Issue[] => (issue.code === 'unrecognized_keys' ? issue.keys.map((name) => ({ ...issue, keys: [name] })) : [issue]));
  return single.map((issue) => describeIssue(issue, data, place));
}

/** Several problems as one error: its message has a line for each, `data.faults` their texts. */
export function asOne(faults: readonly [UntilgreenError, ...UntilgreenError[]]): UntilgreenError {
  if (faults.length === 1) return faults[0];
  const texts = faults.map((fault) => fault.message);
  return new UntilgreenError('config_invalid', `The configuration has ${faults.length} faults:\n${texts.join('\n')}`, { faults: texts });
}

/** One problem of a source as one error that says where, what was expected and what was found, or which key was meant. */
export function describeIssue(issue: Issue, data: unknown, place: Place): UntilgreenError {
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? '';
    const path = [...issue.path, name];
    const key = path.map(String).join('.');
    if (/^api_?key$/i.test(name)) {
      return new UntilgreenError(
        'config_invalid',
        `A key may not stand in a configuration file: \`${key}\` in ${place(path)}.`,
        { key },
        'Put it into an environment variable or .env and name that variable by `api_key_env`.',
      );
    }
    const meant = nearestKey(issue.path, name);
    return new UntilgreenError('config_invalid', `unknown key \`${key}\` in ${place(path)}${meant ? `; did you mean \`${meant}\`?` : '.'}`, { key, meant });
  }
  const key = issue.path.map(String).join('.');
  if (issue.code === 'invalid_key') {
    // What stands under a name that may not be there could be a secret: it is not shown.
    const expected = issue.issues[0]?.message ?? 'another name';
    return new UntilgreenError('config_invalid', `\`${key}\` in ${place(issue.path)}: expected ${expected}.`, { key, expected });
  }
  return new UntilgreenError(
    'config_invalid',
    `\`${key}\` in ${place(issue.path)}: expected ${expectation(issue)}, got ${shown(valueAt(data, issue.path))}.`,
    { key, expected: expectation(issue), got: valueAt(data, issue.path) },
  );
}
