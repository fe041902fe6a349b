import type { Command } from 'commander';
import { examples, list } from '../grammar-parts.ts';
import type { TestGenerateOptions, TestScoreOptions } from './test-generate.ts';

/** `untilgreen test …`: tests that are written for code as it is, and how much tests notice. */
export function testCommands(program: Command, done: (exitCode: number) => void): void {
  const test = program.command('test').description('write tests that pin what code does, and measure what tests notice');
  const shared = (command: Command): Command => command
    .argument('[path]', 'a source file, or a folder; default: the whole project')
    .option('--dir <dir>', 'the project (default: the current directory)')
    .option('--function <name>', 'only this function, as area or Circle.area; private ones too; repeatable', list)
    .option('--max-mutants <n>', 'most mutants of a file, spread over its functions (default 400)')
    .option('--sandbox <mode>', 'auto (default), or none to run code without a sandbox')
    .option('--json', 'the whole result as JSON')
    .option('-q, --quiet', 'no progress');
  shared(test.command('generate'))
    .description('write tests for what functions do at present: the fewest calls that notice the most changes')
    .option('--target <share>', 'mutation score at which no more inputs are looked for (default 0.8)')
    .option('--budget <seconds>', 'seconds to look for inputs, for each file (default 180)')
    .option('--seed <n>', 'the same seed makes the same inputs (default 1)')
    .option('--no-model', 'ask no model for tests of what survives')
    .option('--no-properties', 'write no tests of laws with made values')
    .option('--dry-run', 'print the test files, write nothing')
    .addHelpText('after', `${examples('test generate src/prices.py', 'test generate src --target 0.9', 'test generate shop/cart.py --function Cart.total --dry-run')}
The tests say what the code does now, right or wrong: read them before you trust them. Each file passed three times, in other orders and
with other hash seeds; each row kills a mutant. So does each law (Python, with hypothesis) and each test of a model, where one is configured.
Nothing that is there is overwritten. \`untilgreen undo\` takes the files back.

Exit codes: 0 tests were written (or shown) · 1 none could be kept, with the reasons · 2 bad usage · 7 no sandbox · 130 cancelled
`)
    .action(async (path: string | undefined, options: TestGenerateOptions) => done(await (await import('./test-generate.ts')).testGenerate(path, options)));
  shared(test.command('score'))
    .description('how many small changes of the code its tests notice, function by function, with those that they do not')
    .option('--min <share>', 'exit 1 where the mean is below')
    .addHelpText('after', `${examples('test score src/prices.py', 'test score src --json', 'test score src --min 0.8')}
Exit codes: 0 measured · 1 below --min, or nothing could be measured · 2 bad usage · 7 no sandbox · 130 cancelled
`)
    .action(async (path: string | undefined, options: TestScoreOptions) => done(await (await import('./test-generate.ts')).testScore(path, options)));
}
