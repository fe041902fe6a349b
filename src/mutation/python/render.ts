import type { ObservedCase, RenderInput, Rendered, Target } from '../types.ts';
import { modulesIn, withoutStrings, written } from './texts.ts';
import { moduleOf } from './worker.ts';

/** How the Python worker describes an outcome, as far as a test is written from it. */
interface Shown {
  kind: 'value' | 'raises';
  form?: 'equal' | 'is' | 'approx' | 'nan' | 'large' | 'object';
  type?: string;
  text?: string;
  checks?: [string, string][];
  iterator?: boolean;
  error?: string;
  module?: string;
  message?: string;
  printed?: string;
  after?: [number, string][];
  receiver?: [string, string][];
}
interface Row {
  one: ObservedCase;
  shown: Shown;
  columns: string[];
}

/** Names that a column of a table must not hide. */
const RESERVED = new Set(['expected', 'request', 'result', 'pytest', 'math', 'datetime', 'decimal', 'fractions', 'pathlib', 're', 'zlib', 'message', 'self', 'capsys', 'subject', 'monkeypatch', 'tmp_path']);
const WORDS: Record<string, string> = { str: 'text', int: 'number', float: 'number', list: 'list', tuple: 'tuple', dict: 'mapping', set: 'set', bytes: 'bytes', bool: 'truth', NoneType: 'none' };

