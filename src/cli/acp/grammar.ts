import type { Command } from 'commander';
import type { EngineFlags } from '../program.ts';
import { examples, list } from '../grammar-parts.ts';

/**
 * Adds `acp` to the grammar.
 *
 * @param done receives the exit code
 */
export function addAcp(program: Command, done: (exitCode: number) => void): void {
  program.command('acp')
    .description('let an editor drive runs, over the Agent Client Protocol on standard input and output')
    .option('--model <[role=]name>', 'model for every role, or for one; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--max-iterations <n>', 'iterations until a run stops (default 15)')
    .option('--budget <limits>', 'tokens, money, time of each run: 200k, $2, 30m, or several with commas')
    .option('--sandbox <mode>', 'auto (default), or none to run commands without a sandbox')
    .option('--apply <when>', 'the mode that sessions begin in: ask (default), green or never')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', `${examples('acp', 'acp --model qwen2.5-coder-32b --base-url http://127.0.0.1:8000')}
Editors start it themselves; docs/EDITORS.md has what to paste into their settings. Nothing but the protocol is written to standard
output. A session works in the directory that the editor names, asks before it applies a change, and knows /ask, /plan, /go,
/resume and /undo. It ends when the editor closes its standard input; a run that was at work can be resumed.

Exit codes: 0 the editor went away · 2 bad usage or configuration · 130 cancelled
`)
    .action(async (options: EngineFlags) => done(await (await import('../commands/acp.ts')).acp(options)));
}
