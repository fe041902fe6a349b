import type { Example, RenderRequest, Signature } from '../../function/types.ts';
import { format } from './extract.ts';
import { isError, isFloat, typeText } from './go-types.ts';
import type { GoType } from './go-types.ts';
import { ask } from '../reader/reader.ts';
import { printAs } from './print-value.ts';
import { standalone } from './script.ts';
import { typesOf } from './signature.ts';
import { docComment } from './stub.ts';

interface Parts {
  found: boolean;
  imports: string[] | null;
  before: string;
  after: string;
  function: string;
}

/** The finished text: the function, a file of its own, or a program with a command line. */
export async function render(request: RenderRequest): Promise<string> {
  const { code, signature, form, doc, examples, cleanDoc, header } = request;
  const parts = await ask<Parts>('parts', { code, name: signature.name });
  const top = header === undefined || header.trim() === '' ? '' : `${header.trim().split('\n').map((line) => `// ${line}`.trimEnd()).join('\n')}\n\n`;
  if (!parts?.found) return `${top}${code.trimEnd()}\n`;
  const comment = cleanDoc ? docComment(firstSentence(doc, signature.name), []) : docComment(doc, examples);
  const whole = [parts.before, `${comment}${parts.function}`, parts.after].filter((part) => part.trim() !== '').join('\n\n');
  if (form === 'function') return format(`${top}${whole}\n`);
  const imports = parts.imports ?? [];
  if (form === 'standalone') return format(`${top}${standalone(whole, imports, signature, firstSentence(doc, signature.name))}`);
  return format(`${top}package solution\n\n${importBlock(imports)}${whole}\n`);
}

export const importBlock = (imports: readonly string[]): string => (imports.length === 0 ? '' : imports.length === 1 ? `import ${imports[0]}\n\n` : `import (\n${imports.map((line) => `\t${line}\n`).join('')})\n\n`);

/** One short sentence of a doc. */
function firstSentence(doc: string, name: string): string {
  const prose = doc.split('\n').filter((line) => !/^\s*>>>/.test(line)).join(' ').replace(/\s+/g, ' ').trim();
  const sentence = /^(.+?[.!?])(?:\s|$)/.exec(prose)?.[1] ?? prose;
  const short = sentence.length > 120 ? `${sentence.slice(0, 117).replace(/\s+\S*$/, '')}…` : sentence;
  return short === '' ? `${name} is described by its tests.` : short;
}

/** A table test for the result, in its package: what the user vouches for and what the candidates agreed on. */
export function renderTests({ signature, examples, module }: { signature: Signature; examples: readonly Example[]; module: string }): { name: string; source: string } {
  const { result } = typesOf(signature);
  const results: GoType[] = result === undefined ? [] : result.kind === 'results' ? result.items : [result];
  const shown = examples.filter(({ trust, setup }) => trust !== 'guessed' && setup === '');
  const values = shown.filter(({ expected }) => expected.kind === 'value');
  const raised = shown.filter(({ expected }) => expected.kind === 'raises');
  const plain = values.filter((example) => example.args !== undefined);
  const others = values.filter((example) => example.args === undefined);
  const pieces = [tableTest(signature, plain, results), expressionTest(signature, others), failureTest(signature, raised, results.length, isError(results.at(-1)))];
  const body = pieces.filter((piece) => piece !== '').join('\n');
  const imports = ['"fmt"', '"math"', '"reflect"', '"strings"', '"errors"', '"sort"', '"testing"'].filter((line) => line === '"testing"' || new RegExp(`(?<![\\w.")])${line.slice(1, -1)}\\.`).test(body));
  return { name: module.replace(/\.go$/, '_test.go'), source: `package solution\n\n${importBlock(imports.sort())}${body}` };
}

/** Names of a table's columns and of what is got, apart from those of the parameters. */
function columnNames(signature: Signature, results: readonly GoType[]): { args: string[]; wants: string[]; gots: string[] } {
  const args = signature.parameters.map(({ name }) => name);
  const numbered = (word: string): string[] => results.map((_, at) => `${args.includes(word) ? `${word}Result` : word}${at === 0 ? '' : at + 1}`);
  return { args, wants: numbered('want'), gots: numbered('got') };
}

