import type { Example, Parameter, ScriptTrial, Signature } from '../../function/types.ts';
import type { TypeShape, Value } from '../../function/value.ts';
import { printValue } from './literals.ts';

/** Modules that the command line of a script needs. */
export const SCRIPT_IMPORTS = ['import argparse', 'import ast', 'import json', 'import sys'] as const;

type Scalar = 'int' | 'float' | 'string' | 'bool';
/** How a parameter is given on the command line: one word (with `?` also `none`), several words, or JSON. */
type Form = Scalar | `${Scalar}?` | 'words' | 'value';

/** Helpers of every script: they read words and print results. */
const HELPERS = `def _value(text):
    """JSON or a Python literal; any other word is itself."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError):
            pass
    return text


def _shown(result):
    """Text as it is, anything else as JSON."""
    if isinstance(result, str):
        return result
    try:
        return json.dumps(result, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError):
        return repr(result)


def _plain(value):
    return sorted(value, key=repr) if isinstance(value, (set, frozenset)) else str(value)`;

const BOOL = `def _bool(text):
    if text.lower() in ("true", "yes", "1"):
        return True
    if text.lower() in ("false", "no", "0"):
        return False
    raise argparse.ArgumentTypeError("expected true or false, got %r" % text)`;

const OR_NONE = `def _or_none(kind):
    return lambda text: None if text in ("none", "None", "null") else kind(text)`;

const WORDS = `def _words(words, kind):
    """Several words, or one that is a list in JSON."""
    if len(words) == 1 and words[0].startswith("["):
        return _value(words[0])
    try:
        return [kind(word) for word in words]
    except ValueError as error:
        print("error: %s" % error, file=sys.stderr)
        sys.exit(2)`;

/**
 * The command line around a function: typed arguments, `--help`, exit code 0 with the result on the last line, 1 with one line on standard
 * error where the function raises, 2 for wrong usage.
 */
export function commandLine(signature: Signature, description: string): string {
  const forms = formsOf(signature);
  const given = signature.parameters.filter((parameter) => parameter.rest !== 'map');
  const adds = given.map((parameter) => `    parser.add_argument(${argumentOf(parameter, forms.get(parameter.name)!)})`);
  const required = given.filter((parameter) => !isOption(parameter));
  const options = given.filter((parameter) => isOption(parameter));
  const positional = required.map((parameter) => `${parameter.rest === 'list' ? '*' : ''}${converted(parameter, forms.get(parameter.name)!, `args.${parameter.name}`)}`);
  const named = options.map((parameter) => [`    if "${parameter.name}" in args:`, `        options["${parameter.name}"] = ${converted(parameter, forms.get(parameter.name)!, `args.${parameter.name}`)}`]).flat();
  const call = `${signature.name}(${[...positional, ...(options.length > 0 ? ['**options'] : [])].join(', ')})`;
  const used = given.map((parameter) => `${isOption(parameter) ? 'option ' : ''}${forms.get(parameter.name)!}`);
  const printsItself = signature.returns.kind === 'null';
  return [
    HELPERS,
    ...(used.some((form) => form === 'bool' || form.endsWith('bool?')) ? [BOOL] : []),
    ...(used.some((form) => form.endsWith('?')) ? [OR_NONE] : []),
    ...(used.includes('words') ? [WORDS] : []),
    [
      'def main(argv=None):',
      `    parser = argparse.ArgumentParser(description=${quoted(description)})`,
      ...adds,
      '    args = parser.parse_args(argv)',
      ...(options.length > 0 ? ['    options = {}', ...named] : []),
      '    try:',
      `        result = ${signature.async ? `asyncio.run(${call})` : call}`,
      '    except Exception as error:',
      '        print(" ".join(("%s: %s" % (type(error).__name__, error)).split()), file=sys.stderr)',
      '        return 1',
      ...(printsItself ? ['    if result is not None:', '        print(_shown(result))'] : ['    print(_shown(result))']),
      '    return 0',
    ].join('\n'),
    'if __name__ == "__main__":\n    sys.exit(main())',
  ].join('\n\n\n');
}

