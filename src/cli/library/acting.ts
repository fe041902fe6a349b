/** What `library` does with tools: calls them, tests them, and changes which of them are there. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { sayStep } from '../../capabilities/ask/answer.ts';
import type { MakeResult } from '../../capabilities/interfaces.ts';
import type { Capability, JsonObject } from '../../capabilities/types.ts';
import { EXIT, UntilgreenError } from '../../core/errors.ts';
import { usage } from '../arguments.ts';
import { writable } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { clean, duration, oneLine } from '../view/text.ts';
import type { LibraryFlags } from './grammar.ts';
import { entryOf, nameAndVersion } from './named.ts';
import { tell, type Action } from './reading.ts';
import { gateReportText, resultText, takenText } from './text.ts';
import { argumentsIn, argumentsOf, valueOf } from './values.ts';
import { watched } from './watched.ts';

const said = (text: string): void => void process.stderr.write(`${text}\n`);

export const run: Action = async (capabilities, [word = '', ...values], options) => {
  const { name, version } = nameAndVersion(word);
  const entry = await entryOf(capabilities.library, word);
  const args = await argumentsFrom(values, entry.tool, options);
  const { tool, result } = await watched(`${name} …`, options, (call) => capabilities.use(name, args, { ...call, ...(version && { version }) }));
  const says = sayStep(tool, args, result);
  if (options.json) printJson({ tool: tool.name, version: tool.version, arguments: args, ...result, says });
  else {
    if (result.ok) print(resultText(result.result, Boolean(process.stdout.isTTY)));
    if (!options.quiet || !result.ok) said(`${result.ok ? '' : '✗ '}${clean(says)} ${colors.dim(`(${tool.name} ${tool.version}, ${duration(result.ms)})`)}`);
  }
  return result.ok ? EXIT.green : EXIT.notGreen;
};

async function argumentsFrom(values: readonly string[], tool: Capability, { args }: LibraryFlags): Promise<JsonObject> {
  if (args === undefined) return argumentsOf(values, tool);
  if (values.length > 0) throw usage('--args gives all arguments; name=value gives them one by one.', 'Leave one of the two out.');
  if (args === '-') return argumentsIn(await readAll(process.stdin));
  if (!args.startsWith('@')) return argumentsIn(args);
  try {
    return argumentsIn(await readFile(args.slice(1), 'utf8'));
  } catch (error) {
    if (error instanceof UntilgreenError) throw error;
    throw usage(`--args ${args}: ${(error as Error).message}.`, 'After @ stands a file with the arguments as a JSON object.');
  }
}

export const test: Action = async (capabilities, words, options) => {
  for (const word of words) await entryOf(capabilities.library, word);
  const named = words.length === 0 ? [undefined] : words;
  const results = await watched(words.length === 0 ? 'library test' : `library test ${words.join(' ')}`, options, async (call) => {
    const each = [];
    for (const name of named) each.push(...(await capabilities.test(name, call)));
    return each;
  });
  tell(results.map((result) => gateReportText(result, colors)), results, options, 'There are no tools to test.');
  return results.every(({ report }) => report.ok) ? EXIT.green : EXIT.notGreen;
};

export const rollback: Action = async (capabilities, [name = '', version], options) => {
  const { tool } = await entryOf(capabilities.library, name);
  return changed(await capabilities.rollback(tool.name, version), 'is the current version again', options);
};

export const deprecate: Action = async (capabilities, [name = ''], options) => {
  const { tool } = await entryOf(capabilities.library, name);
  const instead = options.instead === undefined ? undefined : (await entryOf(capabilities.library, options.instead)).tool.name;
  if (instead === tool.name) throw usage(`--instead ${options.instead}: a tool cannot take its own place.`, 'Name another one, or leave it out.');
  return changed(await capabilities.deprecate(tool.name, { reason: options.reason ?? 'by hand', ...(instead && { instead }) }), 'is deprecated: no request finds it', options);
};

export const restore: Action = async (capabilities, [name = ''], options) => {
  const { tool } = await entryOf(capabilities.library, name);
  return changed(await capabilities.restore(tool.name), 'is active', options);
};

function changed(tool: Capability, what: string, options: LibraryFlags): number {
  const { name, version, status, standing, hash } = tool;
  tell([`${name} ${version} ${what}`], { name, version, status, ...(standing && { standing }), hash }, options);
  return EXIT.green;
}

export const exportTools: Action = async (capabilities, words, options) => {
  const file = writable('--out', options.out ?? 'tools.tar.gz');
  const names = words.length > 0 ? words : (await capabilities.library.list()).tools.map(({ tool }) => tool.name);
  const { tools, signer } = await capabilities.export(names, file);
  tell([`${file}: ${tools.join(', ')}`, colors.dim(`signed by ${signer}`)], { file, tools, signer }, options);
  return EXIT.green;
};

export const importTools: Action = async (capabilities, [file = ''], options) =>
  taken(await watched(`library import ${file}`, options, (call) => capabilities.import(resolve(file), { ...call, ...(options.trust && { trust: true }) })), options);

export const seed: Action = async (capabilities, words, options) =>
  taken(await watched('library seed', options, (call) => capabilities.seed(words.length > 0 ? words : undefined, call)), options);

function taken(results: { name: string; version: string; ok: boolean; why: string }[], options: LibraryFlags): number {
  tell(takenText(options.quiet ? results.filter(({ ok }) => !ok) : results, colors), results, options);
  return results.every(({ ok }) => ok) ? EXIT.green : EXIT.notGreen;
}

export const report: Action = async (capabilities, [name = '', ...values], options) => {
  const { tool } = await entryOf(capabilities.library, name);
  if (options.expected !== undefined && options.error !== undefined) throw usage('--expected and --error exclude each other: a call gives a result or is refused.');
  const failure = {
    arguments: await argumentsFrom(values, tool, options),
    ...(options.expected !== undefined && { expected: valueOf(options.expected, tool.returns, '--expected') }),
    ...(options.error !== undefined && { error: options.error }),
  };
  return made(await watched(`library report ${tool.name}`, options, (call) => capabilities.report(tool.name, failure, call)), 'gives it', options);
};

export const optimise: Action = async (capabilities, [name = ''], options) => {
  const { tool } = await entryOf(capabilities.library, name);
  const result = await watched(`library optimise ${tool.name}`, options, (call) => capabilities.optimise(tool.name, call));
  return made(result, result.ratio === undefined ? 'is as fast as before' : `is ${result.ratio.toFixed(1)} times as fast`, options);
};

function made(result: MakeResult, what: string, options: LibraryFlags): number {
  if (options.json) printJson(result, 2);
  else if (result.ok) print(`${result.tool.name} ${result.tool.version} ${what}`);
  else said(`✗ ${oneLine(result.reason)}${result.stoppedBy ? ` (stopped by ${result.stoppedBy})` : ''}`);
  return result.ok ? EXIT.green : EXIT.notGreen;
}
