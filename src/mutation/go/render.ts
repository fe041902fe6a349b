import type { ObservedCase, RenderInput, Rendered, Target } from '../types.ts';
import { callOf, type Call } from './harness.ts';
import { readPackage, type GoPackage } from './package.ts';
import { importsFor } from './values.ts';

/** One value as the harness shows it. */
interface Shown {
  form: 'source' | 'text' | 'error' | 'nil' | 'nan' | 'hidden';
  text: string;
  type: string;
  kind: string;
  import?: string[];
}
interface Told {
  kind: 'value' | 'raises';
  results: Shown[] | null;
  after?: Record<string, Shown>;
  message?: string;
  runtime?: boolean;
}
interface Row {
  one: ObservedCase;
  call: Call;
  told: Told;
}

/** Names that a column must not have. */
const RESERVED = new Set(['t', 'test', 'tests', 'name', 'got', 'want', 'err', 'wantErr', 'subject', 'thrown', 'message', 'reflect', 'fmt', 'strings', 'testing', 'math', 'errors', 'time', 'break', 'case', 'chan', 'const', 'continue', 'default', 'defer', 'else', 'fallthrough', 'for', 'func', 'go', 'goto', 'if', 'import', 'interface', 'map', 'package', 'range', 'return', 'select', 'struct', 'switch', 'type', 'var']);
/** Signs of a row's name that are told of its arguments. */
const LONGEST_NAME = 60;

/** Table-driven Go tests that pin what cases came to: one table for each function and kind of outcome. */
export function renderGo({ place, targets, kept }: RenderInput): Rendered {
  const known = readPackage(place);
  const taken = new Set(known.taken);
  const tests: Rendered['tests'] = [];
  const blocks: string[] = [];
  const also = new Set<string>();
  for (const target of targets) {
    const rows = kept.filter((one) => one.function === target.name).flatMap((one): Row[] => {
      const call = callOf(one, known);
      return call ? [{ one, call, told: one.outcome as unknown as Told }] : [];
    });
    for (const group of grouped(rows)) {
      const name = free(taken, nameOf(target, group[0]!));
      blocks.push(tableOf(name, target, group, known));
      tests.push({ name, function: target.name, cases: group.map(({ one }) => one.id) });
      for (const { told } of group) for (const shown of [...(told.results ?? []), ...Object.values(told.after ?? {})]) if (shown.form === 'source') for (const path of shown.import ?? []) also.add(path);
    }
  }
  const body = blocks.join('\n\n');
  const imports = importsFor([body], known, [...also].filter((path) => new RegExp(`(?<![\\w.])${path.split('/').pop()!}\\.`).test(body)));
  return { text: `// What this package does at present, pinned by \`untilgreen test generate\`. A failing test says that the behaviour\n// changed, not that the new one is wrong.\n\npackage ${known.package}\n\nimport (\n${imports.map((line) => `\t${line}\n`).join('')})\n\n${body}\n`, tests };
}

