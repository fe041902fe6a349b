import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { LoadedConfig } from '../../config/schema.ts';
import { EXIT, UntilgreenError, type ExitCode } from '../../core/errors.ts';
import { libraryTools, toolNamed, toolSchemas, unknownTool } from '../../tools/registry.ts';
import { configuredServers, joinConfigured, serverNamed, serverOf } from '../../tools/mcp/configured.ts';
import { defaultRegistry, ToolRegistry, type Executed } from '../../tools/tool-registry.ts';
import type { Tool } from '../../tools/types.ts';
import { approver, askInTerminal } from '../approvals.ts';
import { oneOf, usage } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { canAsk, colors, print, printJson, sayProgress } from '../terminal.ts';
import { silentView } from '../view/live.ts';
import { clean, oneLine } from '../view/text.ts';

/** Tools of the library and, where they are asked for, those of MCP servers: none is started without being asked for. */
interface Listed {
  tools: readonly Tool[];
  close(): Promise<void>;
  /** Some server could not be used; which and why was told. */
  failed: boolean;
}

/** The tools of a name, of all configured servers too (`mcp`), or of the library alone. */
async function listed(config: LoadedConfig, options: { name?: string; mcp?: boolean }): Promise<Listed> {
  const own = options.name === undefined ? undefined : serverOf(options.name, config);
  const servers = own !== undefined ? [own] : options.mcp ? configuredServers(config) : [];
  const registry = new ToolRegistry();
  const { failed } = await joinConfigured(registry, config, servers);
  if (own !== undefined && failed[0]) {
    await registry.close();
    throw failed[0].error;
  }
  for (const { error } of failed) sayProgress(oneLine(error.message));
  return { tools: [...libraryTools(), ...registry.list()], close: () => registry.close(), failed: failed.length > 0 };
}

/** `untilgreen tool list [--mcp]`. */
export async function toolList(options: { json?: boolean; mcp?: boolean; config?: string }): Promise<number> {
  const config = await configFor({ config: options.config });
  const { tools, close, failed } = await listed(config, options);
  const rows = tools.map(({ name, aliases, description, effect, role }) => ({ name, ...(aliases && { aliases }), effect, ...(role && { role }), description }));
  await close();
  if (options.json) printJson(rows, 2);
  else for (const row of rows) print(`${row.name.padEnd(16)} ${colors.dim(row.effect.padEnd(8))} ${clean(row.description)}`);
  const servers = configuredServers(config);
  if (!options.json && !options.mcp && servers.length > 0) sayProgress(`Not shown: the tools of the MCP server${servers.length === 1 ? '' : 's'} ${servers.join(', ')}; --mcp asks for them.`);
  return failed ? EXIT.notGreen : EXIT.green;
}

function named(name: string, tools: readonly Tool[]): Tool {
  const tool = toolNamed(name, tools);
  if (!tool) throw new UntilgreenError('unknown_tool', unknownTool(name, tools), { name }, '`untilgreen tool list` shows them all.');
  return tool;
}

/** `untilgreen tool schema [name] [--form FORM] [--mcp]`: for function calling, as OpenAI-compatible servers, Anthropic or MCP take it. */
export async function toolSchema(name: string | undefined, options: { form?: string; mcp?: boolean; config?: string } = {}): Promise<number> {
  const form = oneOf('--form', ['openai', 'anthropic', 'mcp'], options.form ?? 'openai');
  const { tools, close, failed } = await listed(await configFor({ config: options.config }), { ...options, ...(name !== undefined && { name }) });
  await close();
  const schemas = toolSchemas(form, name === undefined ? tools : [named(name, tools)]);
  printJson(name === undefined ? schemas : schemas[0], 2);
  return failed ? EXIT.notGreen : EXIT.green;
}

/** `untilgreen tool call NAME --json ARGS [--dir DIR]`: one tool's result as JSON; a refusal exits 1. */
export async function toolCall(name: string, options: { json: string; dir: string; sandbox?: string; config?: string }): Promise<number> {
  const directory = await projectDirectory(options.dir);
  const config = await configFor({ sandbox: options.sandbox, config: options.config }, directory);
  const server = serverOf(name, config);
  // A wrong name is told before anything is read or asked.
  if (server === undefined) named(name, libraryTools());
  const args = parsed(await sourceOf(options.json), name);
  const { signal, release } = cancelOnSignal(() => {});
  const registry = defaultRegistry({ directory, config, approve: approver({ yes: false, ask: canAsk({}) ? askInTerminal(silentView, colors) : undefined }), signal });
  try {
    if (server !== undefined) await registry.connect(serverNamed(server, config));
    const result = await registry.execute(name, args);
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

function parsed(source: string, tool: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw usage(`--json is not JSON: ${(error as Error).message}.`, `\`untilgreen tool schema ${tool}\` shows what it takes; @FILE and - read it from a file or standard input.`);
  }
}

/** A machine that lacks something is told apart from a call that was refused, as for the other commands. */
function exitCodeOf(result: Executed): ExitCode {
  if (result.ok) return EXIT.green;
  if (result.code === 'cancelled') return EXIT.cancelled;
  if (result.code === 'no_sandbox') return EXIT.noSandbox;
  return result.code === 'no_model' ? EXIT.noModel : EXIT.notGreen;
}
