import { Command, Option } from 'commander';
import type { ContextFlags } from './commands/context.ts';
import { testCommands } from './commands/test-grammar.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { ExecOptions } from './commands/exec.ts';
import type { ModelsOptions } from './commands/models.ts';
import type { CheckOptions } from './commands/models-check.ts';
import { addAcp } from './acp/grammar.ts';
import { addAsk } from './ask/grammar.ts';
import { addFunction } from './fn/grammar.ts';
import { addLibrary } from './library/grammar.ts';
import { addMcp } from './mcp/grammar.ts';
import { addRefactor } from './refactor/grammar.ts';
import { examples, list } from './grammar-parts.ts';

/** What `run` and `plan` were given, as commander names it. */
export interface GoalOptions extends EngineFlags, OutputFlags {
  task?: string;
  projectType?: string;
  language?: string;
  lang?: string;
  check?: string[];
  plan?: string;
}
/** Options that reach the settings. */
export interface EngineFlags {
  apply?: string;
  maxIterations?: string;
  budget?: string;
  model?: string[];
  baseUrl?: string;
  sandbox?: string;
  config?: string;
  record?: string;
  replay?: string;
  toolsDir?: string;
}
/** Options that say what is shown and who is asked. */
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  yes?: boolean;
  sarif?: string;
  junit?: string;
  report?: string;
}

/** Named here too, because the grammar loads nothing but commander; `main.test.ts` holds them together. */
const DEMO_CASES = ['cachetools', 'ini'];