function tableTest(signature: Signature, examples: readonly Example[], results: readonly GoType[]): string {
  const { parameters, variadic } = typesOf(signature);
  const columns = parameters.map((type, at): GoType => (variadic && at === parameters.length - 1 ? { kind: 'slice', item: type } : type));
  const rows = examples.flatMap((example) => {
    const cells = [...columns.map((type, at) => (example.args?.[at] ? printAs(example.args[at], type) : undefined)), ...(wantTexts(example, results) ?? [undefined])];
    return cells.every((cell) => cell !== undefined) ? [`\t\t{${cells.join(', ')}},\n`] : [];
  });
  if (rows.length === 0) return '';
  const { args, wants, gots } = columnNames(signature, results);
  const names = [...args, ...wants];
  const width = Math.max(...names.map((name) => name.length));
  const fields = [...columns, ...results].map((type, at) => `\t\t${names[at]!.padEnd(width)} ${typeText(type)}\n`).join('');
  const given = args.map((name, at) => `test.${name}${variadic && at === args.length - 1 ? '...' : ''}`).join(', ');
  const shown = args.map((name) => `, test.${name}`).join('');
  const verbs = args.map(() => '%#v').join(', ');
  const checks = results.map((type, at) => {
    const [got, want] = [gots[at]!, `test.${wants[at]}`];
    return `\t\tif ${differs(type, got, want)} {\n\t\t\tt.Errorf("${signature.name}(${verbs}) = %#v, want %#v"${shown}, ${got}, ${want})\n\t\t}\n`;
  });
  return `func Test${capital(signature.name)}(t *testing.T) {\n\ttests := []struct {\n${fields}\t}{\n${rows.join('')}\t}\n\tfor _, test := range tests {\n\t\t${gots.join(', ')} := ${signature.name}(${given})\n${checks.join('')}\t}\n}\n`;
}

function wantTexts(example: Example, results: readonly GoType[]): string[] | undefined {
  if (example.expected.kind !== 'value' || results.length === 0) return undefined;
  const { text, value } = example.expected;
  if (!value) return results.length === 1 ? [text] : undefined;
  const items = results.length === 1 ? [value] : value.kind === 'tuple' ? value.items : [];
  if (items.length !== results.length) return undefined;
  const printed = items.map((item, at) => printAs(item, results[at]!));
  return printed.every((one) => one !== undefined) ? printed : undefined;
}

/** Is one result another than what is wanted: floats nearly, slices and maps by what is in them. */
function differs(type: GoType, got: string, want: string): string {
  if (type.kind === 'basic') return isFloat(type.name) ? `math.Abs(float64(${got}-${want})) > 1e-6` : `${got} != ${want}`;
  if (type.kind === 'named') return `${got} != ${want}`;
  if (type.kind === 'slice' || type.kind === 'map') return `!(len(${got}) == 0 && len(${want}) == 0) && !reflect.DeepEqual(${got}, ${want})`;
  return `!reflect.DeepEqual(${got}, ${want})`;
}

function expressionTest(signature: Signature, examples: readonly Example[]): string {
  if (examples.length === 0) return '';
  const checks = examples.map(({ expression, expected }) =>
    expected.kind === 'value' ? `\tif got, want := any(${expression}), any(${expected.text}); fmt.Sprint(got) != fmt.Sprint(want) {\n\t\tt.Errorf("%s = %v, want %v", ${JSON.stringify(expression)}, got, want)\n\t}\n` : '',
  );
  return `func Test${capital(signature.name)}Expressions(t *testing.T) {\n${checks.join('')}}\n`;
}

function failureTest(signature: Signature, examples: readonly Example[], results: number, fails: boolean): string {
  if (examples.length === 0) return '';
  const blanks = Array.from({ length: Math.max(results - 1, 0) }, () => '_').join(', ');
  const run = fails ? `if ${blanks === '' ? '' : `${blanks}, `}err := CALL; err != nil {\n\t\t\t\tpanic(err)\n\t\t\t}` : 'CALL';
  const rows = examples.map(({ expression }) => {
    const discard = !fails && results > 0 ? `${Array.from({ length: results }, () => '_').join(', ')} = ${expression}` : run.replace('CALL', () => expression);
    return `\t\t{${JSON.stringify(expression)}, func() {\n\t\t\t${discard}\n\t\t}},\n`;
  });
  return `func Test${capital(signature.name)}Fails(t *testing.T) {\n\ttests := []struct {\n\t\tcall string\n\t\trun  func()\n\t}{\n${rows.join('')}\t}\n\tfor _, test := range tests {\n\t\tfunc() {\n\t\t\tdefer func() {\n\t\t\t\tif recover() == nil {\n\t\t\t\t\tt.Errorf("%s does not fail", test.call)\n\t\t\t\t}\n\t\t\t}()\n\t\t\ttest.run()\n\t\t}()\n\t}\n}\n`;
}

/** `TestArea` also for `area`: a test's name goes on with a capital. */
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
