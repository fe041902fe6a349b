import { extname } from 'node:path';
import type { Example, Signature } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';
import { printValue, quoted } from './literals.ts';

/** Fractions and a minus before zero differ by how they were computed: compared after rounding to six digits. */
const ROUNDED = `const rounded = (value) =>
  typeof value === 'number' ? (Number.isInteger(value) ? value : Number(value.toPrecision(6))) + 0
  : Array.isArray(value) ? value.map(rounded)
  : value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]))
  : value;
`;

/**
 * A file of node:test for the result: one test for each example that somebody vouches for or that the candidates agreed on.
 *
 * @param module file name of the result; a test of `area.ts` is `area.test.ts`
 */
export function renderTests({ signature, examples, module }: { signature: Signature; examples: readonly Example[]; module: string }): { name: string; source: string } {
  const extension = extname(module);
  const shown = examples.filter(({ trust }) => trust !== 'guessed');
  const tests = shown.map((example) => testOf(example));
  const numbers = tests.some((text) => text.includes('rounded('));
  const prints = shown.some(({ expected }) => expected.kind === 'printed');
  const load = (names: string, from: string): string => (extension === '.cjs' ? `const ${names} = require(${quoted(from)});` : `import ${names} from ${quoted(from)};`);
  const typed = extension === '.ts' || extension === '.mts';
  const source = [
    [load('test', 'node:test'), load('assert', 'node:assert/strict'), ...(prints ? [load('{ format }', 'node:util')] : []), load(`{ ${signature.name} }`, `./${module}`)].join('\n'),
    ...(numbers ? [(typed ? ROUNDED.replace('(value) =>', '(value: any): any =>') : ROUNDED).trimEnd()] : []),
    ...tests,
  ].join('\n\n');
  return { name: `${module.slice(0, module.length - extension.length)}.test${extension}`, source: `${source}\n` };
}

function testOf({ setup, expression, expected, trust }: Example): string {
  const lines = [...(trust === 'agreed' ? ['// What the candidates agreed on.'] : []), ...(setup === '' ? [] : setup.split('\n'))];
  const title = quoted(`${expression.replace(/\s+/g, ' ')}`.slice(0, 120));
  if (expected.kind === 'printed') {
    lines.push('const said = [];', "t.mock.method(console, 'log', (...words) => { said.push(format(...words)); });", `await ${expression};`, `assert.equal(said.join('\\n').trim(), ${quoted(expected.text.trim())});`);
    return `test(${title}, async (t) => {\n${indented(lines)}\n});`;
  }
  if (expected.kind === 'raises') {
    const { error, message } = expected;
    const what = [...(error === undefined ? [] : [`name: ${quoted(error)}`]), ...(message === undefined ? [] : [`message: ${quoted(message)}`])];
    lines.push(`await assert.rejects(async () => ${expression}${what.length === 0 ? '' : `, { ${what.join(', ')} }`});`);
  } else {
    const source = (expected.value && printValue(expected.value)) ?? expected.text;
    const got = `await ${/^[\w$.]+\(/.test(expression) ? expression : `(${expression})`}`;
    lines.push(expected.value && hasNumber(expected.value) ? `assert.deepEqual(rounded(${got}), rounded(${source}));` : `assert.deepEqual(${got}, ${source});`);
  }
  return `test(${title}, async () => {\n${indented(lines)}\n});`;
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

/** One that may come out a little different, or as minus zero. */
function hasNumber(value: Value): boolean {
  if (value.kind === 'float') return typeof value.value === 'number';
  if (value.kind === 'int') return value.value === '0';
  if (value.kind === 'list' || value.kind === 'tuple') return value.items.some(hasNumber);
  return value.kind === 'map' && value.entries.some(([, item]) => hasNumber(item));
}