function modelFlags(command: Command): Command {
  return command
    .option('--model <[role=]name>', 'model for every role, or for one; repeatable', list)
    .option('--base-url <url>', 'OpenAI-compatible server, with or without /v1')
    .option('--max-iterations <n>', 'iterations until the run stops (default 15)')
    .option('--budget <limits>', 'tokens, money, time: 200k, $2, 30m, or several with commas (mind the shell’s quotes for $)')
    .option('--sandbox <mode>', 'auto (default), or none to run commands without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .option('--record <file>', 'record the models’ replies')
    .option('--replay <file>', 'answer from a recording; a request that differs is an error');
}

function engineFlags(command: Command): Command {
  return modelFlags(command).option('--apply <when>', 'change your directory when green (default), after you agree (ask), or never');
}

function viewFlags(command: Command, json: string): Command {
  return command
    .option('--json', json)
    .option('-q, --quiet', 'the outcome only')
    .option('-v, --verbose', 'every event, and the cause of an error');
}

function outputFlags(command: Command): Command {
  return viewFlags(command, 'every event as one line of JSON, the outcome last')
    .option('-y, --yes', 'agree to applying and to listed dependencies; never to changed tests or findings')
    .option('--sarif <file>', 'write the findings of the safety scan as SARIF')
    .option('--junit <file>', 'write the final test results as JUnit XML')
    .option('--report <dir>', 'copy the report, the receipt and the diff there');
}

function goalOptions(command: Command): Command {
  return command
    .argument('[words...]', 'what is to be done, in quotes; before it the directory, if it is not the current one')
    .usage('[options] [directory] "request"')
    .option('-t, --task <request>', 'the request; the one other word is then the directory')
    .option('-p, --project-type <type>', 'start a new project: web_app, data_pipeline or cli_tool; the directory is made')
    .option('--language <name>', 'python, javascript (node), typescript or go')
    .addOption(new Option('--lang <name>').hideHelp())
    .option('--check <command>', 'a command that must succeed; one of a test framework (“pytest tests/unit”) takes the place of the tests found for its language; repeatable', list);
}

const EXIT_CODES = `
Exit codes: 0 green · 1 not green · 2 bad usage or configuration · 3 plan refused · 4 approval needed · 5 budget · 6 stuck
            7 no sandbox · 8 no model · 130 cancelled
`;

const SOURCES = `Sources, the strongest first: flag, environment, .env of the project, project file (untilgreen.yaml, .yml, .toml, .json or
.untilgreen/config.yaml; --config FILE in its place), user file (~/.config/untilgreen/config.yaml), default.

A project's own files come from whoever wrote the project. They cannot switch the sandbox or the safety scan off, accept a weaker
sandbox than you do, apply more freely, raise your budget, drop the proof you require, name prompts or lists outside the project,
or have your keys sent to a server they name. Say such things yourself: by a flag, the environment, --config or your user file.
`;

/**
 * The grammar of the command. Nothing but commander is loaded for it; what a command does is imported when it is used.
 *
 * @param done  receives the exit code of the command that ran
 */
export function buildProgram(version: string, done: (exitCode: number) => void): Command {
  const program = new Command('untilgreen')
    .description('A coding agent that works until the tests are green, and proves it.')
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'help for a command')
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false, helpWidth: Math.min(process.stdout.columns || 100, 110) })
    .addHelpText('after', examples('run "make the failing tests pass"', 'run ./shop "orders of zero items must be refused" --check "ruff check"', 'doctor') + EXIT_CODES);

  goalOptions(outputFlags(engineFlags(program.command('run'))))
    .description('plan, code, test and reflect until green; then apply the change as one transaction')
    .option('--plan <file>', 'start from a plan written by hand (JSON, as `untilgreen plan --json` prints it)')
    .addHelpText('after', examples(
      'run "parse dates with a time zone"', 'run ./shop -t "orders of zero items must be refused" --apply ask',
      'run ./todo "a to-do list for the terminal" -p cli_tool --language python', 'run "fix the tests" --json --yes --budget 200k,30m > run.jsonl',
    ))
    .action(async (words: string[], options: GoalOptions) => done(await (await import('./commands/run.ts')).run(words, options)));

  goalOptions(viewFlags(modelFlags(program.command('plan')), 'the plan as JSON, as `run --plan FILE` takes it'))
    .description('print the plan and stop; nothing is changed')
    .addHelpText('after', examples('plan "split utils.py by concern"', 'plan ./shop "add a discount" --json > plan.json'))
    .action(async (words: string[], options: GoalOptions) => done(await (await import('./commands/plan.ts')).plan(words, options)));

  outputFlags(engineFlags(program.command('resume').argument('[run]', 'id of a run, or its beginning; default: the last one here that did not finish')))
    .description('go on with an interrupted or waiting run')
    .option('--approve <id>', 'an approval given since: its id, or all; repeatable', list)
    .addHelpText('after', examples('resume', 'resume 20261121-070134-03ed --approve all', 'resume 20261121-070134 --budget 500k'))
    .action(async (run: string | undefined, options: EngineFlags & OutputFlags & { approve?: string[] }) => done(await (await import('./commands/resume.ts')).resume(run, options)));

  program.command('context').argument('[dir]', 'default: the current directory')
    .description('print what a project consists of: a ranked outline, an import graph, entry points, what its tests cover')
    .option('--json', 'files, symbols, imports, calls, entry points, tests and ranks as JSON, a file a line')
    .option('--mermaid', 'the import graph as a Mermaid flowchart, by folder where it is large')
    .option('--tests', 'which sources each test file covers')
    .option('--focus <what>', 'a file, a symbol (Class.method) or words in quotes: what stands near it comes first')
    .option('--tokens <n>', 'size of the outline (default 2000)')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', `${examples(
      'context', 'context ./shop --tokens 1000', 'context --focus src/cart.py', 'context --focus Cart.total', 'context --focus "the discount is taken twice"',
      'context --tests --focus Cart.total', 'context --mermaid > imports.mmd', 'context --json > project.json',
    )}
Python, JavaScript, TypeScript and Go are read; nothing of the project is run, and no model is asked. A file that does not parse gives
what its lines show. What was read is kept in the cache folder until the file changes.

Exit codes: 0 printed · 1 nothing is near --focus · 2 bad usage, or no such directory · 130 cancelled
`)
    .action(async (dir: string | undefined, options: ContextFlags) => done(await (await import('./commands/context.ts')).context(dir, options)));

  program.command('history').argument('[dir]', 'only runs in this directory')
    .description('list past runs, the newest first')
    .option('--limit <n>', 'how many', '20')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('history', 'history . --limit 5', 'history --json'))
    .action(async (dir: string | undefined, options: { limit: string; json?: boolean }) => done(await (await import('./commands/history.ts')).history(dir, options)));

  program.command('show').argument('<run>', 'id of a run, its beginning, or last')
    .description('show a run: what was asked, done, tested and spent')
    .option('--json', 'the run, its events and model calls as JSON')
    .option('--diff', 'the change as a unified diff')
    .option('--report', 'the report (Markdown)')
    .addHelpText('after', examples('show last', 'show 20261121-070134-03ed --diff', 'show last --json'))
    .action(async (run: string, options: { json?: boolean; diff?: boolean; report?: boolean }) => done(await (await import('./commands/show.ts')).show(run, options)));

  program.command('undo').argument('[dir]', 'default: the current directory')
    .description('take back the last applied change of a directory, or that of a run')
    .option('--run <id>', 'take back this run or tool call')
    .option('--list', 'show what can be taken back, of one directory or of all')
    .option('--force', 'also files that were changed since')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('undo', 'undo ./shop', 'undo --list', 'undo --run 20261121-070134-03ed'))
    .action(async (dir: string | undefined, options: { run?: string; list?: boolean; force?: boolean; json?: boolean }) => {
      const { listUndoable, undo } = await import('./commands/undo.ts');
      done(await (options.list ? listUndoable(dir, options) : undo(dir, options)));
    });

  const config = program.command('config')
    .description('print every setting and where it came from')
    .option('--json', 'as JSON')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', `${examples('config', 'config path', 'config check ./shop', 'config env --markdown')}
