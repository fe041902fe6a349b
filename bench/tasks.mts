#!/usr/bin/env -S npx tsx
// Runs untilgreen on public tasks with a live model and writes a table of what came out.
//
//   UNTILGREEN_API_KEY=… npx tsx bench/tasks.mts --data DIR --tasks quixbugs:4,exercism-python:3,exercism-typescript:bowling
//     --base-url URL --model NAME --out FILE [--jobs 2] [--budget 20m] [--keep DIR] [--reference]
//
// `suite:3` takes the first three of a suite in the order below; `suite:name+name` takes these. No task text stands in this
// repository: DIR holds one JSON Lines file per suite. Models have seen these tasks; the figures serve comparisons, not fame.
//
// `--reference` puts the known solution in place of a run, which shows that the projects made here can become green.
import { spawn, type SpawnOptions } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';

/** A small project as a user would have it, with what the bench alone knows. */
interface Task {
  suite: string;
  name: string;
  request: string;
  files: Record<string, string>;
  /** Paths in `files` that hold the tests; they are put back before the result is judged. */
  tests: string[];
  /** A known solution: path to text. */
  reference: Record<string, string>;
  /** Command that runs the tests, after `install`. */
  test: string[];
  install?: string[];
}

type Row = Record<string, string>;
type Exercise = { slug: string; instructions: string; files: Row; tests: Row; support: Row; reference: Row };

interface Result {
  task: string;
  outcome: string;
  exitCode: number | null;
  iterations: number;
  /** Requests that reached the model, repeated ones and corrections included. */
  requests: number;
  tokensIn: number;
  tokensOut: number;
  wallSeconds: number;
  modelSeconds: number;
  proof: string;
  /** Do the task's own tests pass on the user's directory after the run, in a process of their own? */
  testsPass: boolean;
  /** What the run says of itself when it is not green. */
  reason: string;
  folder: string;
}

const VITEST = '4.1.12';
const TYPESCRIPT = '5.9.3';
const PYTHON_TESTS = ['python3', '-m', 'pytest', '-q'];
const README = 'README.md';

/** File of each suite, how a row becomes a task, and which rows are taken first: the moderately hard ones. */
const SUITES: Record<string, { file: string; task(row: never): Task; first: string[] }> = {
  quixbugs: { file: 'quixbugs-python.jsonl', task: quixbug, first: ['shortest_path_length', 'topological_ordering', 'next_palindrome', 'shortest_paths'] },
  'exercism-python': { file: 'exercism-python.jsonl', task: exercismPython, first: ['forth', 'connect', 'grep', 'dominoes', 'camicia'] },
  'exercism-javascript': { file: 'exercism-javascript.jsonl', task: exercismScript, first: ['go-counting', 'connect', 'ocr-numbers', 'food-chain'] },
  'exercism-typescript': { file: 'exercism-typescript.jsonl', task: exercismScript, first: ['bowling', 'react', 'alphametics', 'knapsack'] },
  'bugs-python': { file: 'humanevalpack-python-bugs.jsonl', task: pythonBug, first: [] },
  'bugs-javascript': { file: 'humanevalpack-javascript.jsonl', task: scriptBug, first: [] },
};

const repair = (path: string): string => `Make the failing tests pass: there is a bug in ${path}.`;
const implement = (path: string): string => `Make the failing tests pass: implement ${path} as described in ${README}.`;

/** One wrong line in an algorithm; bare assertions become one test each. */
function quixbug(row: { name: string; buggy_program: string; docstring: string; solution: string; tests: string }): Task {
  const path = `${row.name}.py`;
  const body = /^def test/m.test(row.tests)
    ? row.tests.replace(/^test\d+\(\)\n?/gm, '')
    : row.tests.split(/^(?=assert )/m).map((one, at) => `def test_${at + 1}():\n    ${one.trim().replaceAll('\n', '\n    ')}\n`).join('\n\n');
  const tests = `test_${path}`;
  const text = (program: string): string => `${row.docstring}\n\n${program}\n`;
  return {
    suite: 'quixbugs', name: row.name, request: repair(path), test: PYTHON_TESTS, tests: [tests], reference: { [path]: text(row.solution) },
    files: { [path]: text(row.buggy_program), [tests]: `from ${row.name} import ${row.name}\n\n\n${body.trim()}\n` },
  };
}

