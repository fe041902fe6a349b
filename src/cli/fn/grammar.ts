import type { Command } from 'commander';
import type { SuiteFlags } from '../commands/fn-suite.ts';
import { examples, list } from '../grammar-parts.ts';
import type { FnOptions } from './options.ts';

/**
 * Adds `fn` and `fn suite` to the grammar.
 *
 * @param done receives the exit code
 */
export function addFunction(program: Command, done: (exitCode: number) => void): void {
  const fn = program.command('fn')
    .usage('--task TEXT --fn NAME [options]')
    .description('write one function test-first, also with a small local model, and say how sure it is')
    .option('--task <text>', 'what the function is to do; @FILE or - for standard input')
    .option('--fn <name>', 'its name')
    .option('--lang, --language <name>', 'python (default), javascript (node), typescript or go')
    .option('--signature <head>', 'its head, as “(values: list[int]) -> int”; text, a file with code, or -')
    .option('--doctests <examples>', 'calls and what they give, one a line: “f([1, 2]) => 3” or doctests; text, a file, or -')
    .option('--tests <file>', 'an existing test file that has to pass')
    .option('--no-design', 'do not ask the model for a signature and examples first')
    .option('--no-test', 'run nothing: the first candidate that parses is the answer')
    .option('--decode <way>', 'greedy (default: the first candidate at temperature 0) or sample')
    .option('--candidates <n>', 'most candidates (default 21)')
    .option('--iters <n>', 'most waves of candidates and rounds of repair together (default 6)')
    .option('--timeout <seconds>', 'time of the whole job; the best so far is the answer')
    .option('--max_new_tokens, --max-new-tokens <n>', 'tokens of one candidate (default 512)')
    .option('--seed <n>', 'the same seed gives the same candidates where the model can (default 1)')
    .option('--add-imports', 'the function with the imports that it needs')
    .option('--standalone', 'a script with a command line of its own; it is run once as a check')
    .option('--clean-doc', 'one sentence as its doc, without examples')
    .option('--profile <name>', 'copy (clean, prints only), save (a file, and tests beside it) or fast (one greedy candidate)')
    .option('--out <path>', 'write it there: a new file, or a directory')
    .option('--model <name>', 'name of a model, or a .gguf file', list)
    .option('--models-root <dir>', 'a further folder where it may lie; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--sandbox <mode>', 'auto (default), or none to run candidates without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .option('--record <file>', 'record the model’s replies')
    .option('--replay <file>', 'answer from a recording; a request that differs is an error')
    .option('--json', 'every event as one line of JSON, the outcome last')
    .option('-q, --quiet', 'the code and its confidence only')
    .option('-v, --verbose', 'every event, and the cause of an error')
    .addHelpText('after', `${examples(
      `fn --task "the largest number of a list, None for an empty one" --fn max_in_list --doctests 'max_in_list([3, 9]) => 9'`,
      'fn --task @task.txt --fn isIPv4 --lang ts --tests ipv4.test.ts --add-imports', 'fn --task "roots of a quadratic" --fn quad_solver --model qwen2.5-coder-1.5b.gguf',
      'fn --task "area of a circle" --fn area --profile save', 'fn --task "reverse the words" --fn reverse_words --profile copy > reverse_words.py',
    )}
The code alone is printed to standard output. The last line of the rest is the confidence with its evidence: how many candidates
passed your examples, how many of them do the same, and on how many inputs. Without an example of yours it is low.

Exit codes: 0 answered, however sure · 1 no candidate passed, or the script does not run · 2 bad usage or input
            7 no sandbox · 8 no model · 130 cancelled
`)
    .action(async (options: FnOptions & { language?: string }) => done(await (await import('../commands/fn.ts')).fn({ ...options, lang: options.language })));
  // What stands after the word is its own: a repeated --seed among it.
  fn.enablePositionalOptions().command('suite').argument('[files...]', 'tasks as JSON lines, in the form of HumanEval, MBPP or their relatives (default: nine of our own)')
    .description('write the functions of many tasks and tell how many are right by hidden tests')
    .option('--seeds <list>', 'run every task with each of these seeds, as 1,2,3 (default 1)')
    .option('--seed <n>', 'one of them; repeatable', list)
    .option('--candidates <n>', 'most candidates of a task (default 21)')
    .option('--max_new_tokens, --max-new-tokens <n>', 'tokens of one candidate (default 512)')
    .option('--measure <k>', 'judge the greedy candidate and this many others too, for pass@1 and pass@k (default 0)')
    .option('--tasks <glob>', 'only tasks whose task_id fits, as “HumanEval/1?”')
    .option('--lang, --language <name>', 'only tasks in this language')
    .option('--limit <n>', 'only the first of them')
    .option('--jobs <n>', 'tasks at a time (default 2)')
    .option('--out <file>', 'a line of JSON for each finished task; tasks that have one are not run again')
    .option('--samples <file>', 'keep every sample there, and ask the model only for what is not in it')
    .option('--model <name>', 'name of a model, or a .gguf file', list)
    .option('--models-root <dir>', 'a further folder where it may lie; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--sandbox <mode>', 'auto (default), or none to run candidates without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .option('--json', 'the figures, and the result of every task, as JSON')
    .option('-q, --quiet', 'no line for each task')
    .addHelpText('after', `${examples(
      'fn suite', 'fn suite --model qwen2.5-coder-1.5b.gguf --measure 20', 'fn suite humaneval.jsonl --limit 60 --seeds 1,2,3 --measure 20 --out results.jsonl --samples samples.jsonl',
      `fn suite humaneval.jsonl --samples samples.jsonl --tasks 'HumanEval/2*' --json > figures.json`,
    )}
Hidden tests run in the sandbox when the answer is fixed; no prompt and no candidate sees them. Stopped at any moment, the same command
with the same --out goes on where it was. With --samples the model is asked once: what chooses among its samples can then be run again.

Exit codes: 0 every task was run, however many are solved · 2 bad usage, or a file that holds no tasks · 7 no sandbox · 8 no model
            130 cancelled
`)
    // Flags that `fn` has too are taken by it when they stand before the word.
    .action(async (files: string[], options: SuiteFlags & { language?: string }) => {
      const all = { ...fn.opts<SuiteFlags & { language?: string }>(), ...options };
      done(await (await import('../commands/fn-suite.ts')).fnSuite(files, { ...all, lang: all.language }));
    });
}
