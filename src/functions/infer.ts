import { UntilgreenError } from '../core/errors.ts';
import type { Example, FunctionLanguageName, Signature } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import type { Given } from './read.ts';

/**
 * A head made from the examples' arguments, where the user gave none and no model is asked for one. Its parameters carry plain names.
 *
 * @throws `bad_arguments` where no example shows the arguments, two show another number of them, or the language needs types that they do not tell
 */
export async function inferSignature({ language, name, examples }: Pick<Given, 'language' | 'name' | 'examples'>): Promise<Signature> {
  const calls = examples.filter((example): example is Example & { args: Value[] } => example.args !== undefined);
  const unknown = (why: string): UntilgreenError =>
    new UntilgreenError('bad_arguments', `The signature of ${name} is not known: ${why}.`, { argument: 'signature' }, 'Give one, as in --signature "name(values)", or let the design stage make one.');
  if (calls.length === 0) throw unknown('no example shows a call with literal arguments');
  const counts = [...new Set(calls.map(({ args }) => args.length))];
  if (counts.length > 1) throw unknown(`the examples call it with ${counts.join(' and with ')} arguments`);
  const columns = Array.from({ length: counts[0]! }, (_, at) => calls.map(({ args }) => args[at]!));
  const results = calls.flatMap(({ expected }) => (expected.kind === 'value' && expected.value !== undefined ? [expected.value] : []));
  const types = columns.map((values) => typeText(values, language.name));
  const returns = typeText(results, language.name);
  if (language.name === 'go' && (returns === undefined || types.includes(undefined))) throw unknown('the examples do not tell all its types');
  const names = parameterNames(columns);
  return language.parseSignature(headText(language.name, name, names.map((parameter, at) => ({ parameter, type: types[at] })), returns), name);
}

function headText(language: FunctionLanguageName, name: string, parameters: readonly { parameter: string; type: string | undefined }[], returns: string | undefined): string {
  const list = (print: (parameter: string, type: string | undefined) => string): string => parameters.map(({ parameter, type }) => print(parameter, type)).join(', ');
  switch (language) {
    case 'python':
      return `def ${name}(${list((parameter) => parameter)}):`;
    case 'javascript':
      return `function ${name}(${list((parameter) => parameter)}) {`;
    case 'typescript':
      return `function ${name}(${list((parameter, type) => `${parameter}: ${type ?? 'any'}`)}): ${returns ?? 'any'} {`;
    case 'go':
      return `func ${name}(${list((parameter, type) => `${parameter} ${type}`)}) ${returns} {`;
  }
}

const PLAIN: Partial<Record<Value['kind'], string>> = { string: 'text', int: 'n', float: 'x', bool: 'flag', list: 'items', set: 'members', tuple: 'pair', map: 'entries' };

/** One name for each column of values, numbered where two would be the same. */
function parameterNames(columns: readonly (readonly Value[])[]): string[] {
  const wanted = columns.map((values) => PLAIN[values[0]!.kind] ?? 'value');
  return wanted.map((name, at) => {
    const alike = wanted.filter((other) => other === name).length;
    return alike === 1 ? name : `${name}${wanted.slice(0, at + 1).filter((other) => other === name).length}`;
  });
}

/** The type of values in TypeScript or Go; undefined where they do not tell one. */
function typeText(values: readonly Value[], language: FunctionLanguageName): string | undefined {
  const go = language === 'go';
  const kinds = new Set(values.map(({ kind }) => kind));
  if (kinds.size === 2 && kinds.has('int') && kinds.has('float')) return go ? 'float64' : 'number';
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === undefined) return undefined;
  switch (kind) {
    case 'string':
      return 'string';
    case 'bool':
      return go ? 'bool' : 'boolean';
    case 'int':
      return go ? 'int' : 'number';
    case 'float':
      return go ? 'float64' : 'number';
    case 'list': {
      const item = typeText(values.flatMap((value) => (value.kind === 'list' ? value.items : [])), language);
      if (go) return item && `[]${item}`;
      return `${item ?? 'any'}[]`;
    }
    default:
      return undefined;
  }
}