${SOURCES}`)
    .action(async (options: { json?: boolean; config?: string }) => done(await (await import('./commands/config.ts')).showConfig(undefined, options)));
  config.command('path').description('print the configuration files that are looked for, and the data directories')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => done(await (await import('./commands/config.ts')).configPath({ ...config.opts(), ...options })));
  config.command('check').argument('[dir]', 'default: the current directory').description('check the configuration of a project')
    .option('--json', 'as JSON')
    .action(async (dir: string | undefined, options: { json?: boolean }) => done(await (await import('./commands/config.ts')).configCheck(dir, { ...config.opts(), ...options })));

  config.command('env').description('print the environment variables that are read')
    .option('--markdown', 'as a Markdown table')
    .action(async (options: { markdown?: boolean }) => done(await (await import('./commands/config.ts')).configEnv(options)));

  const doctor = program.command('doctor')
    .description('check what this machine has: Node, sandbox, Python, git, models, storage')
    .option('--json', 'as JSON')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', examples('doctor', 'doctor --json', 'doctor sandbox'))
    .action(async (options: { json?: boolean; config?: string }) => done(await (await import('./commands/doctor.ts')).doctor(options)));
  doctor.command('sandbox')
    .description('which sandbox is used and why no better one, what it promises, what to switch on, its canaries and its latency')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('doctor sandbox', 'doctor sandbox --json') + '\nExit codes: 0 a sandbox of min_rung or better holds · 7 none does\n')
    .action(async (options: { json?: boolean }) => done(await (await import('./commands/doctor-sandbox.ts')).doctorSandboxCommand({ ...doctor.opts(), ...options })));

  viewFlags(program.command('demo'), 'every event as one line of JSON, an outcome last for each case')
    .description('fix two historical bugs of released packages, with recorded model replies')
    .option('--only <case>', `one of the cases: ${DEMO_CASES.join(', ')}`)
    .option('--offline', 'use the small projects under examples/ in place of the packages')
    .addOption(new Option('--recordings <dir>', 'other recordings').hideHelp())
    .addOption(new Option('--record', 'ask the configured model and make the recordings anew').hideHelp())
    .addHelpText('after', examples('demo', 'demo --only ini', 'demo --json'))
    .action(async (options: DemoOptions) => done(await (await import('./commands/demo.ts')).demo(options)));

  program.command('exec').argument('[words...]', 'a file with code, or - for standard input; what follows is handed to the snippet (after -- if it begins with -)')
    .usage('[options] FILE|-c CODE [-- args...]')
    .description('run a snippet of Python, JavaScript, TypeScript, Go or shell in the sandbox')
    .option('-c, --code <code>', 'this code; its language must be given')
    .option('--lang, --language <name>', 'python, javascript (node), typescript, go or shell; default: by extension or #! line')
    .option('-i, --stdin', 'hand standard input on to the snippet; otherwise it reads nothing')
    .option('--timeout <seconds>', 'wall time (default 30, for Go 120)')
    .option('--memory <mb>', 'memory of all its processes (default 512, for Go 2048)')
    .option('--processes <n>', 'processes and threads (default 128, for Go 512)')
    .option('--output-limit <bytes>', 'printed bytes kept; at 16 times as many it is ended (default 1048576)')
    .option('--network <mode>', 'none (default) or loopback; both are without the outside')
    .option('--block <name>', 'a module (socket) or attribute (os.system) it is to do without: advice, the sandbox is the wall; repeatable', list)
    .option('--min-rung <rung>', 'weakest sandbox that will do: A, B, C, D or M')
    .option('--sandbox <mode>', 'auto (default), or none to run it without a sandbox')
    .option('--json', 'the whole result as JSON, when it is over')
    .addHelpText('after', `${examples(
      'exec script.py', `exec -c 'console.log(await 6 * 7)' --lang js`, 'exec --timeout 5 --memory 256 script.ts -- --verbose input.txt',
      'exec - --lang python < script.py', 'exec --stdin count.go < words.txt', 'exec --block socket --block os.system --json script.py',
    )}
