import type { Command } from 'commander';
import { examples, list } from '../grammar-parts.ts';
import type { EngineFlags, OutputFlags } from '../program.ts';

/** Options of `library` and its commands, as commander names them. */
export interface LibraryFlags extends Pick<EngineFlags, 'model' | 'baseUrl' | 'budget' | 'sandbox' | 'config' | 'record' | 'replay'>, Pick<OutputFlags, 'json' | 'quiet' | 'verbose'> {
  toolsDir?: string;
  all?: boolean;
  code?: boolean;
  limit?: string;
  args?: string;
  out?: string;
  trust?: boolean;
  reason?: string;
  instead?: string;
  expected?: string;
  error?: string | true;
}

interface Kind {
  name: string;
  alias?: string;
  /** Arguments, as commander writes them, with what they are. */
  words: readonly (readonly [string, string])[];
  says: string;
  options?: (command: Command) => unknown;
  /** It runs tools. */
  runs?: boolean;
  /** It may ask a model. */
  asks?: boolean;
  examples: readonly string[];
  /** Below the examples. */
  more?: string;
  exits: string;
}

const NAME = ['<name>', 'name or alias of a tool; NAME@VERSION for an earlier version'] as const;
const TOOL = ['<name>', 'name or alias of a tool'] as const;
const VALUES = ['[values...]', 'arguments as name=value: numbers, true, false and JSON where the parameter takes them, else text as it stands'] as const;
const argumentsAs = (command: Command): Command => command.option('--args <json>', 'all arguments as one JSON object; @FILE reads it from a file, - from standard input');
const GATE_EXITS = '0 passed · 1 refused, with the gate that refused it · 2 bad usage · 7 no sandbox · 130 cancelled';

/** One entry each: what it is called, what it takes, and what it says of itself. */
export const KINDS = [
  {
    name: 'list', words: [], says: 'the tools that are kept', options: (command) => command.option('--all', 'archived ones too'),
    examples: ['library list', 'library list --all --json'], exits: '0 listed · 1 a folder in it cannot be read, with the reason · 2 bad usage',
  },
  {
    name: 'show', words: [NAME], says: 'one tool: contract, examples, what it passed, history', options: (command) => command.option('--code', 'its code alone'),
    examples: ['library show calculate_percentage', 'library show calculate_percentage@1.0.0 --code', 'library show calculate_percentage --json'], exits: '0 shown · 1 there is no such tool · 2 bad usage',
  },
  {
    name: 'search', words: [['<words>', 'what it does, in quotes']], says: 'find tools by what they do; no model is asked', options: (command) => command.option('--limit <n>', 'at most so many (default 10)'),
    examples: ['library search "percent of a number"', 'library search dates --limit 3 --json'],
    more: 'Before each stands the probability that it serves a request in these words.', exits: '0 searched, whatever was found · 2 bad usage',
  },
  {
    name: 'run', words: [NAME, VALUES], says: 'call a tool and print its result; no model is asked', options: argumentsAs, runs: true,
    examples: ['library run calculate_percentage percent=15 number=300', `library run mean --args '{"numbers": [1, 2, 4]}'`, 'library run word_count --args @arguments.json --json'],
    more: 'The result alone is printed to standard output: a text as it stands, anything else as JSON.', exits: '0 it answered · 1 it refused or failed, or there is no such tool · 2 bad usage · 7 no sandbox · 130 cancelled',
  },
  {
    name: 'test', words: [['[names...]', 'tools (default: all)']], says: 'send tools through the admission gate again; one that was edited by hand becomes a new version', runs: true,
    examples: ['library test', 'library test calculate_percentage', 'library test --json > gates.json'],
    more: 'Each gate tells what it measured: cases, agreement, properties, determinism, mutants noticed, duplicates, a cold run.', exits: GATE_EXITS,
  },
  { name: 'history', words: [TOOL], says: 'the versions of a tool', examples: ['library history calculate_percentage'], exits: '0 listed · 1 there is no such tool · 2 bad usage' },
  {
    name: 'rollback', words: [TOOL, ['[version]', 'default: the one before']], says: 'make an earlier version the current one again',
    examples: ['library rollback calculate_percentage', 'library rollback calculate_percentage 1.0.0'], exits: '0 done · 1 there is no such version · 2 bad usage',
  },
  {
    name: 'deprecate', words: [TOOL], says: 'keep a tool, but let no request find it',
    options: (command) => command.option('--reason <text>', 'why (default: by hand)').option('--instead <name>', 'the tool to use in its place'),
    examples: [`library deprecate percent_old --reason 'rounds wrongly' --instead calculate_percentage`], exits: '0 done · 1 there is no such tool · 2 bad usage',
  },
  { name: 'restore', words: [TOOL], says: 'make a deprecated or archived tool active again', examples: ['library restore percent_old'], exits: '0 done · 1 there is no such tool · 2 bad usage' },
  {
    name: 'export', words: [['[names...]', 'tools (default: all)']], says: 'write tools with their history into a signed archive', options: (command) => command.option('--out <file>', 'the archive (default tools.tar.gz)'),
    examples: ['library export', 'library export loan_payment --out loans.tar.gz'], exits: '0 written · 1 there is no such tool, or one was edited since it was admitted · 2 bad usage',
  },
  {
    name: 'import', words: [['<file>', 'an archive of `library export`']], says: 'take tools from a signed archive; each passes the gate on this machine', runs: true,
    options: (command) => command.option('--trust', 'accept who signed it from now on'),
    examples: ['library import loans.tar.gz', 'library import loans.tar.gz --trust --json'], exits: '0 all are in · 1 some were refused, with the reason, or there is no such file · 2 bad usage, or no whole archive · 4 its signer is not trusted yet · 7 no sandbox · 130 cancelled',
  },
  {
    name: 'seed', words: [['[names...]', 'which of them (default: all)']], says: 'install the tools that come with untilgreen; their cases run on this machine first', runs: true,
    examples: ['library seed', 'library seed calculate_percentage slugify'], exits: '0 all are in · 1 some were refused, with the reason · 2 bad usage · 7 no sandbox · 130 cancelled',
  },
  { name: 'stats', words: [], says: 'how often tools were used, how reliable they are, what was reused and made', examples: ['library stats', 'library stats --json'], exits: '0 told · 2 bad usage' },
  {
    name: 'suggest', words: [], says: 'tools that your requests say you will want: existing ones, and ones worth making', options: (command) => command.option('--limit <n>', 'at most so many (default 10)'),
    examples: ['library suggest', 'library suggest --limit 3'], exits: '0 told · 2 bad usage',
  },
  {
    name: 'report', words: [TOOL, VALUES], says: 'say what a call should have given: it becomes a case, and a repair is tried', runs: true, asks: true,
    options: (command) => argumentsAs(command).option('--expected <value>', 'the right result, as JSON, or a text').option('--error [class]', 'it should have been refused, with this exception'),
    examples: ['library report calculate_percentage percent=15 number=300 --expected 45', 'library report mean --args \'{"numbers": []}\' --error ValueError'],
    more: 'Without --expected and --error it says that the call should not have failed.',
    exits: '0 repaired, or right already · 1 no repair passed the gate, or there is no such tool · 2 bad usage · 7 no sandbox · 8 no model · 130 cancelled',
  },
  {
    name: 'optimise', alias: 'optimize', words: [TOOL], says: 'look for a faster version with the same behaviour, proven by tests and a benchmark', runs: true, asks: true,
    examples: ['library optimise prime_factors', 'library optimize prime_factors --json'], exits: '0 a faster version is current · 1 none was found · 2 bad usage · 7 no sandbox · 8 no model · 130 cancelled',
  },
] as const satisfies readonly Kind[];
export type LibraryCommand = (typeof KINDS)[number]['name'];

