import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { EXIT, UntilgreenError, type ExitCode } from '../../core/errors.ts';
import { libraryTools, toolNamed, toolSchemas, unknownTool } from '../../tools/registry.ts';
import { defaultRegistry, type Executed } from '../../tools/tool-registry.ts';
import type { Tool } from '../../tools/types.ts';
import { approver, askInTerminal } from '../approvals.ts';
import { oneOf, usage } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { canAsk, colors, print, printJson } from '../terminal.ts';
import { silentView } from '../view/live.ts';

/** `untilgreen tool list`. */
export async function toolList(options: { json?: boolean }): Promise<number> {
  const rows = libraryTools().map(({ name, aliases, description, effect, role }) => ({ name, ...(aliases && { aliases }), effect, ...(role && { role }), description }));
  if (options.json) printJson(rows, 2);
  else for (const row of rows) print(`${row.name.padEnd(16)} ${colors.dim(row.effect.padEnd(8))} ${row.description}`);
  return EXIT.green;
}

function named(name: string): Tool {
  const tool = toolNamed(name, libraryTools());
  if (!tool) throw new UntilgreenError('unknown_tool', unknownTool(name, libraryTools()), { name }, '`untilgreen tool list` shows them all.');
  return tool;
}

/** `untilgreen tool schema [name] [--form FORM]`: for function calling, as OpenAI-compatible servers, Anthropic or MCP take it. */
export async function toolSchema(name: string | undefined, options: { form?: string } = {}): Promise<number> {
  const form = oneOf('--form', ['openai', 'anthropic', 'mcp'], options.form ?? 'openai');
  const tools = name === undefined ? libraryTools() : [named(name)];
  const schemas = toolSchemas(form, tools);
  printJson(name === undefined ? schemas : schemas[0], 2);
  return EXIT.green;
}

/** `untilgreen tool call NAME --json ARGS [--dir DIR]`: one tool's result as JSON; a refusal exits 1. */
export async function toolCall(name: string, options: { json: string; dir: string; sandbox?: string }): Promise<number> {
  const tool = named(name);
  const args = parsed(await sourceOf(options.json), tool);
  const directory = await projectDirectory(options.dir);
  const config = await configFor({ sandbox: options.sandbox }, directory);
  const { signal, release } = cancelOnSignal(() => {});
  const registry = defaultRegistry({ directory, config, approve: approver({ yes: false, ask: canAsk({}) ? askInTerminal(silentView, colors) : undefined }), signal });
  try {
    const result = await registry.execute(tool.name, args);
    printJson(result, 2);
    return exitCodeOf(result);
  } finally {
    await registry.close();
    release();
  }
}

/** The arguments' text: itself, standard input for `-`, or a file for `@path`. */
async function sourceOf(word: string): Promise<string> {
  if (word === '-') return readAll(process.stdin);
  if (!word.startsWith('@')) return word;
  const path = word.slice(1);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usage(`--json ${word}: ${(error as Error).message}.`, 'After @ stands a file with the arguments as JSON.');
  }
}

function parsed(source: string, tool: Tool): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw usage(`--json is not JSON: ${(error as Error).message}.`, `\`untilgreen tool schema ${tool.name}\` shows what it takes; @FILE and - read it from a file or standard input.`);
  }
}

/** A machine that lacks something is told apart from a call that was refused, as for the other commands. */
function exitCodeOf(result: Executed): ExitCode {
  if (result.ok) return EXIT.green;
  if (result.code === 'cancelled') return EXIT.cancelled;
  if (result.code === 'no_sandbox') return EXIT.noSandbox;
  return result.code === 'no_model' ? EXIT.noModel : EXIT.notGreen;
}