The code is copied into an empty directory of its own, where it may write; it does not see the files beside it. Its output comes as it is
printed, without terminal escapes where it goes to a terminal. Bytes that are not UTF-8 become U+FFFD.
The first Go program on a machine takes longest: common packages are compiled once, outside its time.

Exit codes: the snippet's own (128 and the number for a signal) · 124 time ran out · 137 another limit · 2 bad usage · 7 no sandbox
            127 its language is not installed · 130 cancelled
`)
    .action(async (words: string[], options: ExecOptions) => done(await (await import('./commands/exec.ts')).exec(words, options)));

  addFunction(program, done);
  addAsk(program, done);
  addLibrary(program, done);
  addMcp(program, done);
  addAcp(program, done);

  const models = program.command('models').description('list the models on this machine, check one, name one, download one');
  const rooted = (command: Command) => command.option('--models-root <dir>', 'a further folder with models; repeatable', list);
  rooted(models.command('list')).description('model files and what can load them, and the models of servers that answer')
    .option('--json', 'as JSON')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', examples('models list', 'models list --models-root /data/models', 'CODEGEN_MODEL_PATH=/data/models:~/gguf untilgreen models list --json').replace('untilgreen CODEGEN', 'CODEGEN'))
    .action(async (options: ModelsOptions) => done(await (await import('./commands/models.ts')).modelsList(options)));
  rooted(models.command('check').argument('[model]', 'name or path of a model; default: the one a run would use')).description('load a model, have it answer once, print speed and memory')
    .option('--base-url <url>', 'a model of this server')
    .option('--server <command>', 'start this for the files: a program that takes `serve DIR --port N`, or a command with {model} and {port}')
    .option('--json', 'as JSON')
    .option('-q, --quiet', 'no progress')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', `${examples(
      'models check qwen2.5-coder-1.5b', 'models check ~/models/starcoder2-3b', 'models check --base-url http://127.0.0.1:8000',
      `models check ./codellama --server 'vllm serve {model} --host 127.0.0.1 --port {port} --max-model-len 8192'`,
    )}
A GGUF file is loaded into this process; the folder of a snapshot by vLLM, or by llama.cpp after a conversion, started for it and stopped again.

Exit codes: 0 it answered · 2 bad usage, or a name that several models have · 8 not usable: missing, damaged, not loadable, no answer · 130 cancelled
`)
    .action(async (model: string | undefined, options: CheckOptions) => done(await (await import('./commands/models-check.ts')).modelsCheck(model, options)));
  models.command('add').argument('<path>', 'a GGUF file, or the folder of a snapshot').description('give a model a name; its files stay where they are')
    .option('--name <name>', 'the name (default: that of the file or folder)')
    .option('--json', 'as JSON')
    .addHelpText('after', `${examples('models add ~/Downloads/qwen2.5-coder-7b-instruct-q4_k_m.gguf --name qwen7b', 'models add /data/starcoder2-3b')}
Exit codes: 0 registered · 2 bad usage · 8 not a whole model
`)
    .action(async (path: string, options: { name?: string; json?: boolean }) => done(await (await import('./commands/models.ts')).modelsAdd(path, options)));
  models.command('remove').argument('<name>', 'a name given by `models add`').description('take a name away; the files stay')
    .option('--json', 'as JSON')
    .addHelpText('after', `${examples('models remove qwen7b')}
Exit codes: 0 removed · 8 no such name
`)
    .action(async (name: string, options: { json?: boolean }) => done(await (await import('./commands/models.ts')).modelsRemove(name, options)));
  rooted(models.command('get').argument('[model]', 'owner/repo/file.gguf, owner/repo:Q4_K_M, an https address, or a short name; without one: the list of those')).description('download a model as GGUF')
    .option('--sha256 <hex>', 'the hash that the file must have (default: the one that Hugging Face names)')
    .option('--json', 'progress and outcome as lines of JSON')
    .option('-q, --quiet', 'the path alone')
    .addHelpText('after', `${examples('models get', 'models get qwen2.5-coder-1.5b', 'models get Qwen/Qwen2.5-Coder-7B-Instruct-GGUF:Q5_K_M --models-root /data/models')}
