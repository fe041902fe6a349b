import type { Example, ScriptTrial, Signature } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';
import { isError, isFloat, isInteger, typeText } from './go-types.ts';
import type { GoType } from './go-types.ts';
import { typesOf } from './signature.ts';

/**
 * A program around a function: its arguments are words, read by their types (numbers, `true`, text as it is, all else as JSON); it prints the result
 * and ends with 0, with 1 where the function fails, with 2 where the words are not what it takes.
 */
export function standalone(code: string, imports: readonly string[], signature: Signature, sentence: string): string {
  const { parameters, variadic, result, fails } = typesOf(signature);
  const usage = signature.parameters.map(({ name }, at) => (variadic && at === parameters.length - 1 ? `[${name}...]` : `<${name}>`)).join(' ');
  const kinds = signature.parameters.map(({ name, typeText: type = 'any' }) => `  ${name}  ${type}${isJson(type) ? ', as JSON' : ''}`);
  const help = [`usage: ${signature.name}${usage === '' ? '' : ` ${usage}`}`, '', sentence, ...(kinds.length > 0 ? ['', ...kinds] : [])].join('\n');
  const fixed = variadic ? parameters.length - 1 : parameters.length;
  const reads = signature.parameters.map((_, at) => readArgument(parameters[at]!, at, variadic && at === parameters.length - 1));
  const args = signature.parameters.map((_, at) => `arg${at + 1}${variadic && at === parameters.length - 1 ? '...' : ''}`).join(', ');
  const call = `${signature.name}(${args})`;
  const results: GoType[] = result === undefined ? [] : result.kind === 'results' ? result.items : [result];
  const shown = results.slice(0, fails ? -1 : undefined);
  const needed = new Set([...imports, '"fmt"', '"os"']);
  const body = reads.join('') + printResult(call, shown, fails);
  for (const one of ['strconv', 'encoding/json']) if (body.includes(`${one.split('/').at(-1)}.`)) needed.add(JSON.stringify(one));
  const lines = [...needed].sort((a, b) => (a.slice(a.indexOf('"')) < b.slice(b.indexOf('"')) ? -1 : 1));
  return `package main

import (
${lines.map((line) => `\t${line}\n`).join('')})

${code}

const commandUsage = ${goString(help)}

func main() {
	words := os.Args[1:]
	if len(words) > 0 && (words[0] == "-h" || words[0] == "--help") {
		fmt.Println(commandUsage)
		return
	}
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if ${variadic ? `len(words) < ${fixed}` : `len(words) != ${fixed}`} {
		refuseWords("expected ${fixed}${variadic ? ' or more' : ''} argument${fixed === 1 && !variadic ? '' : 's'}, got %d", len(words))
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			fmt.Fprintln(os.Stderr, "${signature.name} failed:", thrown)
			os.Exit(1)
		}
	}()
${body}}

func refuseWords(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\\n\\n%s\\n", append(values, commandUsage)...)
	os.Exit(2)
}
`;
}

const goString = (text: string): string => (text.includes('`') ? JSON.stringify(text) : `\`${text}\``);

const isJson = (type: string): boolean => !/^(?:\.\.\.)?(?:u?int\d*|float\d+|string|bool|rune|byte)$/.test(type);

function readArgument(type: GoType, at: number, rest: boolean): string {
  const name = `arg${at + 1}`;
  if (rest) {
    return `\tvar ${name} []${typeText(type)}\n\tfor _, word := range words[${at}:] {\n${readWord(type, 'item', 'word', at, '\t\t')}\t\t${name} = append(${name}, item)\n\t}\n`;
  }
  return readWord(type, name, `words[${at}]`, at, '\t');
}

function readWord(type: GoType, name: string, word: string, at: number, indent: string): string {
  const failed = `${indent}if err != nil {\n${indent}\trefuseWords("argument ${at + 1}: %q is not of type ${typeText(type)}", ${word})\n${indent}}\n`;
  const errorName = failed.replaceAll('err ', `${name}Err `);
  if (type.kind === 'basic' && type.name === 'string') return `${indent}${name} := ${word}\n`;
  if (type.kind === 'basic') {
    const bits = /\d+$/.exec(type.name)?.[0] ?? { byte: '8', rune: '32' }[type.name] ?? '64';
    const unsigned = type.name.startsWith('u') || type.name === 'byte';
    const parse = type.name === 'bool' ? `strconv.ParseBool(${word})` : isFloat(type.name) ? `strconv.ParseFloat(${word}, ${bits})` : `strconv.Parse${unsigned ? 'Uint' : 'Int'}(${word}, 10, ${bits})`;
    return `${indent}${name}Word, ${name}Err := ${parse}\n${errorName}${indent}${name} := ${typeText(type)}(${name}Word)\n`;
  }
  return `${indent}var ${name} ${typeText(type)}\n${indent}${name}Err := json.Unmarshal([]byte(${word}), &${name})\n${errorName}`;
}

