import { text as readAll } from 'node:stream/consumers';
import { EXIT, UntilgreenError } from '../../core/errors.ts';
import { defaultTools, toolNamed, toolSchemas, unknownTool } from '../../tools/registry.ts';
import type { Tool } from '../../tools/types.ts';
import { approver, askInTerminal } from '../approvals.ts';
import { usage } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { canAsk, colors, print, printJson } from '../terminal.ts';
import { callTool } from '../tool-call.ts';
import { silentView } from '../view/live.ts';

/** `untilgreen tool list`. */
export async function toolList(options: { json?: boolean }): Promise<number> {
  const rows = defaultTools().map(({ name, aliases, description, effect, role }) => ({ name, ...(aliases && { aliases }), effect, ...(role && { role }), description }));
  if (options.json) printJson(rows, 2);
  else for (const row of rows) print(`${row.name.padEnd(16)} ${colors.dim(row.effect.padEnd(8))} ${row.description}`);
  return EXIT.green;
}

function named(name: string): Tool {
  const tool = toolNamed(name);
  if (!tool) throw new UntilgreenError('unknown_tool', unknownTool(name), { name }, '`untilgreen tool list` shows them all.');
  return tool;
}

/** `untilgreen tool schema [name]`: for function calling, in the form of OpenAI-compatible servers. */
export async function toolSchema(name: string | undefined): Promise<number> {
  const tools = name === undefined ? defaultTools() : [named(name)];
  const schemas = toolSchemas('openai', tools);
  printJson(name === undefined ? schemas : schemas[0], 2);
  return EXIT.green;
}

/** `untilgreen tool call NAME --json ARGS [--dir DIR]`: one tool's result as JSON; a refusal exits 1. */
export async function toolCall(name: string, options: { json: string; dir: string; sandbox?: string }): Promise<number> {
  const tool = named(name);
  const source = options.json === '-' ? await readAll(process.stdin) : options.json;
  let args: unknown;
  try {
    args = JSON.parse(source);
  } catch (error) {
    throw usage(`--json is not JSON: ${(error as Error).message}.`, `\`untilgreen tool schema ${tool.name}\` shows what it takes.`);
  }
  const directory = await projectDirectory(options.dir);
  const config = await configFor({ sandbox: options.sandbox }, directory);
  const { signal, release } = cancelOnSignal(() => {});
  try {
    const result = await callTool(tool, args, { config, directory, approve: approver({ yes: false, ask: canAsk({}) ? askInTerminal(silentView, colors) : undefined }), signal });
    printJson(result, 2);
    if (result.ok) return EXIT.green;
    return result.code === 'cancelled' ? EXIT.cancelled : EXIT.notGreen;
  } finally {
    release();
  }
}
