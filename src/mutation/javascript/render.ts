import { quoted } from '../../languages/javascript/function/literals.ts';
import { isIdentifier } from '../../languages/javascript/function/signature.ts';
import type { ObservedCase, RenderInput, Rendered, Target } from '../types.ts';
import { importLine, knownOf, localName, specifierTo } from './knowledge.ts';
import { positional } from './texts.ts';

/** How the Node worker describes an outcome, as far as a test is written from it. */
interface Shown {
  kind: 'value' | 'raises';
  form?: 'equal' | 'deep' | 'long' | 'typeof' | 'object';
  type?: string;
  text?: string;
  length?: number;
  checks?: [string, string][];
  iterator?: boolean;
  awaited?: boolean;
  error?: string;
  message?: string;
  /** The source of what was thrown where that is no error. */
  thrown?: string;
  after?: [number, string][];
  state?: [string, string][];
  /** It answers its own object. */
  self?: boolean;
}
interface Row {
  one: ObservedCase;
  shown: Shown;
  values: string[];
  columns: string[];
}

/** Names that a column of a table must not hide. */
const RESERVED = new Set(['expected', 'message', 'result', 'subject', 'assert', 'test', 'describe', 'inspect', 'require', 'module', 'exports', 'undefined', 'thrown']);

/** Tests that pin what cases came to: a table for each kind of outcome and each set of options. */
export function renderJavascript({ place, path, targets, kept }: RenderInput): Rendered {
  const { names: exported, vitest, imports, ending } = knownOf(place);
  const names = new Set<string>();
  const tests: Rendered['tests'] = [];
  const blocks: string[] = [];
  const imported = new Set<string>();
  for (const target of targets) {
    const rows = kept.filter((one) => one.function === target.name).map((one) => rowOf(one, target, exported));
    if (rows.length === 0) continue;
    imported.add(target.name.split('.')[0]!);
    for (const group of grouped(rows)) {
      const name = free(names, sentence(target, group));
      blocks.push(group.length === 1 || group[0]!.columns.length === 0 ? group.map((row, at) => single(at === 0 ? name : `${name} ${at + 1}`, target, row)).join('\n\n') : table(name, target, group));
      tests.push({ name, function: target.name, cases: group.map(({ one }) => one.id) });
    }
  }
  const body = blocks.join('\n\n');
  for (const name of exported.keys()) if (new RegExp(`(?<![\\w$.'"\`])${name.replaceAll('$', '\\$')}[.(]`).test(body)) imported.add(name);
  const runner = ['test', 'describe'].filter((word) => new RegExp(`(?<![\\w$.])${word}\\(`).test(body)).toSorted();
  const load = (what: string, from: string): string => (imports === 'require' ? `const ${what} = require('${from}');` : `import ${what} from '${from}';`);
  const lines = [
    ...(/\.[cm]?tsx?$/.test(path) ? ['// @ts-nocheck: values of other types than declared are among the inputs.'] : []),
    `// What ${place.path} does at present, pinned by \`untilgreen test generate\`.`,
    '// A failing test says that the behaviour changed, not that the new one is wrong.',
    load('assert', 'node:assert/strict'),
    ...(vitest ? [] : [load(`{ ${runner.join(', ')} }`, 'node:test')]),
    ...(body.includes('inspect(') ? [load('{ inspect }', 'node:util')] : []),
    ...(vitest ? [load(`{ ${runner.join(', ')} }`, 'vitest')] : []),
    importLine([...imported].toSorted(), exported, specifierTo(place.path, path, ending), imports),
    '', body, '',
  ];
  return { text: lines.join('\n'), tests };
}

function rowOf(one: ObservedCase, target: Target, exported: ReadonlyMap<string, string>): Row {
  const values = positional(one.arguments);
  const rest = target.parameters.findIndex((parameter) => parameter.rest === 'list');
  const columns = values.map((_, at) => {
    const name = rest >= 0 && at >= rest ? `${target.parameters[rest]!.name}${at - rest + 1}` : (target.parameters[at]?.name ?? `argument${at + 1}`);
    return RESERVED.has(name) || exported.has(name) || !isIdentifier(name) ? `${name.replaceAll(/[^\w$]/g, '')}Given` : name;
  });
  return { one, shown: one.outcome as unknown as Shown, values, columns };
}

