/** What the words and values on the command line mean. Everything wrong is a `usage` error that says what was expected. */
import { nearest } from '../config/shape.ts';
import { UntilgreenError } from '../core/errors.ts';
import { ROLES } from '../models/types.ts';

/** A wrong use of the command: one sentence, and what to type instead. */
export function usage(what: string, next?: string): UntilgreenError {
  return new UntilgreenError('usage', what, {}, next);
}

export interface GoalWords {
  /** As typed; undefined means the current directory. */
  directory?: string;
  /** Undefined: ask for it in a terminal. */
  request?: string;
}

/**
 * `run [dir] "request"`: one word group is the request in the current directory, two are directory and request; with
 * `-t` the request is given there, and the one word group is the directory.
 *
 * @param words        the word groups after the command
 * @param task         the value of `-t`
 * @param isDirectory  whether a word names an existing directory: alone, it is taken for a forgotten request
 */
export function goalWords(words: readonly string[], task: string | undefined, isDirectory: (word: string) => boolean): GoalWords {
  if (task !== undefined) {
    if (words.length > 1) throw usage('With -t at most a directory stands beside it.', `Type: untilgreen run ${quoted(words[0])} -t "what to do"`);
    return { directory: words[0], request: filled(task) };
  }
  const [first, second] = words;
  if (words.length > 2) throw usage('The request is one argument; put it in quotes.', `Type: untilgreen run "${words.join(' ')}"`);
  if (second !== undefined) return { directory: first, request: filled(second) };
  if (first === undefined) return {};
  if (isDirectory(first)) return { directory: first };
  return { request: filled(first) };
}

function quoted(word: string | undefined): string {
  return word === undefined ? '' : /[^\w./@-]/.test(word) ? JSON.stringify(word) : word;
}

function filled(request: string): string {
  if (!request.trim()) throw usage('The request is empty.', 'Say what is to be done: untilgreen run "make the failing tests pass"');
  return request.trim();
}

export interface Budget {
  tokens?: number;
  /** US dollars. */
  cost?: number;
  minutes?: number;
}

const UNITS = { k: 1e3, M: 1e6 };

/**
 * `200k`, `1.5M` or `90000` tokens, `$2` money, `30m`, `90s` or `1h` time; combined by commas, spaces or `+`.
 *
 * @example parseBudget('200k,$2,30m') // { tokens: 200000, cost: 2, minutes: 30 }
 */
export function parseBudget(text: string): Budget {
  const budget: Budget = {};
  const set = (key: keyof Budget, value: number, part: string) => {
    if (!(value > 0) || !Number.isFinite(value)) throw usage(`--budget ${part}: expected more than nothing.`);
    if (budget[key] !== undefined) throw usage(`--budget names ${key === 'cost' ? 'money' : key === 'minutes' ? 'time' : 'tokens'} twice.`);
    budget[key] = value;
  };
  const parts = text.split(/[\s,+]+/).filter(Boolean);
  for (const part of parts) {
    const money = /^(?:\$(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\$)$/.exec(part);
    const time = /^(\d+(?:\.\d+)?)(s|m|min|h)$/.exec(part);
    const tokens = /^(\d+(?:\.\d+)?)(k|M)?$/i.exec(part);
    if (money) set('cost', Number(money[1] ?? money[2]), part);
    else if (time) set('minutes', Number(time[1]) * (time[2] === 'h' ? 60 : time[2] === 's' ? 1 / 60 : 1), part);
    else if (tokens) set('tokens', Math.round(Number(tokens[1]) * (tokens[2] ? UNITS[tokens[2].toLowerCase() === 'k' ? 'k' : 'M'] : 1)), part);
    else throw usage(`--budget ${JSON.stringify(part)} is no budget.`, 'Expected tokens (200k), money ($2), time (30m), or several with commas.');
  }
  if (parts.length === 0) throw usage('--budget is empty.', 'Expected tokens (200k), money ($2), time (30m), or several with commas.');
  return budget;
}

/**
 * `--model qwen3` for every role, `--model coder=qwen3` for one, as dotted settings.
 *
 * @example parseModels(['a', 'coder=b']) // { 'models.default.model': 'a', 'models.coder.model': 'b' }
 */
export function parseModels(values: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  const roles: readonly string[] = [...ROLES, 'embedding', 'default'];
  for (const value of values) {
    const [, role, name] = /^([a-z_]+)=(.*)$/i.exec(value) ?? [undefined, 'default', value];
    if (!roles.includes(role)) {
      const meant = nearest(role, roles);
      throw usage(`--model ${value}: there is no role '${role}'${meant ? `; did you mean '${meant}'?` : '.'}`, `Roles: ${roles.join(', ')}.`);
    }
    if (!name.trim()) throw usage(`--model ${value}: the name of the model is missing.`);
    const key = `models.${role}.model`;
    if (flags[key] !== undefined) throw usage(`--model names the ${role} model twice.`);
    flags[key] = name.trim();
  }
  return flags;
}

const LANGUAGES: Record<string, string> = {
  python: 'python', py: 'python', javascript: 'javascript', js: 'javascript', node: 'javascript', nodejs: 'javascript', typescript: 'typescript', ts: 'typescript', go: 'go', golang: 'go',
};

/** The language that `--language` or `--lang` names; `node` means JavaScript. */
export function parseLanguage(value: string): string {
  const language = LANGUAGES[value.toLowerCase()];
  if (language) return language;
  const meant = nearest(value, Object.keys(LANGUAGES));
  throw usage(`--language ${value} is unknown${meant ? `; did you mean ${LANGUAGES[meant]}?` : '.'}`, 'Known: python, javascript, typescript, go.');
}

export const PROJECT_TYPES = ['web_app', 'data_pipeline', 'cli_tool'] as const;
export type ProjectType = (typeof PROJECT_TYPES)[number];

/** A value out of a list, else a `usage` error with the nearest one. */
export function oneOf<T extends string>(flag: string, values: readonly T[], value: string): T {
  const known = values.find((v) => v === value);
  if (known) return known;
  const meant = nearest(value, values);
  throw usage(`${flag} ${value} is unknown${meant ? `; did you mean ${meant}?` : '.'}`, `Expected ${values.join(', ')}.`);
}

/** A whole number of at least 1. */
export function wholeNumber(flag: string, value: string): number {
  if (!/^\d+$/.test(value) || Number(value) < 1) throw usage(`${flag} ${value}: expected a whole number of at least 1.`);
  return Number(value);
}