/** A stub, its tests and its instructions. */
function exercismPython(row: Exercise): Task {
  const [stub] = Object.keys(row.files);
  return {
    suite: 'exercism-python', name: row.slug, request: implement(stub!), test: PYTHON_TESTS, tests: Object.keys(row.tests),
    reference: { [stub!]: Object.values(row.reference)[0]! },
    files: { ...row.files, ...row.tests, [README]: row.instructions },
  };
}

/** The same for JavaScript and TypeScript; the tests are written for jest, whose names vitest has too. */
function exercismScript(row: Exercise & { language: string }): Task {
  const [stub] = Object.keys(row.files);
  const typed = row.language === 'typescript';
  const tests = Object.fromEntries(Object.entries(row.tests).map(([path, text]) => [path, withVitest(text)]));
  const manifest = {
    name: row.slug, private: true, type: 'module', scripts: { test: 'vitest run' },
    devDependencies: typed ? { typescript: TYPESCRIPT, vitest: VITEST } : { vitest: VITEST },
  };
  const config = row.support['tsconfig.json'];
  return {
    suite: `exercism-${row.language}`, name: row.slug, request: implement(stub!), tests: Object.keys(tests),
    install: ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], test: ['npx', 'vitest', 'run'],
    reference: { [stub!]: Object.values(row.reference)[0]! },
    files: {
      ...row.files, ...tests, [README]: row.instructions, 'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
      ...(config === undefined ? {} : { 'tsconfig.json': config }),
    },
  };
}

/** Exercises skip all tests but the first; a user who asks for the whole has them all on. */
function withVitest(text: string): string {
  const plain = text.replace(/\bx(it|test|describe)\b/g, '$1');
  return plain.replace(/import \{([^}]*)\} from '@jest\/globals'/, (_, names: string) => {
    const kept = [...new Set(names.split(',').map((name) => name.trim()).filter(Boolean))];
    return `import { ${kept.join(', ')} } from 'vitest'`;
  });
}

interface Bug { task_id: string; entry_point: string; prompt: string; declaration: string; buggy_solution: string; canonical_solution: string; test: string }

/** A function with a bug put in, and one test of many assertions. */
function pythonBug(row: Bug): Task {
  const name = row.entry_point;
  const path = `${name}.py`;
  const check = row.test.trim().replace(/^check\(.*\)$/m, '').trim();
  return {
    suite: 'bugs-python', name, request: repair(path), test: PYTHON_TESTS, tests: [`test_${path}`], reference: { [path]: `${row.prompt}${row.canonical_solution}` },
    files: { [path]: `${row.prompt}${row.buggy_solution}`, [`test_${path}`]: `from ${name} import *\n\n\n${check}\n\n\ndef test_${name}():\n    check(${name})\n` },
  };
}