/** Rows of one table: the same kind of outcome, the same number of arguments, the same things compared. */
function grouped(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { told, call } = row;
    const key = [told.kind, told.runtime === true, call.arguments.length, (told.results ?? []).map(formOf).join(), Object.keys(told.after ?? {}).join()].join('|');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** How a result is compared. An error that is there or not is one column: its message. */
function formOf({ form, type, kind }: Shown): string {
  if (type === 'error') return form === 'nil' ? 'no error' : 'error';
  if (form === 'text' || form === 'nan') return 'text';
  if (form === 'hidden') return 'hidden';
  return kind.startsWith('float') ? 'float' : ['bool', 'string'].includes(kind) || /^u?int/.test(kind) ? 'plain' : 'deep';
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function nameOf(target: Target, { told }: Row): string {
  const subject = target.name.split('.').map(capital).join('');
  const failed = (told.results ?? []).some((shown) => formOf(shown) === 'error');
  const how = told.kind === 'raises' ? 'Panics' : failed ? 'Fails' : Object.keys(told.after ?? {}).includes('-1') ? 'ChangesItsObject' : Object.keys(told.after ?? {}).length > 0 ? 'ChangesItsArgument' : (told.results ?? []).some((shown) => formOf(shown) === 'text') ? 'Prints' : '';
  return `Test${subject}${how}AtPresent`;
}

function free(taken: Set<string>, wanted: string, before = ''): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted}${before}${n}`;
  taken.add(name);
  return name;
}

function tableOf(name: string, target: Target, group: readonly Row[], known: GoPackage): string {
  const [{ call, told }] = group as [Row, ...Row[]];
  const short = target.name.split('.').pop()!;
  const callable = known.functions.find((one) => one.name === target.name)!;
  const columns = call.arguments.map((argument) => (RESERVED.has(argument.name) || known.imports.some((one) => one.name === argument.name) ? `${argument.name}Given` : argument.name));
  const results = told.results ?? [];
  const wants = results.map((_, at) => (results.filter((shown) => formOf(shown) !== 'no error').length > 1 ? `want${at + 1}` : 'want'));
  const after = Object.entries(told.after ?? {}).map(([at]) => ({ at: Number(at), column: Number(at) < 0 ? 'subjectAfter' : `${columns[Number(at)]}After` }));
  const pointer = callable.owner !== '' && group.some((row) => row.call.receiver!.startsWith('func() *') || row.call.receiver!.startsWith('&') || makesPointer(row.call.receiver!, known));
  const fields = [
    ['name', 'string'],
    ...(call.receiver === undefined ? [] : [['subject', pointer ? `*${callable.owner}` : callable.owner]]),
    ...columns.map((column, at) => [column, call.arguments[at]!.type]),
    ...results.flatMap((shown, at) => (compared(shown) ? [[wants[at]!, columnType(shown, callable.results[at]!)]] : [])),
    ...after.map(({ at, column }) => [column, at < 0 ? (pointer ? `*${callable.owner}` : callable.owner) : call.arguments[at]!.type]),
    ...(told.kind === 'raises' ? [['message', 'string']] : []),
  ];
  const names = new Set<string>();
  const rows = group.map((row) => {
    const cells = [
      JSON.stringify(free(names, rowName(row, short), ' ')),
      ...(row.call.receiver === undefined ? [] : [row.call.receiver]),
      ...row.call.arguments.map(({ text }) => text),
      ...(row.told.results ?? []).flatMap((shown) => (compared(shown) ? [cellOf(shown)] : [])),
      ...after.map(({ at }) => row.told.after![String(at)]!.text),
      ...(row.told.kind === 'raises' ? [goText(row.told.message ?? '')] : []),
    ];
    return `\t\t{${cells.join(', ')}},\n`;
  });
  const made = call.expression(columns.map((column) => `test.${column}`), call.receiver === undefined ? undefined : 'test.subject');
  const shownArguments = columns.map((column) => `, test.${column}`).join('');
  const spoken = `${short}(${columns.map(() => '%#v').join(', ')})`;
  const body = told.kind === 'raises' ? panics(made, told, spoken, shownArguments) : values(made, results, wants, spoken, shownArguments);
  const changes = after.map(({ at, column }) => {
    const got = at < 0 ? 'test.subject' : `test.${columns[at]}`;
    return `\t\t\tif !reflect.DeepEqual(${got}, test.${column}) {\n\t\t\t\tt.Errorf("${spoken} left %v, want %v"${shownArguments}, ${got}, test.${column})\n\t\t\t}\n`;
  });
  return `func ${name}(t *testing.T) {\n\ttests := []struct {\n${fields.map(([field, type]) => `\t\t${field} ${type}\n`).join('')}\t}{\n${rows.join('')}\t}\n\tfor _, test := range tests {\n\t\tt.Run(test.name, func(t *testing.T) {\n${body}${told.kind === 'raises' ? '' : changes.join('')}\t\t})\n\t}\n}\n`;
}

/** Made by a function that gives a pointer. */
function makesPointer(text: string, known: GoPackage): boolean {
  return known.makers.some((maker) => text.startsWith(`${maker.name}(`) && maker.results[0]!.startsWith('*'));
}

const compared = (shown: Shown): boolean => formOf(shown) !== 'no error' && formOf(shown) !== 'hidden';
const columnType = (shown: Shown, type: string): string => (['error', 'text'].includes(formOf(shown)) ? 'string' : type);
const cellOf = (shown: Shown): string => (['error', 'text'].includes(formOf(shown)) ? goText(shown.text) : shown.text);
const goText = (text: string): string => JSON.stringify(text).replaceAll(/[\u007f-\u009f\ufeff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** `Grade of 90`, cut where it is long; what a test's name shows as `_` is left out. */
function rowName({ call, told }: Row, short: string): string {
  const given = call.arguments.map(({ text }) => text.replaceAll(/\s+/g, ' ')).join(', ');
  const outcome = told.kind === 'raises' ? 'panics' : (told.results ?? []).some((shown) => formOf(shown) === 'error') ? 'fails' : 'is as it was';
  const shown = [...given.replaceAll(/\\[nrt]/g, ' ').replaceAll(/["\\`/#]/g, '').replaceAll(/[^\x20-\x7e]/g, '?')].slice(0, LONGEST_NAME).join('').trim();
  return `${short} of ${shown === '' ? 'nothing' : shown} ${outcome}`.replaceAll(/ {2,}/g, ' ');
}

function values(made: string, results: readonly Shown[], wants: readonly string[], told: string, given: string): string {
  if (results.length === 0) return `\t\t\t${made}\n`;
  const gots = results.map((shown, at) => (formOf(shown) === 'hidden' ? '_' : shown.type === 'error' ? (at === results.length - 1 ? 'err' : `err${at + 1}`) : wants[at]!.replace('want', 'got')));
  const assigns = gots.every((got) => got === '_') ? '=' : ':=';
  return `\t\t\t${gots.join(', ')} ${assigns} ${made}\n${results.map((shown, at) => check(shown, gots[at]!, `test.${wants[at]}`, told, given)).join('')}`;
}

function check(shown: Shown, got: string, want: string, told: string, given: string): string {
  const report = (condition: string, value = got, wanted = want): string => `\t\t\tif ${condition} {\n\t\t\t\tt.Errorf("${told}: got %v, want %v"${given}, ${value}, ${wanted})\n\t\t\t}\n`;
  switch (formOf(shown)) {
    case 'hidden':
      return '';
    case 'no error':
      return `\t\t\tif ${got} != nil {\n\t\t\t\tt.Fatalf("${told}: got the error %v"${given}, ${got})\n\t\t\t}\n`;
    case 'error':
      return `\t\t\tif ${got} == nil || ${got}.Error() != ${want} {\n\t\t\t\tt.Errorf("${told}: got the error %v, want %q"${given}, ${got}, ${want})\n\t\t\t}\n`;
    case 'text':
      return report(`fmt.Sprint(${got}) != ${want}`);
    case 'float':
      // Another processor may round the last digit otherwise.
      return report(`${got} != ${want} && !(math.Abs(float64(${got}-${want})) <= 1e-9*math.Abs(float64(${want})))`);
    case 'plain':
      return report(`${got} != ${want}`);
    default:
      return report(`!reflect.DeepEqual(${got}, ${want})`);
  }
}

function panics(made: string, told: Told, shown: string, given: string): string {
  const differs = told.runtime ? '!strings.HasPrefix(fmt.Sprint(thrown), test.message)' : 'fmt.Sprint(thrown) != test.message';
  return `\t\t\tdefer func() {\n\t\t\t\tif thrown := recover(); thrown == nil || ${differs} {\n\t\t\t\t\tt.Errorf("${shown}: got the panic %v, want %q"${given}, thrown, test.message)\n\t\t\t\t}\n\t\t\t}()\n\t\t\t${made}\n`;
}
