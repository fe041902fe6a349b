import type { Command } from 'commander';
import { examples, list } from '../grammar-parts.ts';
import type { EngineFlags, OutputFlags } from '../program.ts';

/** What `ask` was given, as commander names it. */
export interface AskFlags extends Pick<EngineFlags, 'model' | 'baseUrl' | 'budget' | 'sandbox' | 'config' | 'record' | 'replay'>, Pick<OutputFlags, 'json' | 'quiet' | 'verbose'> {
  lang?: string;
  make: boolean;
  toolsDir?: string;
  resume?: string | boolean;
  unfinished?: boolean;
}

/** The grammar of `untilgreen ask`. */
export function addAsk(program: Command, done: (exitCode: number) => void): void {
  program.command('ask').argument('[words...]', 'the request, in quotes; - reads it from standard input; without one a conversation begins')
    .usage('[options] ["request"]')
    .description('answer a request with a tool of the library; what is missing is specified, tested, written, proven and kept')
    .option('--lang, --language <name>', 'language of a tool that is made: python (default), javascript, typescript or go')
    .option('--no-make', 'answer with tools that are there; make none')
    .option('--tools-dir <dir>', 'folder of the library (TOOLS_DIR)')
    .option('--resume [id]', 'go on with an interrupted request, or with all')
    .option('--unfinished', 'list interrupted requests')
    .option('--model <[role=]name>', 'model for every role (planner, tester, coder, responder), or for one; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--budget <limits>', 'tokens, money, time: 200k, $2, 30m, or several with commas')
    .option('--sandbox <mode>', 'auto (default), or none to run tools without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .option('--record <file>', 'record the models’ replies')
    .option('--replay <file>', 'answer from a recording; a request that differs is an error')
    .option('--json', 'every event as one line of JSON, the outcome last')
    .option('-q, --quiet', 'the answer only')
    .option('-v, --verbose', 'every event, and the cause of an error')
    .addHelpText('after', `${examples(
      'ask "What is 15 percent of 300?"', 'ask "Reverse the string \'hello world\'"', 'ask "days between 2026-01-31 and 2026-03-01, as weeks and days" --lang go', 'ask "convert 68 F to Celsius" --no-make --json', 'ask',
    )}
The answer is printed to standard output; the tool that gave it, with its version, to standard error. Tools are pure functions: they have no
network, no files and no secrets, and a request that needs these is told so. \`untilgreen library\` shows what was kept.

Exit codes: 0 answered · 1 no tool can do it, none could be made, or it failed · 2 bad usage · 5 budget · 7 no sandbox · 8 no model
            130 cancelled; the same request goes on from there
`)
    .action(async (words: string[], options: AskFlags & { language?: string }) => done(await (await import('../commands/ask.ts')).ask(words, { ...options, lang: options.language })));
}