function scriptBug(row: Bug): Task {
  const name = row.entry_point;
  const path = `${name}.js`;
  const body = row.test.trim().replaceAll('console.assert(', 'assert.ok(').replace(/^(\w+)\(\);?$/gm, `test('${name}', $1);`);
  // The tests of some tasks call a helper that the task brings along.
  const names = [...new Set([...row.prompt.matchAll(/^const (\w+) =/gm)].map((found) => found[1]!))].join(', ');
  const whole = (code: string): string => `${row.prompt}${code.trimEnd()}\n\nexport { ${names} };\n`;
  return {
    suite: 'bugs-javascript', name, request: repair(path), test: ['node', '--test'], tests: [`${name}.test.js`], reference: { [path]: whole(row.canonical_solution) },
    files: {
      [path]: whole(row.buggy_solution),
      [`${name}.test.js`]: `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { ${names} } from './${path}';\n\n${body}\n`,
      'package.json': `${JSON.stringify({ name: name.toLowerCase(), private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
    },
  };
}

/** The tasks that `--tasks` names, in its order. */
function chosen(data: string, spec: string): Task[] {
  return spec.split(',').flatMap((part) => {
    const [suite = '', which = '1'] = part.trim().split(':');
    const known = SUITES[suite];
    if (!known) throw new Error(`--tasks names the suite '${suite}'; there are ${Object.keys(SUITES).join(', ')}.`);
    const rows = readFileSync(join(data, known.file), 'utf8').trim().split('\n');
    const tasks = rows.map((line) => known.task(JSON.parse(line) as never));
    const names = /^\d+$/.test(which) ? [...new Set([...known.first, ...tasks.map((t) => t.name)])].slice(0, Number(which)) : which.split('+');
    return names.map((name) => {
      const task = tasks.find((t) => t.name === name);
      if (!task) throw new Error(`The suite '${suite}' has no task '${name}'.`);
      return task;
    });
  });
}

/** Runs a command to its end; output goes to a file or nowhere. */
async function command(argv: string[], options: SpawnOptions & { log?: string }): Promise<number | null> {
  const child = spawn(argv[0]!, argv.slice(1), { ...options, stdio: ['ignore', options.log ? 'pipe' : 'ignore', options.log ? 'pipe' : 'ignore'] });
  if (options.log) {
    const log = createWriteStream(options.log);
    const errors = createWriteStream(`${options.log}.err`);
    child.stdout!.pipe(log);
    child.stderr!.pipe(errors);
    await Promise.all([finished(log), finished(errors)]);
  }
  return child.exitCode ?? new Promise((done, failed) => child.once('exit', done).once('error', failed));
}

async function put(directory: string, files: Row): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(resolve(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/** Runs the task's own tests on a copy, so that no cache of theirs is left in the user's directory. */
async function testsPass(task: Task, place: string, name: string): Promise<boolean> {
  const copy = join(place, name);
  await cp(join(place, 'project'), copy, { recursive: true, verbatimSymlinks: true });
  await put(copy, Object.fromEntries(task.tests.map((path) => [path, task.files[path]!])));
  return (await command(task.test, { cwd: copy, log: join(place, `${name}.txt`), timeout: 120_000 })) === 0;
}

const NOTHING = { exitCode: null, iterations: 0, requests: 0, tokensIn: 0, tokensOut: 0, wallSeconds: 0, modelSeconds: 0, proof: '', testsPass: false, reason: '' };

const ROOT = resolve(import.meta.dirname, '..');

/** One task from an empty folder to its row of the table. */
async function measure(task: Task, place: string, options: string[], reference: boolean): Promise<Result> {
  const project = join(place, 'project');
  await mkdir(place);
  await put(project, task.files);
  if (task.install && (await command(task.install, { cwd: project, log: join(place, 'install.txt') })) !== 0) throw new Error(`npm could not install what ${task.name} needs; see ${place}/install.txt.`);
  if (await testsPass(task, place, 'before')) throw new Error(`The tests of ${task.name} pass before anything is done; it is no task.`);
  const began = performance.now();
  const result: Result = { ...NOTHING, task: `${task.suite}:${task.name}`, outcome: 'reference', folder: place };
  if (reference) await put(project, task.reference);
  else {
    const record = join(place, 'recording.jsonl');
    const argv = [process.execPath, join(ROOT, 'bin/untilgreen.mjs'), 'run', project, task.request, '--json', '--record', record, ...options];
    result.exitCode = await command(argv, { cwd: place, log: join(place, 'events.jsonl'), env: { ...process.env, UNTILGREEN_HOME: join(place, 'home') } });
    Object.assign(result, await readOutcome(place), { requests: existsSync(record) ? lines(record).length - 1 : 0 });
  }
  result.wallSeconds = Math.round((performance.now() - began) / 1_000);
  result.testsPass = await testsPass(task, place, 'after');
  return result;
}

/** What the run's last event and its receipt say; a run that died says nothing, which is told. */
async function readOutcome(place: string): Promise<Partial<Result>> {
  const last = lines(join(place, 'events.jsonl')).at(-1);
  const end = last?.startsWith('{') ? (JSON.parse(last) as Record<string, any>) : undefined;
  if (end?.['event'] !== 'outcome') return { outcome: 'died', reason: lines(join(place, 'events.jsonl.err')).slice(-3).join(' ') };
  const file = join(end['folder'], 'receipt.json');
  const receipt = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, any>) : undefined;
  return {
    outcome: end['outcome'], iterations: end['iterations'], tokensIn: receipt?.['totals'].inputTokens ?? 0, tokensOut: receipt?.['totals'].outputTokens ?? 0,
    modelSeconds: Math.round((receipt?.['totals'].modelMs ?? 0) / 1_000), proof: receipt?.['verdict']?.proof ?? 'none', reason: end['exitCode'] === 0 ? '' : end['summary'],
  };
}

const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean);

function markdown(results: Result[]): string {
  const head = ['task', 'outcome', 'exit', 'iterations', 'requests', 'tokens in', 'tokens out', 'wall s', 'model s', 'proof', 'tests pass', 'reason if not green'];
  const rows = results.map((r) => [
    r.task, r.outcome, r.exitCode ?? '', r.iterations, r.requests, r.tokensIn, r.tokensOut, r.wallSeconds, r.modelSeconds, r.proof, r.testsPass ? 'yes' : 'no',
    r.reason.replaceAll('|', '\\|').replaceAll('\n', ' '),
  ]);
  return `${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: join(ROOT, '../shared/data') }, tasks: { type: 'string', default: 'quixbugs:4,exercism-python:3,exercism-javascript:1,exercism-typescript:2' },
    out: { type: 'string', default: 'tasks.json' }, jobs: { type: 'string', default: '1' }, keep: { type: 'string' }, 'base-url': { type: 'string' }, model: { type: 'string' },
    'max-iterations': { type: 'string', default: '4' }, budget: { type: 'string' }, reference: { type: 'boolean', default: false },
  },
});
const flags = ['base-url', 'model', 'max-iterations', 'budget'].flatMap((name) => {
  const value = given[name as 'model'];
  return value === undefined ? [] : [`--${name}`, value];
});
const tasks = chosen(resolve(given.data), given.tasks);
const folder = given.keep ? resolve(given.keep) : await mkdtemp(join(tmpdir(), 'untilgreen-tasks-'));
await mkdir(folder, { recursive: true });
if ((await readdir(folder)).length) throw new Error(`--keep ${folder} is not empty.`);
console.error(`${tasks.length} tasks in ${folder}`);

const results: Result[] = [];
const waiting = [...tasks];
await Promise.all(
  Array.from({ length: Number(given.jobs) }, async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      const place = join(folder, `${task.suite}-${task.name}`);
      const name = `${task.suite}:${task.name}`;
      // What cannot be measured is a line of the table too; the other tasks go on.
      const result = await measure(task, place, flags, given.reference).catch((error: Error): Result => ({ ...NOTHING, task: name, outcome: 'not measured', reason: error.message, folder: place }));
      results.push(result);
      console.error(`${name} ${result.outcome}, ${result.wallSeconds} s, tests ${result.testsPass ? 'pass' : 'fail'}`);
      // After every task, so that a measurement that is stopped loses none that is done.
      await writeFile(`${given.out}.part`, `${JSON.stringify(results, null, 2)}\n`);
      await rename(`${given.out}.part`, given.out);
      await writeFile(given.out.replace(/(\.json)?$/, '.md'), markdown(results));
    }
  }),
);
process.stdout.write(markdown(results));
