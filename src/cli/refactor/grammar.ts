import { Option, type Command } from 'commander';
import { examples, list } from '../grammar-parts.ts';
import type { RefactorOptions } from './words.ts';

/** One kind of refactoring: its words, what it does, options of its own, and examples. */
interface Kind {
  name: string;
  words: [string, string][];
  says: string;
  options?: (command: Command) => void;
  keepsOld?: boolean;
  examples: string[];
}

const inFile = (command: Command): void => void command.option('--in <file>', 'the file that declares it, where several do');

const KINDS: readonly Kind[] = [
  {
    name: 'rename', words: [['<old>', 'name as it stands in the code; Class.method for members'], ['<new>', 'the new name']],
    says: 'rename a function, class, method, parameter, constant or type wherever it is meant',
    options: (command) => {
      inFile(command);
      command.option('--parameter <name>', 'rename this parameter of the function instead');
    },
    keepsOld: true, examples: ['rename area surface', 'rename Circle.area surface --in shapes.py --dry-run', 'rename area radius --parameter r'],
  },
  {
    name: 'move', words: [['<what...>', 'symbols, or one file or folder; the last word says where to']],
    says: 'move symbols into another module, or a file or folder to another place; imports follow', options: (command) => void command.option('--from <file>', 'the module that declares the symbols, where several do'),
    keepsOld: true, examples: ['move slugify shorten text.py', 'move slugify text.py --from utils.py --keep-old', 'move src/util.ts src/lib/util.ts', 'move helpers.py lib/'],
  },
  {
    name: 'merge', words: [['<modules...>', 'two or more modules']], says: 'put modules into one and remove the others',
    options: (command) => void command.option('--into <file>', 'the module that holds them all (default: the first)'), keepsOld: true, examples: ['merge utils.py helpers.py', 'merge a.ts b.ts --into common.ts'],
  },
  {
    name: 'split', words: [['<module>', 'the module'], ['<parts...>', 'where to and what: text.py:slugify,shorten']], says: 'move symbols of a module into several others', keepsOld: true, examples: ['split utils.py text.py:slugify,shorten numbers.py:clamp'],
  },
  { name: 'extract', words: [['<place>', 'whole lines, src/a.py:10-20, or a part, src/a.py:10:5-10:30'], ['<name>', 'name of the new function']], says: 'make a function of statements or of an expression', examples: ['extract src/report.py:40-52 total_of'] },
  { name: 'inline', words: [['<function>', 'name of the function']], says: 'put the body of a function where it is called, and remove it', options: inFile, examples: ['inline double --in calc.py'] },
  {
    name: 'signature', words: [['<function>', 'name of the function']], says: 'add, drop or reorder parameters; calls follow',
    options: (command) => {
      inFile(command);
      command.option('--drop <name>', 'a parameter to take away; repeatable', list);
      command.option('--add <parameter>', "a parameter: 'limit: int = 10', or 'limit := 10' where present calls are to give 10; repeatable", list);
      command.option('--order <names>', 'all parameters in their new order, with commas');
    },
    examples: ["signature search --add 'limit: int = 10'", 'signature draw --drop colour --order x,y,size'],
  },
  { name: 'unused', words: [['[paths...]', 'files or folders (default: all)']], says: 'remove unused imports, and private code that nothing names', options: (command) => void command.option('--imports', 'imports alone'), examples: ['unused --dry-run', 'unused src --imports'] },
  {
    name: 'imports', words: [['[paths...]', 'put these in order too']], says: 'repair imports that lead nowhere, after files were moved by hand',
    options: (command) => void command.option('--moved <old=new>', 'where a file, folder or module went; repeatable (default: found out)', list), examples: ['imports', 'imports --moved utils=lib.utils'],
  },
];

/**
 * Adds `refactor` and its kinds to the grammar.
 *
 * @param run carries one out and reports its exit code
 */
export function addRefactor(program: Command, run: (kind: string, words: readonly string[], options: RefactorOptions) => Promise<void>): void {
  const refactor = program.command('refactor').description('refactor a whole project without a model: imports, references, tests and strings follow');
  refactor.addHelpText('after', `
Each one is computed by an engine for the language (Python, JavaScript, TypeScript, Go), held against gates (every changed file parses, no
undefined name or newly unused import, every changed module loads alone, the type check is no worse), then tested like any run, and applied
as one transaction; \`untilgreen undo\` takes it back. What cannot be done safely is refused with the reason.
${examples(...KINDS.map((kind) => `refactor ${kind.examples[0]}`))}`);
  for (const kind of KINDS) {
    const command = refactor.command(kind.name).description(kind.says);
    for (const [word, says] of kind.words) command.argument(word, says);
    kind.options?.(command);
    if (kind.keepsOld) command.option('--keep-old', 'leave the old name or place as a re-export');
    command
      .option('--dir <dir>', 'the project', '.')
      .option('-n, --dry-run', 'print the diff and what to look at; change nothing')
      .option('--no-tests', 'apply when the gates hold, without running the tests')
      .option('--check <command>', 'a command that must succeed besides the tests; repeatable', list)
      .option('--apply <when>', 'when green (default), after you agree (ask), or never')
      .option('--sandbox <mode>', 'auto (default), or none to run commands without a sandbox')
      .option('--config <file>', 'settings from this file in place of the project’s')
      .option('--json', 'the result (with --dry-run) or every event as JSON')
      .option('-q, --quiet', 'the outcome only')
      .option('-v, --verbose', 'every event, and the cause of an error')
      .addOption(new Option('-y, --yes').hideHelp())
      .option('--report <dir>', 'copy the report, the receipt and the diff there')
      .option('--junit <file>', 'write the final test results as JUnit XML')
      .addHelpText('after', `${examples(...kind.examples.map((example) => `refactor ${example}`))}
Exit codes: 0 done and green (or nothing to do) · 1 not green, nothing applied · 2 bad usage · 3 refused, with the reason · 7 no sandbox · 130 cancelled
`)
      .action(async (...given: unknown[]) => {
        const words = given.slice(0, kind.words.length).flat().filter((word): word is string => typeof word === 'string');
        await run(kind.name, words, given[kind.words.length] as RefactorOptions);
      });
  }
}