/** Pytest functions that pin what cases came to: a table for each kind of outcome and each set of options. */
export function renderPython({ place, targets, kept }: RenderInput): Rendered {
  const names = new Set<string>();
  const tests: Rendered['tests'] = [];
  const blocks: string[] = [];
  const texts: string[] = [];
  const imported = new Set<string>();
  const foreign = new Set<string>();
  for (const target of targets) {
    const mine = kept.filter((one) => one.function === target.name).map((one): Row => ({ one, shown: one.outcome as unknown as Shown, columns: columnsOf(one, target) }));
    if (mine.length === 0) continue;
    imported.add(target.name.split('.')[0]!);
    for (const { one, shown } of mine) {
      if (target.async) texts.push('asyncio.run');
      texts.push(...one.arguments.map(({ text }) => text), shown.text ?? '', one.receiver ?? '', ...(shown.checks ?? []).flat(), ...(shown.form === 'nan' ? ['math.isnan'] : []), ...(shown.message === undefined ? [] : ['re.escape']));
      if (shown.kind === 'raises' && shown.module !== 'builtins') foreign.add(`${shown.module} ${shown.error}`);
    }
    for (const group of grouped(mine)) {
      const name = free(names, sentence(target, group));
      blocks.push(testOf(name, target, group));
      tests.push({ name, function: target.name, cases: group.map(({ one }) => one.id) });
    }
  }
  const { module } = moduleOf(place.path, place.files)!;
  const body = blocks.join('\n\n\n');
  // Classes of the module that arguments are made of.
  for (const text of texts) for (const [, name] of withoutStrings(text).matchAll(/(?<![\w.])([A-Z]\w*)(?=[(.])/g)) if (place.source.includes(`class ${name}`)) imported.add(name!);
  const errors = [...foreign].map((pair) => pair.split(' ') as [string, string]);
  const lines = [
    `"""What ${module} does at present, pinned by \`untilgreen test generate\`.`, '', 'A failing test says that the behaviour changed, not that the new one is wrong.', '"""', '',
    ...modulesIn(texts).map((name) => `import ${name}`), '',
    ...(/\bpytest\./.test(body) ? ['import pytest', ''] : []),
    ...errors.map(([from, name]) => `from ${from} import ${name.split('.')[0]}`),
    `from ${module} import ${[...imported].sort().join(', ')}`, '', '', body, '',
  ];
  return { text: lines.join('\n').replaceAll(/\n{4,}/g, '\n\n\n'), tests };
}

function columnsOf(one: ObservedCase, target: Target): string[] {
  return one.arguments.map(({ name }, at) => {
    const parameter = name ?? target.parameters[at]?.name;
    const rest = target.parameters.find((p) => p.rest === 'list');
    const label = parameter && target.parameters[at]?.rest !== 'list' ? parameter : `${rest?.name ?? 'argument'}_${at + 1}`;
    return RESERVED.has(label) || label === target.name ? `${label}_given` : label;
  });
}

function grouped(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { shown, one } = row;
    const single = isSingle(row);
    const kind = shown.kind === 'raises' ? `raises ${shown.error} ${shown.message !== undefined}` : `${shown.form} ${shown.iterator === true} ${shown.form === 'is' ? '' : (WORDS[shown.type ?? ''] ?? shown.type)}`;
    const key = single ? `single ${one.id}` : `${kind}|${row.columns.join(',')}|${one.arguments.map(({ name }) => name ?? '').join(',')}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** An outcome that takes more than one assertion to say. */
function isSingle({ shown }: Row): boolean {
  return shown.form === 'object' || shown.form === 'large' || shown.form === 'nan' || shown.after !== undefined || shown.receiver !== undefined || shown.printed !== undefined;
}

function sentence(target: Target, group: readonly Row[]): string {
  const { shown, one } = group[0]!;
  const options = one.arguments.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const given = options.length > 0 ? `_with_${options.join('_and_')}` : '';
  const subject = target.name.replaceAll('.', '_').replaceAll(/_+/g, '_').replace(/^_/, '').replace(/_$/, '').toLowerCase();
  const flat = shown.text;
  const what =
    shown.kind === 'raises' ? `raises_${snake(shown.error ?? 'an_error')}`
    : shown.printed !== undefined ? 'prints'
    : shown.after !== undefined ? 'changes_its_argument'
    : shown.receiver !== undefined ? 'changes_the_object'
    : shown.form === 'is' ? `returns_${group.every((row) => row.shown.text === flat) ? String(flat).toLowerCase() : 'true_or_false'}`
    : shown.form === 'nan' ? 'returns_nan'
    : shown.iterator ? 'yields_these_items'
    : shown.form === 'object' ? `returns_a_${snake(shown.type ?? 'object')}`
    : `returns_the_${WORDS[shown.type ?? ''] ?? snake(shown.type ?? 'value')}`;
  const whole = `test_${subject}${given}_${what}`;
  return whole.length <= 100 ? whole : `test_${subject}_with_options_${what}`;
}

const snake = (name: string): string => name.split('.').pop()!.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

function free(names: Set<string>, wanted: string): string {
  let name = wanted;
  for (let n = 2; names.has(name); n += 1) name = `${wanted}_${n}`;
  names.add(name);
  return name;
}

function testOf(name: string, target: Target, group: readonly Row[]): string {
  const [first] = group as [Row, ...Row[]];
  if (group.length === 1) return single(name, target, first);
  const { one, shown, columns } = first;
  const last = shown.kind === 'raises' ? (shown.message !== undefined ? 'message' : undefined) : shown.form === 'is' && group.every((row) => row.shown.text === shown.text) ? undefined : 'expected';
  const receiver = one.receiver !== undefined;
  const heads = [...(receiver ? ['subject'] : []), ...columns, ...(last ? [last] : [])];
  if (heads.length === 0) return single(name, target, first);
  const rows = group.map((row) => [...(receiver ? [row.one.receiver!] : []), ...row.one.arguments.map(({ text }) => text), ...(last === 'message' ? [pythonText(row.shown.message!)] : last ? [row.shown.text!] : [])]);
  const table = heads.length === 1 ? rows.map(([text]) => `        ${text},`) : rows.map((row) => `        (${row.join(', ')}),`);
  const args = one.arguments.map(({ name: word }, at) => ({ ...(word === undefined ? {} : { name: word }), text: columns[at]! }));
  const call = callText(target, receiver ? 'subject' : undefined, args, shown);
  const text = last === 'expected' ? 'expected' : shown.text;
  return [
    '@pytest.mark.parametrize(', `    ${heads.length === 1 ? `"${heads[0]}"` : `(${heads.map((head) => `"${head}"`).join(', ')})`},`, '    [', ...table, '    ],', ')',
    `def ${name}(${heads.join(', ')}):`, ...assertion(call, shown, text, 'message').map((line) => `    ${line}`),
  ].join('\n');
}

function callText(target: Target, receiver: string | undefined, args: ObservedCase['arguments'], shown: Shown): string {
  const attribute = target.name.slice(target.name.lastIndexOf('.') + 1);
  const callee = target.kind === 'constructor' ? target.name.slice(0, target.name.lastIndexOf('.')) : receiver === undefined ? target.name : `${receiver}.${attribute}`;
  const plain = target.kind === 'property' ? callee : attribute === '__len__' && receiver ? `len(${receiver})` : attribute === '__str__' && receiver ? `str(${receiver})` : attribute === '__repr__' && receiver ? `repr(${receiver})` : `${callee}(${written(args)})`;
  const awaited = target.async ? `asyncio.run(${plain})` : plain;
  return shown.iterator ? `list(${awaited})` : awaited;
}

function assertion(call: string, shown: Shown, text: string | undefined, message: string): string[] {
  if (shown.kind === 'raises') {
    return [`with pytest.raises(${shown.error}${shown.message === undefined ? '' : `, match=re.escape(${message})`}):`, `    ${call}`];
  }
  if (shown.form === 'is') return [`assert ${call} is ${text}`];
  if (shown.form === 'approx') return [`assert ${call} == pytest.approx(${text})`];
  if (shown.form === 'nan') return [`assert math.isnan(${call})`];
  return [`assert ${call} == ${text}`];
}

/** A test of one case, with all that its outcome says. */
function single(name: string, target: Target, { one, shown, columns }: Row): string {
  const lines: string[] = [];
  let receiver = one.receiver;
  if (shown.receiver !== undefined && receiver !== undefined) {
    lines.push(`subject = ${receiver}`);
    receiver = 'subject';
  }
  const args = one.arguments.map((argument, at) => {
    if (!shown.after?.some(([place]) => place === at)) return argument;
    lines.push(`${columns[at]} = ${argument.text}`);
    return { ...argument, text: columns[at]! };
  });
  const call = callText(target, receiver, args, shown);
  if (shown.form === 'object' || shown.form === 'large') {
    lines.push(`result = ${call}`, ...shown.checks!.map(([left, right]) => `assert ${left} == ${right}`));
  } else if (shown.kind === 'raises') {
    lines.push(...assertion(call, shown, undefined, shown.message === undefined ? '' : pythonText(shown.message)));
  } else {
    lines.push(...assertion(call, shown, shown.text, ''));
  }
  for (const [at, text] of shown.after ?? []) lines.push(`assert ${columns[at]} == ${text}`);
  for (const [left, right] of shown.receiver ?? []) lines.push(`assert ${left.replace('result', 'subject')} == ${right}`);
  if (shown.printed !== undefined && shown.printed.length < 1500) lines.push(`assert capsys.readouterr().out == ${pythonText(shown.printed)}`);
  return [`def ${name}(${shown.printed === undefined ? '' : 'capsys'}):`, ...lines.map((line) => `    ${line}`)].join('\n');
}

const pythonText = (text: string): string => JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
