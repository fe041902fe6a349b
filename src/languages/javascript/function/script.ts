import type { Example, Parameter, ScriptTrial, Signature } from '../../function/types.ts';
import type { TypeShape, Value } from '../../function/value.ts';
import type { Dialect } from './dialect.ts';
import { parseValue, quoted } from './literals.ts';

/** What a word of the command line is turned into. */
type Conversion = 'text' | 'number' | 'bigint' | 'boolean' | 'list' | 'set' | 'map' | 'bytes' | 'json' | 'any';

function conversionOf({ type, typeText = '', rest }: Parameter): Conversion {
  const shape: TypeShape = rest === 'list' && type.kind === 'list' ? type.item : type;
  switch (shape.kind) {
    case 'string':
      return 'text';
    case 'int':
    case 'float':
      return /\bbigint\b/.test(typeText) ? 'bigint' : 'number';
    case 'bool':
      return 'boolean';
    case 'list':
    case 'tuple':
      return 'list';
    case 'set':
      return 'set';
    case 'map':
      return /^(?:Readonly)?Map</.test(typeText) ? 'map' : 'json';
    case 'bytes':
      return 'bytes';
    case 'record':
      return 'json';
    default:
      return 'any';
  }
}

/** How each conversion is written, and what the usage says of it. Only those that a script needs are put into it. */
const CONVERSIONS: Record<Conversion, { source: string; says: string }> = {
  text: { source: '(word) => word', says: 'text' },
  number: { source: "(word) => { const made = Number(word); if (word.trim() === '' || Number.isNaN(made)) throw new Error('a number'); return made; }", says: 'number' },
  bigint: { source: "(word) => { if (!/^-?\\d+$/.test(word)) throw new Error('a whole number'); return BigInt(word); }", says: 'whole number' },
  boolean: { source: "(word) => { if (word !== 'true' && word !== 'false') throw new Error('true or false'); return word === 'true'; }", says: 'true or false' },
  list: { source: "(word) => { let made; try { made = JSON.parse(word); } catch { /* told below */ } if (!Array.isArray(made)) throw new Error('a list as JSON'); return made; }", says: 'list as JSON, such as [1,2]' },
  set: { source: "(word) => { let made; try { made = JSON.parse(word); } catch { /* told below */ } if (!Array.isArray(made)) throw new Error('a list as JSON'); return new Set(made); }", says: 'list as JSON' },
  map: { source: "(word) => { let made; try { made = JSON.parse(word); } catch { /* told below */ } if (typeof made !== 'object' || made === null) throw new Error('an object as JSON'); return new Map(Array.isArray(made) ? made : Object.entries(made)); }", says: 'object as JSON' },
  bytes: { source: "(word) => { if (!/^(?:[\\da-fA-F]{2})*$/.test(word)) throw new Error('bytes as hex'); return new Uint8Array(Buffer.from(word, 'hex')); }", says: 'bytes as hex' },
  json: { source: "(word) => { try { return JSON.parse(word); } catch { throw new Error('JSON'); } }", says: 'JSON' },
  any: { source: '(word) => { try { return JSON.parse(word); } catch { return word; } }', says: 'JSON, or text' },
};

/**
 * The command line of a standalone script: words are turned into what the signature says, `--help` tells which; exit 0 with the value printed, 1 when
 * the function throws, 2 for words that do not fit.
 */
export function commandLine(dialect: Dialect, signature: Signature, sentence: string, { commonJs, taken }: { commonJs: boolean; taken: ReadonlySet<string> }): string {
  const typed = dialect.name === 'typescript';
  const main = ['main', 'runCommandLine', 'commandLineOfThisFile'].find((name) => !taken.has(name)) ?? 'main_';
  const { parameters, name } = signature;
  const required = parameters.filter((p) => !p.optional && !p.rest).length;
  const most = parameters.some((p) => p.rest) ? 'Infinity' : String(parameters.length);
  const usage = [
    `usage: ${name} ${parameters.map(({ name: word, optional, rest }) => (rest ? `[${word} ...]` : optional ? `[${word}]` : word)).join(' ')}`.trim(),
    ...(sentence === '' ? [] : ['', sentence]),
    ...(parameters.length === 0 ? [] : ['', ...parameters.map((p) => `  ${p.name.padEnd(Math.max(...parameters.map((one) => one.name.length)))}  ${CONVERSIONS[conversionOf(p)].says}`)]),
    '  --help'.padEnd(4),
  ].join('\n');
  const converters = parameters.map((p) => {
    const { source } = CONVERSIONS[conversionOf(p)];
    return `    ${typed ? source.replace('(word) =>', '(word: string): any =>').replace('let made;', 'let made: any;') : source},`;
  });
  const any = typed ? ': any' : '';
  const isMain = commonJs ? 'require.main === module' : `process.argv[1] !== undefined && import.meta.url === (await import('node:url')).pathToFileURL((await import('node:fs')).realpathSync(process.argv[1])).href`;
  return `/** Calls ${name} with the words of the command line. */
async function ${main}()${typed ? ': Promise<number>' : ''} {
  const { inspect, parseArgs } = await import('node:util');
  const usage = ${quoted(usage)};
  const names = [${parameters.map((p) => quoted(p.name)).join(', ')}];
  const converters = [
${converters.join('\n')}
  ];
  let words${typed ? ': string[]' : ''};
  try {
    // A negative number is no option.
    const args = process.argv.slice(2).map((word${typed ? ': string' : ''}) => (/^-\\.?\\d/.test(word) ? \`\\0\${word}\` : word));
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    words = positionals.map((word${typed ? ': string' : ''}) => (word.startsWith('\\0') ? word.slice(1) : word));
    if (${String(required) === most ? `words.length !== ${required}` : `words.length < ${required}${most === 'Infinity' ? '' : ` || words.length > ${most}`}`}) throw new Error(\`expected ${countText(required, most)}, got \${words.length}\`);
  } catch (error${any}) {
    console.error(\`\${error.message}\\n\${usage}\`);
    return 2;
  }
  const values${typed ? ': any[]' : ''} = [];
  for (const [index, word] of words.entries()) {
    const at = Math.min(index, converters.length - 1);
    try {
      values.push(converters[at]${typed ? '!' : ''}(word));
    } catch (error${any}) {
      console.error(\`\${names[at]}: expected \${error.message}, got \${word}\\n\${usage}\`);
      return 2;
    }
  }
  try {
    const result${any} = await ${typed ? `(${name} as any)` : name}(...values);
    // What JSON holds is printed as JSON, all else as Node shows it.
    const isPlain = (value${any})${typed ? ': boolean' : ''} => {
      if (value === null || ['boolean', 'string'].includes(typeof value) || Number.isFinite(value)) return true;
      if (Array.isArray(value)) return value.every(isPlain);
      return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
    };
    console.log(typeof result === 'string' ? result : isPlain(result) ? JSON.stringify(result) : inspect(result, { depth: null }));
    return 0;
  } catch (error${any}) {
    console.error(error instanceof Error ? \`\${error.name}: \${error.message}\` : String(error));
    return 1;
  }
}

if (${isMain}) {
  ${main}().then((code) => { process.exitCode = code; });
}`;
}