/**
 * Adds `library` and its commands to the grammar.
 *
 * @param done receives the exit code
 */
export function addLibrary(program: Command, done: (exitCode: number) => void): void {
  const library = program.command('library').description('the tools that `ask` keeps: list, run, test, repair, share');
  library.addHelpText('after', `
Each tool is a folder that people can read: code, cases, tests that run without untilgreen, and the evidence of the gate. The folder is what
counts: edit it, review it, commit it; \`library test\` admits what you changed.
${examples('library seed', 'library list', 'library run calculate_percentage percent=15 number=300', 'library show calculate_percentage')}`);
  for (const kind of KINDS as readonly Kind[]) {
    const command = library.command(kind.name).description(kind.says);
    if (kind.alias) command.alias(kind.alias);
    for (const [word, says] of kind.words) command.argument(word, says);
    kind.options?.(command);
    command.option('--tools-dir <dir>', 'folder of the library (TOOLS_DIR)');
    if (kind.asks) {
      command
        .option('--model <[role=]name>', 'model for every role, or for one; repeatable', list)
        .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
        .option('--budget <limits>', 'tokens, money, time: 200k, $2, 30m, or several with commas')
        .option('--record <file>', 'record the models’ replies')
        .option('--replay <file>', 'answer from a recording; a request that differs is an error');
    }
    if (kind.runs) command.option('--sandbox <mode>', 'auto (default), or none to run tools without a sandbox').option('-q, --quiet', 'the outcome only');
    command
      .option('--config <file>', 'settings from this file in place of the project’s')
      .option('--json', 'as JSON')
      .option('-v, --verbose', 'the cause of an error')
      .addHelpText('after', `${examples(...kind.examples)}${kind.more ? `\n${kind.more}\n` : ''}
Exit codes: ${kind.exits}
`)
      .action(async (...given: unknown[]) => {
        const words = given.slice(0, kind.words.length).flat().filter((word): word is string => typeof word === 'string');
        done(await (await import('../commands/library.ts')).library(kind.name as LibraryCommand, words, given[kind.words.length] as LibraryFlags));
      });
  }
}
