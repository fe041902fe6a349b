import { parseEnv } from 'node:util';
import { relative } from 'node:path';
import { settingsSchema, type Source } from './schema.ts';
import type { ConfigFile } from './file.ts';
import type { UntilgreenError } from '../core/errors.ts';
import { describeIssues } from './problems.ts';
import { typeAt } from './shape.ts';
import { flagFor, VARIABLES } from './variables.ts';

/** One source of settings: what it says, where it says it, and whether its author is the user or the project. */
export interface Layer {
  source: Exclude<Source, 'default'>;
  /** Untrusted layers came with the project and may only tighten what the user set. */
  trusted: boolean;
  data: Record<string, unknown>;
  /** Directory that relative paths inside it are relative to. */
  directory: string;
  place(path: readonly PropertyKey[]): string;
  /** What the schema refuses of it; a layer with faults must not be merged. */
  faults: UntilgreenError[];
}

/** A value at a dotted key; undefined where the layer does not set it. */
export function valueOf(data: unknown, key: string): unknown {
  let value = data;
  for (const part of key.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function setValue(data: Record<string, unknown>, key: string, value: unknown): void {
  const parts = key.split('.');
  const last = parts.pop() ?? key;
  let group = data;
  for (const part of parts) group = (group[part] ??= {}) as Record<string, unknown>;
  group[last] = value;
}

/** Text of a variable as the type its key has; text that does not fit stays as it is, for the schema to refuse. */
function typed(key: string, text: string): unknown {
  switch (typeAt(key)) {
    case 'number':
      return /^\s*-?\d+(\.\d+)?(e\d+)?\s*$/i.test(text) ? Number(text) : text;
    case 'boolean':
      return /^(true|1|yes|on)$/i.test(text.trim()) ? true : /^(false|0|no|off)$/i.test(text.trim()) ? false : text;
    case 'array':
      return text.split('\n').map((line) => line.trim()).filter(Boolean);
    default:
      return text;
  }
}

/** An empty group (`models:` with nothing below it) says nothing; an empty value stays, for the schema to refuse. */
function withoutEmptyGroups(value: unknown, path: string[] = []): unknown {
  if (value === null && ['object', 'record'].includes(typeAt(path.join('.')) ?? '')) return undefined;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withoutEmptyGroups(child, [...path, name])] as const).filter(([, child]) => child !== undefined),
  );
}

/** A layer whose problems are told with the place where they were written; it passed the schema when it has none. */
function checked(layer: Omit<Layer, 'faults'>): Layer {
  const { error } = settingsSchema.safeParse(layer.data);
  return { ...layer, faults: error ? describeIssues(error.issues, layer.data, layer.place) : [] };
}

/** A configuration file as a layer. `cwd` shortens its name in messages. */
export function fileLayer(file: ConfigFile, options: { source: 'project' | 'user'; trusted: boolean; directory: string; name: string }): Layer {
  return checked({
    source: options.source,
    trusted: options.trusted,
    directory: options.directory,
    data: withoutEmptyGroups(file.data) as Record<string, unknown>,
    place(path) {
      const line = file.lineOf(path);
      return line === undefined ? options.name : `${options.name} line ${line}`;
    },
  });
}

/** The variables of an environment as a layer; empty ones count as not set. */
export function environmentLayer(
  env: Record<string, string | undefined>,
  options: { source: 'env' | 'dotenv'; trusted: boolean; directory: string; where?: (name: string) => string },
): Layer {
  const data: Record<string, unknown> = {};
  for (const { name, key } of VARIABLES) {
    const text = env[name];
    if (text) setValue(data, key, typed(key, text));
  }
  return checked({
    ...options,
    data,
    place(path) {
      const key = path.map(String).join('.');
      const name = VARIABLES.find((v) => v.key === key || key.startsWith(`${v.key}.`))?.name ?? key;
      return options.where?.(name) ?? name;
    },
  });
}

/** Flags by dotted key, as the command parsed them. Undefined values were not given. */
export function flagLayer(flags: Record<string, unknown>, cwd: string): Layer {
  const data: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(flags)) if (value !== undefined) setValue(data, key, value);
  return checked({
    source: 'flag', trusted: true, directory: cwd, data,
    place: (path) => flagFor(path.map(String).join('.')) ?? path.map(String).join('.'),
  });
}

/** A `.env` file: its variables and the line of each. */
export function parseDotenv(text: string, name: string): { values: Record<string, string>; where: (variable: string) => string } {
  const values = parseEnv(text) as Record<string, string>;
  const lines = text.split('\n');
  return {
    values,
    where(variable) {
      const index = lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${variable}\\s*=`).test(line));
      return `${variable} in ${name}${index < 0 ? '' : ` line ${index + 1}`}`;
    },
  };
}

/** Layers laid over each other, the first being the strongest. Groups are merged, values and lists replaced. */
export function mergeLayers(layers: readonly Layer[]): Record<string, unknown> {
  const merge = (weak: unknown, strong: unknown): unknown => {
    if (strong === undefined) return weak;
    if ([weak, strong].some((v) => v === null || typeof v !== 'object' || Array.isArray(v))) return strong;
    const result: Record<string, unknown> = { ...(weak as object) };
    for (const [key, value] of Object.entries(strong as object)) result[key] = merge(result[key], value);
    return result;
  };
  return layers.reduceRight<Record<string, unknown>>((all, layer) => merge(all, layer.data) as Record<string, unknown>, {});
}

/** A path for messages: relative to where the user stands when it lies below, else in full. */
export function shortName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short && !short.startsWith('..') ? short : path;
}