function countText(required: number, most: string): string {
  const noun = (count: number): string => `${count} ${count === 1 ? 'word' : 'words'}`;
  if (most === 'Infinity') return required === 0 ? 'words' : `${noun(required)} or more`;
  return String(required) === most ? noun(required) : `${required} to ${noun(Number(most))}`;
}

/** How a standalone script is tried: with the words of the first example whose arguments can be written as words, else with `--help`. */
export function scriptTrial(signature: Signature, examples: readonly Example[]): ScriptTrial {
  for (const { args, expected, setup, expression } of examples) {
    if (!args || setup !== '' || expected.kind !== 'value' || !expected.value || !expression.startsWith(`${signature.name}(`) || !expression.endsWith(')')) continue;
    const flat = flattened(signature, args);
    const words = flat?.map(({ value, parameter }) => wordOf(value, conversionOf(parameter)));
    if (!words || words.some((word) => word === undefined)) continue;
    const prints = printed(expected.value);
    return { argv: words as string[], ...(prints !== undefined && { prints }) };
  }
  return { argv: ['--help'] };
}

function flattened(signature: Signature, args: readonly Value[]): { value: Value; parameter: Parameter }[] | undefined {
  const last = signature.parameters.at(-1);
  const paired = args.map((value, index) => ({ value, parameter: signature.parameters[index] ?? (last?.rest ? last : undefined) }));
  return paired.every(({ parameter }) => parameter !== undefined) ? (paired as { value: Value; parameter: Parameter }[]) : undefined;
}

function wordOf(value: Value, conversion: Conversion): string | undefined {
  const word = ((): string | undefined => {
    switch (conversion) {
      case 'text':
        return value.kind === 'string' ? value.value : undefined;
      case 'number':
      case 'bigint':
        return value.kind === 'int' || (value.kind === 'float' && typeof value.value === 'number') ? String(value.value) : undefined;
      case 'bytes':
        return value.kind === 'bytes' ? value.value : undefined;
      case 'set':
        return value.kind === 'set' ? jsonOf({ kind: 'list', items: value.items }) : undefined;
      case 'any':
        // A text that reads as JSON has to be quoted; others stand as they are.
        return value.kind === 'string' && parseValue(value.value) === undefined && !/^[\s"]/.test(value.value) ? value.value : jsonOf(value);
      default:
        return jsonOf(value);
    }
  })();
  // No word may hold NUL, and an option is none.
  return word === undefined || word.includes('\0') || (word.startsWith('-') && !/^-\.?\d/.test(word)) ? undefined : word;
}

function jsonOf(value: Value): string | undefined {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? value.value : undefined;
    case 'float':
      return typeof value.value === 'number' ? JSON.stringify(value.value) : undefined;
    case 'string':
      return JSON.stringify(value.value);
    case 'list':
    case 'tuple': {
      const items = value.items.map(jsonOf);
      return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
    }
    case 'map': {
      const entries = value.entries.map(([key, item]) => (key.kind === 'string' ? [JSON.stringify(key.value), jsonOf(item)] : [undefined, undefined]));
      return entries.flat().includes(undefined) ? undefined : `{${entries.map(([key, item]) => `${key}:${item}`).join(',')}}`;
    }
    default:
      return undefined;
  }
}

/** The last line that the script prints for a value; undefined where it may differ and still be right: fractions, the order of keys. */
function printed(value: Value): string | undefined {
  if (value.kind === 'string') return value.value.trimEnd().split('\n').at(-1) ?? '';
  const loose = (one: Value): boolean => one.kind === 'float' || (one.kind === 'map' ? one.entries.length > 1 || one.entries.some(([, item]) => loose(item)) : one.kind === 'list' || one.kind === 'tuple' ? one.items.some(loose) : false);
  return loose(value) ? undefined : jsonOf(value);
}

/** Argument vector that runs a standalone script. TypeScript is run by Node itself where it can, else by tsx. */
export function scriptCommand(dialect: Dialect, fileName: string, version = process.versions.node): string[] {
  if (dialect.name === 'javascript') return ['node', fileName];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) return ['node', fileName];
  if (major > 22 || (major === 22 && minor >= 6)) return ['node', '--experimental-strip-types', fileName];
  return ['npx', '--yes', 'tsx', fileName];
}
