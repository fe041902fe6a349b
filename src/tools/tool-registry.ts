import { asError, UntilgreenError } from '../core/errors.ts';
import { parseArguments } from './arguments.ts';
import { once } from './later.ts';
import { connectServer, type McpServer } from './mcp/connect.ts';
import { refused } from './outcome.ts';
import { toolFrom, type OwnTool } from './own-tool.ts';
import { libraryTools, toolNamed, toolSchemas, unknownTool } from './registry.ts';
import { openToolSession, type Applied, type ToolSession, type ToolSessionOptions } from './session.ts';
import type { Tool, ToolContext, ToolResult } from './types.ts';

/** What a tool answered, and what became of it in the project. */
export type Executed = ToolResult & Applied;

/** Tools of a server that joined a registry. */
export interface Joined {
  /** The server's name, before `__` in the names of its tools. */
  server: string;
  /** Names by which `execute` knows its tools. */
  tools: readonly string[];
  /** Takes its tools out of the registry and ends the connection; a server that was started is ended too. */
  close(): Promise<void>;
}

/**
 * Typed tools by name: validates arguments, runs tools on a project, and writes what they changed as transactions that can be
 * undone. Nothing in the project is touched by a call that is refused.
 *
 * One call works on the project at a time, in the order of the calls; standalone tools and those of servers run beside them.
 *
 * @example
 * const registry = new ToolRegistry({ directory: './shop' });
 * registry.register({
 *   name: 'count_lines', description: 'Count the lines of a file.', effect: 'read', schema: z.object({ path: z.string() }),
 *   run: async ({ path }, { bench }) => (await bench.readText(path)).text.split('\n').length,
 * });
 * const result = await registry.execute('count_lines', { path: 'src/cart.ts' });
 * console.log(result.ok ? result.data : result.message);
 * await registry.close();
 */
export class ToolRegistry implements AsyncDisposable {
  readonly #tools = new Map<string, Tool>();
  readonly #joined = new Set<Joined>();
  readonly #options: ToolSessionOptions | undefined;
  #opened: Promise<ToolSession> | undefined;
  readonly #session: () => Promise<ToolSession>;
  #closed = false;