/** Only one parameter can take several words. */
function formsOf(signature: Signature): Map<string, Form> {
  const forms = new Map<string, Form>();
  let words = false;
  for (const parameter of signature.parameters) {
    let form = formOf(parameter.rest === 'list' ? { kind: 'list', item: parameter.type } : parameter.type);
    if (form === 'words' && (words || isOption(parameter))) form = 'value';
    if (parameter.rest === 'list') form = 'words';
    words ||= form === 'words';
    forms.set(parameter.name, form);
  }
  return forms;
}

function formOf(shape: TypeShape): Form {
  switch (shape.kind) {
    case 'int':
    case 'float':
    case 'string':
    case 'bool':
      return shape.kind;
    case 'list':
      return ['int', 'float', 'string'].includes(shape.item.kind) ? 'words' : 'value';
    case 'union': {
      const [only, ...others] = shape.options.filter(({ kind }) => kind !== 'null').map(formOf);
      return others.length === 0 && (only === 'int' || only === 'float' || only === 'string' || only === 'bool') ? `${only}?` : 'value';
    }
    default:
      return 'value';
  }
}

const isOption = (parameter: Parameter): boolean => parameter.rest === undefined && (parameter.optional || parameter.keywordOnly === true);

function argumentOf(parameter: Parameter, form: Form): string {
  const help = parameter.typeText === undefined ? '' : `, help=${quoted(parameter.typeText.replaceAll('%', '%%'))}`;
  if (isOption(parameter)) {
    const flag = flagOf(parameter);
    const type = form === 'bool' ? ', action=argparse.BooleanOptionalAction' : `, type=${reader(form)}`;
    return `"${flag}"${flag === `--${parameter.name}` ? '' : `, dest="${parameter.name}"`}${type}, ${parameter.optional ? 'default=argparse.SUPPRESS' : 'required=True'}${help}`;
  }
  if (form === 'words') return `"${parameter.name}", nargs="*"${help}`;
  return `"${parameter.name}", type=${reader(form)}${help}`;
}

/** `--max-size` for `max_size`; `--help` is taken. */
const flagOf = ({ name }: Parameter): string => `--${name === 'help' ? 'help-' : name.replace(/^_+|_+$/g, '').replaceAll('_', '-') || name}`;

function reader(form: Form): string {
  if (form.endsWith('?')) return `_or_none(${reader(form.slice(0, -1) as Scalar)})`;
  return ({ int: 'int', float: 'float', string: 'str', bool: '_bool', words: 'str', value: '_value' } as Record<string, string>)[form]!;
}

/** What the function gets of what `argparse` read. */
function converted(parameter: Parameter, form: Form, source: string): string {
  if (form === 'words') {
    const item = parameter.rest === 'list' ? parameter.type : parameter.type.kind === 'list' ? parameter.type.item : parameter.type;
    const kind = formOf(item);
    return `_words(${source}, ${kind === 'words' ? '_value' : reader(kind)})`;
  }
  return form === 'value' ? shaped(parameter.type, source) : source;
}

/** JSON knows neither tuples nor sets. */
function shaped(shape: TypeShape, source: string, depth = 0): string {
  const item = `item${depth === 0 ? '' : depth}`;
  switch (shape.kind) {
    case 'tuple': {
      const inner = shape.items[0];
      return inner && shape.rest && changes(inner) ? `tuple(${shaped(inner, item, depth + 1)} for ${item} in ${source})` : `tuple(${source})`;
    }
    case 'set':
      return `set(${changes(shape.item) ? `${shaped(shape.item, item, depth + 1)} for ${item} in ${source}` : source})`;
    case 'list':
      return changes(shape.item) ? `[${shaped(shape.item, item, depth + 1)} for ${item} in ${source}]` : source;
    default:
      return source;
  }
}