What was begun and not finished goes on where it stopped when the same command is given again. HF_TOKEN is sent to Hugging Face
(or HF_ENDPOINT) alone, for gated models.

Exit codes: 0 it is there, whole · 1 not downloaded, with the reason · 2 bad usage · 8 what came is no model · 130 cancelled, the part is kept
`)
    .action(async (model: string | undefined, options: ModelsOptions & { sha256?: string }) => done(await (await import('./commands/models-get.ts')).modelsGet(model, options)));

  const tool = program.command('tool').description('list the tools, show a schema, or run one tool');
  tool.command('list').description('every tool with its effect').option('--json', 'as JSON')
    .option('--mcp', 'connect to the MCP servers of the configuration, and show their tools too')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', examples('tool list', 'tool list --mcp', 'tool list --json'))
    .action(async (options: { json?: boolean; mcp?: boolean; config?: string }) => done(await (await import('./commands/tool.ts')).toolList(options)));
  tool.command('schema').argument('[name]', 'default: all').description('JSON schemas for function calling')
    .option('--form <form>', 'openai, anthropic or mcp', 'openai')
    .option('--mcp', 'those of the MCP servers of the configuration too; a name such as tickets__find asks its server alone')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', examples('tool schema edit_file', 'tool schema --form mcp', 'tool schema tickets__find'))
    .action(async (name: string | undefined, options: { form: string; mcp?: boolean; config?: string }) => done(await (await import('./commands/tool.ts')).toolSchema(name, options)));
  tool.command('call').argument('<name>', 'name of the tool').description('run one tool and print its result as JSON; a refusal exits 1')
    .option('--json <args>', 'its arguments as JSON; @FILE reads them from a file, - from standard input', '{}')
    .option('--dir <dir>', 'the project', '.')
    .option('--sandbox <mode>', 'auto (default), or none to run commands without a sandbox')
    .option('--config <file>', 'settings from this file in place of the project’s')
    .addHelpText('after', examples(
      `tool call file_read --json '{"path": "src/a.py"}'`,
      `tool call edit_file --dir ./shop --json '{"path": "a.py", "edits": [{"oldText": "x = 1", "newText": "x = 2"}]}'`,
      'tool call run_code --json @snippet.json', 'tool call run_tests', `tool call tickets__find --json '{"query": "open"}'`,
    ) + `
Commands run in the sandbox. What a tool changes is written to the project at once, as a transaction: \`untilgreen undo\` takes it back.
A tool of an MCP server of the configuration (server__tool) has its server started or reached for the call.

Exit codes: 0 the tool answered (\`data\` says how a command or the tests ended) · 1 refused · 2 bad usage · 7 no sandbox · 8 no model · 130 cancelled
`)
    .action(async (name: string, options: { json: string; dir: string; sandbox?: string; config?: string }) => done(await (await import('./commands/tool.ts')).toolCall(name, options)));

  addRefactor(program, async (kind, words, options) => done(await (await import('./commands/refactor.ts')).refactor(kind, words, options)));

  testCommands(program, done);

  const sandbox = program.command('sandbox').description('the image in which commands run where containers are the sandbox');
  sandbox.command('build-image').description('build it, with Python, pytest, Node and Go, from Debian packages; needs podman or docker, and the network')
    .option('--engine <name>', 'podman or docker (default: podman where it is installed)')
    .option('--base <image>', 'build on this image in place of Debian 13; it needs apt-get and a Node of 20.19 or newer in its packages')
    .option('--tag <name>', 'name of the image (default localhost/untilgreen-sandbox:latest); the newest one built is used, whatever its name')
    .option('-q, --quiet', 'the outcome only')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', examples('sandbox build-image', 'sandbox build-image --engine docker', 'sandbox build-image --base localhost/debian'))
    .action(async (options: { engine?: string; base?: string; tag?: string; json?: boolean; quiet?: boolean }) => done(await (await import('./commands/sandbox.ts')).sandboxBuildImage(options)));

  program.command('completion').argument('<shell>', 'bash, zsh or fish')
    .description('print the completion script of a shell')
    .addHelpText('after', examples('completion bash > ~/.local/share/bash-completion/completions/untilgreen', 'completion zsh > "${fpath[1]}/_untilgreen"', 'completion fish > ~/.config/fish/completions/untilgreen.fish'))
    .action(async (shell: string) => done((await import('./completion.ts')).completion(shell, program)));

  return program;
}