/** Simple results as they are, others as JSON; several are one line each. */
function printResult(call: string, shown: readonly GoType[], fails: boolean): string {
  const names = shown.map((_, at) => `result${at + 1}`);
  const all = [...names, ...(fails ? ['err'] : [])];
  const assigned = all.length === 0 ? `\t${call}\n` : `\t${all.join(', ')} := ${call}\n`;
  const failed = fails ? `\tif err != nil {\n\t\tfmt.Fprintln(os.Stderr, err)\n\t\tos.Exit(1)\n\t}\n` : '';
  const prints = shown.map((type, at) =>
    type.kind === 'basic'
      ? `\tfmt.Println(${names[at]})\n`
      : `\ttext${at + 1}, text${at + 1}Err := json.Marshal(${names[at]})\n\tif text${at + 1}Err != nil {\n\t\tfmt.Println(${names[at]})\n\t} else {\n\t\tfmt.Println(string(text${at + 1}))\n\t}\n`,
  );
  return assigned + failed + prints.join('');
}

/** How to try the program: with the first example whose arguments can be written as words. */
export function scriptTrial(signature: Signature, examples: readonly Example[]): ScriptTrial {
  const { parameters, variadic, result, fails } = typesOf(signature);
  for (const { args, expected } of examples) {
    if (!args || expected.kind !== 'value') continue;
    const given = variadic ? [...args.slice(0, -1), ...(args.at(-1)?.kind === 'list' ? (args.at(-1) as Value & { kind: 'list' }).items : [])] : args;
    const words = given.map((value, at) => wordOf(value, parameters[at] ?? parameters.at(-1)!));
    if (!words.every((word) => word !== undefined)) continue;
    const types = result === undefined ? [] : result.kind === 'results' ? result.items : [result];
    const values = types.length === 1 ? [expected.value] : expected.value?.kind === 'tuple' ? expected.value.items : [];
    const shown = types.slice(0, fails ? -1 : undefined);
    const at = shown.length - 1;
    const prints = at >= 0 && values[at] && !isError(shown[at]) ? printedAs(values[at], shown[at]!) : undefined;
    return { argv: words.some((word) => word.startsWith('-h') || word === '--help' || word === '--') ? ['--', ...words] : words, ...(prints === undefined ? {} : { prints }) };
  }
  return { argv: ['--help'] };
}

function wordOf(value: Value, type: GoType): string | undefined {
  if (type.kind !== 'basic') {
    const json = jsonOf(value, type);
    return json === undefined ? undefined : JSON.stringify(json);
  }
  if (value.kind === 'string') return value.value.includes('\0') ? undefined : value.value;
  if (value.kind === 'int') return value.value;
  if (value.kind === 'bool' || value.kind === 'float') return String(value.value);
  return undefined;
}

/** What the program prints on its last line for a value; undefined where that cannot be told for sure (the last digits of a float, an empty slice that may be nil). */
function printedAs(value: Value, type: GoType): string | undefined {
  if (type.kind === 'basic') {
    if (value.kind === 'string') return value.value === '' || value.value.includes('\n') ? undefined : value.value;
    if (value.kind === 'bool') return String(value.value);
    return value.kind === 'int' && isInteger(type.name) ? value.value : undefined;
  }
  if (type.kind !== 'slice' || type.item.kind !== 'basic' || isFloat(type.item.name) || value.kind !== 'list' || value.items.length === 0) return undefined;
  const json = jsonOf(value, type);
  return json === undefined ? undefined : JSON.stringify(json).replace(/[<>&]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function jsonOf(value: Value, type: GoType): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return value.value;
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : undefined;
    case 'float':
      return typeof value.value === 'number' ? value.value : undefined;
    case 'bytes':
      return Buffer.from(value.value, 'hex').toString('base64');
    case 'list':
    case 'tuple': {
      const item: GoType = type.kind === 'slice' || type.kind === 'array' ? type.item : { kind: 'any' };
      const items = value.items.map((one) => jsonOf(one, item));
      return items.includes(undefined) ? undefined : items;
    }
    case 'map': {
      const inner: GoType = type.kind === 'map' ? type.value : { kind: 'any' };
      const entries = value.entries.map(([key, one]) => [key.kind === 'string' || key.kind === 'int' ? key.value : undefined, jsonOf(one, inner)] as const);
      return entries.some(([key, one]) => key === undefined || one === undefined) ? undefined : Object.fromEntries(entries as [string, unknown][]);
    }
    case 'undefined':
    case 'set':
    case 'object':
      return undefined;
  }
}