  /**
   * @param options the project and how to work on it; without them only standalone tools and those of servers can run
   * @throws `bad_arguments` for options without a directory
   */
  constructor(options?: ToolSessionOptions) {
    const directory: unknown = options?.directory;
    if (options && (typeof directory !== 'string' || directory === '')) {
      throw new UntilgreenError('bad_arguments', `Expected the \`directory\` option to be the path of a directory, got ${JSON.stringify(directory) ?? 'nothing'}.`, { argument: 'directory' });
    }
    this.#options = options;
    this.#session = once(() => {
      if (!options) throw new UntilgreenError('usage', 'This registry has no project to work on.', {}, 'Make it with new ToolRegistry({ directory }).');
      return (this.#opened = openToolSession(options));
    });
  }

  /**
   * Adds a tool: one of this library, or your own.
   * @returns the tool as it stands in the registry
   * @throws `bad_arguments` for a name that is taken or that function calling does not take, no description, or a schema that is
   *   not one of an object
   */
  register<A>(own: OwnTool<A>): Tool<A> {
    const tool = toolFrom(own);
    for (const name of [tool.name, ...(tool.aliases ?? [])]) {
      const other = this.get(name);
      if (other) throw new UntilgreenError('bad_arguments', `There is a tool ${name} already${other.name === name ? '' : `: ${other.name}`}.`, { name }, 'Choose another name, or unregister that one first.');
    }
    this.#tools.set(tool.name, tool);
    return tool;
  }

  /** Takes a tool out; false where there is none of this name. A call that is under way goes on. */
  unregister(name: string): boolean {
    const tool = this.get(name);
    return tool !== undefined && this.#tools.delete(tool.name);
  }

  /** The tool of this name or alias. */
  get(name: string): Tool | undefined {
    return this.#tools.get(name) ?? toolNamed(name, this.list());
  }

  /** All tools in the order in which they came. */
  list(): readonly Tool[] {
    return [...this.#tools.values()];
  }

  /** The tools for function calling, in the form an API takes: `tools` of OpenAI-compatible servers, of Anthropic's, or of MCP's `tools/list`. */
  schemas(form: 'openai' | 'anthropic' | 'mcp'): Record<string, unknown>[] {
    if (!['openai', 'anthropic', 'mcp'].includes(form)) throw new UntilgreenError('bad_arguments', `Expected the \`form\` of schemas to be openai, anthropic or mcp, got ${JSON.stringify(form) ?? 'nothing'}.`, { argument: 'form' });
    return toolSchemas(form, this.list());
  }

  /**
   * Runs one tool. Resolves whatever the arguments, the files or the tool do: a refusal has `ok: false`, a code, and a message that
   * says what was wrong, where, and what to do next; nothing was written then.
   *
   * @param args an object, usually from a model; keys that are written another way (`file_path`, `old_string`) are understood
   * @param options.signal cancels the call; the answer is `cancelled`
   */
  async execute(name: string, args: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<Executed> {
    try {
      const tool = this.get(name);
      if (!tool) return refused('unknown_tool', unknownTool(String(name), this.list()), { name });
      const parsed = parseArguments(tool, args);
      if (!parsed.ok) return refused('bad_arguments', parsed.message, { problems: parsed.problems });
      if (this.#closed) return refused('usage', 'This registry is closed. Open another one.');
      const cancelled = [this.#options?.signal, signal].filter((s) => s !== undefined);
      if (cancelled.some((s) => s.aborted)) return refused('cancelled', `${tool.name} was cancelled before it began.`);
      if (tool.standalone) return await tool.run(parsed.value, standaloneContext(cancelled.length ? AbortSignal.any(cancelled) : undefined));
      const session = await this.#session();
      return await session.work((context) => tool.run(parsed.value, context), { ...(signal && { signal }) });
    } catch (thrown) {
      const error = asError(thrown);
      return refused(error.code, error.message, Object.keys(error.data).length ? error.data : undefined);
    }
  }

  /**
   * Lets the tools of an MCP server join, as `server__tool`. They are asked for once: what the server adds later is not seen.
   *
   * A server that is started is the user's own program and runs **outside the sandbox**, with the user's rights; it is started only
   * because the caller names it here. Of the environment it gets HOME, LOGNAME, PATH, SHELL, TERM and USER, and what `env` gives.
   *
   * @throws `server_failed` where it cannot be started or reached, does not answer in time, or speaks no MCP; `bad_arguments` for a
   *   name that is taken
   * @example
   * const { tools } = await registry.connect({ command: 'npx', args: ['-y', '@acme/tickets-mcp'], env: { TICKETS_TOKEN: token } });
   * await registry.execute(tools[0], { query: 'open' });
   */
  async connect(server: McpServer): Promise<Joined> {
    const connected = await connectServer(server);
    const added: string[] = [];
    const joined: Joined = {
      server: connected.name,
      tools: added,
      close: async () => {
        for (const name of added) this.#tools.delete(name);
        this.#joined.delete(joined);
        await connected.close();
      },
    };
    try {
      for (const tool of connected.tools) added.push(this.register(tool).name);
    } catch (error) {
      await joined.close();
      throw error;
    }
    this.#joined.add(joined);
    return joined;
  }

  /** Ends the connections to servers, waits for calls that are under way, and removes the private copy. May be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#joined].map((joined) => joined.close()));
    const session = await this.#opened?.catch(() => undefined);
    await session?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A registry with the tools that every run has: `file_read`, `file_write` (write, append, create), `edit_file`, `search`, `shell`,
 * `run_tests`, `run_code` and the rest. `untilgreen tool list` shows them.
 *
 * @example
 * const registry = defaultRegistry({ directory: './shop' });
 * await registry.execute('file_write', { path: 'notes.md', content: 'hello\n', mode: 'append' });
 * await registry.close();
 */
export function defaultRegistry(options: ToolSessionOptions): ToolRegistry {
  const registry = new ToolRegistry(options);
  for (const tool of libraryTools()) registry.register(tool);
  return registry;
}

/** Standalone tools say that they use nothing but the signal; one that does is told so by name. */
function standaloneContext(signal: AbortSignal | undefined): ToolContext {
  return new Proxy({ ...(signal && { signal }) } as ToolContext, {
    get(target, name) {
      if (name === 'signal') return target.signal;
      throw new UntilgreenError('usage', `A standalone tool has no ${String(name)}.`, {}, 'Register it without standalone to let it work on the project.');
    },
  });
}