const changes = (shape: TypeShape): boolean => shape.kind === 'tuple' || shape.kind === 'set' || (shape.kind === 'list' && changes(shape.item));

const quoted = (text: string): string => printValue({ kind: 'string', value: text })!;

/** See `FunctionLanguage.scriptTrial`: the first example that can be written as words, one with a text or a truth value as its result first. */
export function scriptTrial(signature: Signature, examples: readonly Example[]): ScriptTrial {
  const trials = examples.flatMap((example) => {
    if (example.setup !== '' || example.args === undefined || example.expected.kind !== 'value') return [];
    const argv = wordsOf(signature, example.args);
    const prints = example.expected.value && printedAs(example.expected.value, signature);
    return argv === undefined ? [] : [{ argv, ...(prints === undefined ? {} : { prints }) }];
  });
  return trials.find((trial) => 'prints' in trial) ?? trials[0] ?? { argv: ['--help'] };
}

function wordsOf(signature: Signature, args: readonly Value[]): string[] | undefined {
  const forms = formsOf(signature);
  const options: string[] = [];
  const words: string[] = [];
  for (const [index, parameter] of signature.parameters.entries()) {
    const value = args[index];
    if (parameter.rest === 'list') {
      const rest = args.slice(index);
      const texts = rest.map((item) => wordOf(item, formOf(parameter.type)));
      if (texts.includes(undefined) || texts.some((text) => text!.startsWith('['))) return undefined;
      words.push(...(texts as string[]));
      break;
    }
    if (value === undefined || parameter.keywordOnly || parameter.rest) break;
    const form = forms.get(parameter.name)!;
    const found = form === 'words' ? listWords(value) : [wordOf(value, form)];
    if (found === undefined || found.includes(undefined) || (isOption(parameter) && form === 'bool')) return undefined;
    if (isOption(parameter)) options.push(`${flagOf(parameter)}=${found[0]}`);
    else words.push(...(found as string[]));
  }
  return [...options, ...(words.some((word) => word.startsWith('-')) ? ['--'] : []), ...words];
}

/** A list as several words; one of one item is written as a list, so that it is not taken for one. */
function listWords(value: Value): (string | undefined)[] | undefined {
  if (value.kind !== 'list') return undefined;
  if (value.items.length === 0) return [];
  if (value.items.length === 1) return [printValue(value)];
  const words = value.items.map((item) => (item.kind === 'string' ? wordOf(item, 'string') : item.kind === 'int' || item.kind === 'float' ? printValue(item) : undefined));
  return words.includes(undefined) ? [printValue(value)] : words;
}

function wordOf(value: Value, form: Form): string | undefined {
  if (form.endsWith('?')) {
    const word = value.kind === 'null' ? 'none' : wordOf(value, form.slice(0, -1) as Scalar);
    return value.kind === 'string' && /^(none|None|null)$/.test(value.value) ? undefined : word;
  }
  if (form === 'string') return value.kind === 'string' && !value.value.includes('\0') ? value.value : undefined;
  if (form === 'bool') return value.kind === 'bool' ? String(value.value) : undefined;
  if (form === 'int') return value.kind === 'int' ? value.value : undefined;
  if (form === 'float') return value.kind === 'int' || (value.kind === 'float' && typeof value.value === 'number') ? printValue(value) : undefined;
  return printValue(value);
}

/** The last line of a script for a result, where it is certain: numbers that are the same may print differently. */
function printedAs(value: Value, signature: Signature): string | undefined {
  if (value.kind === 'string') return value.value.includes('\n') || value.value.trim() === '' ? undefined : value.value;
  if (value.kind === 'bool') return String(value.value);
  if (value.kind === 'null') return signature.returns.kind === 'null' ? undefined : 'null';
  return undefined;
}
