import type { Command } from 'commander';
import { examples, list } from '../grammar-parts.ts';
import type { EngineFlags } from '../program.ts';

/** What `mcp` was given, as commander names it. */
export interface McpFlags extends Pick<EngineFlags, 'model' | 'baseUrl' | 'budget' | 'sandbox' | 'config'> {
  http?: boolean;
  host?: string;
  port?: string;
  token?: string;
  root?: string[];
  verbose?: boolean;
}

/** The grammar of `untilgreen mcp`. */
export function addMcp(program: Command, done: (exitCode: number) => void): void {
  program.command('mcp')
    .description('give other agents the tools of the library, and make_tool, ask, run_goal, write_function, run_code and undo, over the Model Context Protocol')
    .option('--http', 'streamable HTTP in place of standard streams')
    .option('--host <host>', 'where to listen (default 127.0.0.1); any other than this machine needs a token')
    .option('--port <n>', 'default 7373; 0 takes any that is free')
    .option('--token <token>', 'ask every client for it; better set as UNTILGREEN_MCP_TOKEN, where other users of the machine do not see it')
    .option('--root <dir>', 'a directory that may be worked on (default: those that the client names, else the current one); repeatable', list)
    .option('--model <[role=]name>', 'model for every role, or for one; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--budget <limits>', 'of each run: tokens, money, time, as for `run`')
    .option('--sandbox <mode>', 'auto (default), or none to run code without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .option('-v, --verbose', 'tell each event on stderr')
    .addHelpText('after', `${examples('mcp', 'mcp --root ~/shop --root ~/todo', 'mcp --http --port 7373')}
On standard streams nothing but the protocol goes to stdout; what people are to know goes to stderr. The server ends with its client.
Over HTTP it listens on this machine alone, refuses foreign hosts and origins, and ends with Ctrl-C.

Exit codes: 0 ended · 2 bad usage or configuration · 7 no sandbox
`)
    .action(async (options: McpFlags) => done(await (await import('../commands/mcp.ts')).mcp(options, program.version() ?? '')));
}