function grouped(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { shown, one, columns } = row;
    const kind = shown.kind === 'raises' ? `raises ${shown.error} ${shown.message !== undefined} ${shown.thrown ?? ''} ${shown.awaited === true}` : `${shown.form} ${shown.type} ${shown.iterator === true} ${shown.awaited === true}`;
    const key = isSingle(row) ? `single ${one.id}` : `${kind}|${columns.join(',')}|${one.receiver === undefined}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** An outcome that takes more than one assertion to say. */
const isSingle = ({ shown }: Row): boolean => shown.form === 'object' || shown.form === 'long' || shown.after !== undefined || shown.state !== undefined;

const CONSTANT = new Set(['true', 'false', 'null', 'undefined', 'NaN']);

function sentence(target: Target, group: readonly Row[]): string {
  const { shown, columns, values } = group[0]!;
  const options = columns.filter((_, at) => target.parameters[at]?.optional && values[at] !== 'undefined');
  const given = options.length > 0 ? ` with ${options.join(' and ')}` : '';
  const subject = target.kind === 'constructor' ? `new ${target.name.replace(/\.constructor$/, '')}` : localName(target.name);
  const same = shown.text !== undefined && CONSTANT.has(shown.text) && group.every((row) => row.shown.text === shown.text);
  const what =
    shown.kind === 'raises' ? `throws ${shown.error ?? 'what is no error'}`
    : shown.after !== undefined ? 'changes its argument'
    : shown.state !== undefined ? 'changes the object'
    : shown.iterator ? 'yields these items'
    : shown.form === 'typeof' ? `returns a ${shown.type}`
    : same ? `returns ${shown.text}`
    : shown.form === 'object' ? `returns an instance of ${shown.type}`
    : `returns the ${shown.type === 'truth' ? 'truth' : shown.type}`;
  return `${subject}${given} ${what}`.replaceAll(/[[\]:]+/g, ' ');
}

function free(names: Set<string>, wanted: string): string {
  let name = wanted;
  for (let n = 2; names.has(name); n += 1) name = `${wanted}, ${n}`;
  names.add(name);
  return name;
}

function table(name: string, target: Target, group: readonly Row[]): string {
  const { shown, one, columns } = group[0]!;
  const receiver = one.receiver !== undefined;
  const last = shown.kind === 'raises' ? (shown.message === undefined ? undefined : 'message') : CONSTANT.has(shown.text ?? '') && group.every((row) => row.shown.text === shown.text) ? undefined : 'expected';
  const heads = [...(receiver ? ['subject'] : []), ...columns, ...(last ? [last] : [])];
  const rows = group.map((row) => [...(receiver ? [row.one.receiver!] : []), ...row.values, ...(last === 'message' ? [quoted(row.shown.message!)] : last ? [row.shown.text!] : [])]);
  const title = columns.length === 1 ? `inspect(${columns[0]})` : `inspect([${columns.join(', ')}])`;
  const call = callText(target, receiver ? 'subject' : undefined, columns, shown);
  const body = assertion(call, { ...shown, ...(last === 'message' && { message: undefined }) }, last === 'message' ? 'message' : undefined, last === 'expected' ? 'expected' : shown.text);
  return [
    `describe(${quoted(name)}, () => {`, `  for (const [${heads.join(', ')}] of [`, ...rows.map((row) => `    [${row.join(', ')}],`), '  ]) {',
    `    test(${title}, ${shown.awaited ? 'async ' : ''}() => {`, ...body.map((line) => `      ${line}`), '    });', '  }', '});',
  ].join('\n');
}

/** A test of one case, with all that its outcome says. */
function single(name: string, target: Target, { one, shown, values, columns }: Row): string {
  const lines: string[] = [];
  let receiver = one.receiver;
  if (shown.state !== undefined && receiver !== undefined) {
    lines.push(`const subject = ${receiver};`);
    receiver = 'subject';
  }
  const args = values.map((text, at) => {
    if (!shown.after?.some(([place]) => place === at)) return text;
    lines.push(`const ${columns[at]} = ${text};`);
    return columns[at]!;
  });
  const call = callText(target, receiver, args, shown);
  // What a chained method answers is told below.
  if (shown.self && shown.state !== undefined) lines.push(`assert.equal(${call}, subject);`);
  else if (shown.form === 'object') lines.push(`const result = ${call};`, ...shown.checks!.map(([at, text]) => `assert.deepEqual(result${at}, ${text});`));
  else if (shown.form === 'long') lines.push(`const result = ${call};`, `assert.equal(result.length, ${shown.length});`, `assert.equal(result.slice(0, 200), ${shown.text});`);
  else lines.push(...assertion(call, shown, shown.message === undefined ? undefined : quoted(shown.message), shown.text));
  for (const [at, text] of shown.after ?? []) lines.push(`assert.deepEqual(${columns[at]}, ${text});`);
  for (const [at, text] of shown.state ?? []) lines.push(`assert.deepEqual(subject${at}, ${text});`);
  return [`test(${quoted(name)}, ${shown.awaited ? 'async ' : ''}() => {`, ...lines.map((line) => `  ${line}`), '});'].join('\n');
}

function callText(target: Target, receiver: string | undefined, args: readonly string[], shown: Shown): string {
  const name = localName(target.name);
  const attribute = name.slice(name.lastIndexOf('.') + 1);
  const owner = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const subject = receiver === undefined || /^[\w$]+$|^new [\w$.]+\(/.test(receiver) ? receiver : `(${receiver})`;
  const plain =
    target.kind === 'property' ? `${subject}.${attribute}`
    : target.kind === 'constructor' ? `new ${owner}(${args.join(', ')})`
    : target.kind === 'method' ? `${subject}.${attribute}(${args.join(', ')})`
    : `${name}(${args.join(', ')})`;
  const awaited = shown.awaited && shown.kind === 'value' ? `await ${plain}` : plain;
  return shown.iterator ? `[...${awaited}]` : awaited;
}

function assertion(call: string, shown: Shown, message: string | undefined, text: string | undefined): string[] {
  if (shown.kind === 'raises') {
    const fields = [`name: ${quoted(shown.error ?? '')}`, ...(message === undefined ? [] : [message === 'message' ? 'message' : `message: ${message}`])];
    const like = shown.error !== undefined ? `, { ${fields.join(', ')} }` : shown.thrown !== undefined ? `, (thrown) => (assert.deepEqual(thrown, ${shown.thrown}), true)` : '';
    return [shown.awaited ? `await assert.rejects(async () => ${call}${like});` : `assert.throws(() => ${call}${like});`];
  }
  if (shown.form === 'typeof') return [`assert.equal(typeof ${call.startsWith('await ') ? `(${call})` : call}, ${text});`];
  return [shown.form === 'deep' ? `assert.deepEqual(${call}, ${text});` : `assert.equal(${call}, ${text});`];
}
