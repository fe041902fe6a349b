#!/usr/bin/env -S npx tsx
// How long a refactoring of Django takes: cold (a new process) and warm (the next ones in it), by this product's engine and by other tools on the same operations.
//
//   npx tsx bench/refactor/latency.mts DJANGO [--work DIR] [--tools untilgreen,rope,basedpyright,pyrefly] [--rounds 3] [--out PATH]
//
// DJANGO is the unpacked source of Django 5.2.3 from PyPI. Every round starts each tool anew, one after the other, so that whatever else the machine does meets all of them.
import { spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { engineFor } from '../../src/languages/refactor/registry.ts';
import type { Operation } from '../../src/languages/refactor/types.ts';
import { openSandbox } from '../../src/sandbox/open.ts';
import { openWorkbench } from '../../src/workspace/open.ts';
import { figures, load, machine, report, round, table } from '../sandbox/measure.mts';
import { cpuOf } from './cpu.mts';
import { workOf } from './prepare.mts';
import { uriOf } from './rivals/edits.mts';
import { locate } from './rivals/locate.mts';
import { LanguageServer } from './rivals/server.mts';

const text = 'django/utils/text.py';
/** The first of each list is the cold one. */
const RENAMES: readonly (Operation & { kind: 'rename' })[] = [
  { kind: 'rename', path: text, symbol: 'slugify', to: 'slug_of' },
  { kind: 'rename', path: text, symbol: 'camel_case_to_spaces', to: 'spaced_case' },
  { kind: 'rename', path: 'django/utils/encoding.py', symbol: 'force_str', to: 'to_text' },
  { kind: 'rename', path: 'django/utils/encoding.py', symbol: 'iri_to_uri', to: 'uri_of_iri' },
];
const MOVES: readonly (Operation & { kind: 'move_symbols' })[] = [
  { kind: 'move_symbols', from: text, symbols: ['slugify'], to: 'django/utils/slugs.py' },
  { kind: 'move_symbols', from: text, symbols: ['camel_case_to_spaces'], to: 'django/utils/cases.py' },
  { kind: 'move_symbols', from: text, symbols: ['phone2numeric'], to: 'django/utils/phones.py' },
];

interface Sample {
  tool: string;
  operation: string;
  state: 'cold' | 'warm';
  wallMs: number;
  cpuMs: number;
  files: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { work: { type: 'string' }, tools: { type: 'string', default: 'untilgreen,rope,basedpyright,pyrefly' }, rounds: { type: 'string', default: '3' }, out: { type: 'string' }, worker: { type: 'string' } },
});
const [given] = positionals;
if (given === undefined) throw new Error('Give the folder with the sources of Django.');
const django = resolve(given);
const work = workOf(values.work);
const nameOf = (operation: Operation): string => (operation.kind === 'rename' ? `rename ${operation.symbol}` : operation.kind === 'move_symbols' ? `move ${operation.symbols.join(', ')}` : operation.kind);

/** Our engine: the copy for reading stands already, as it does in a run; what is timed is the operation alone. */
async function own(operations: readonly Operation[]): Promise<Sample[]> {
  const bench = await openWorkbench({ source: django, root: join(work, 'benches', 'django'), blobs: join(work, 'blobs'), resume: true });
  const sandbox = await openSandbox();
  const samples: Sample[] = [];
  for (const [index, operation] of operations.entries()) {
    const [began, cpu] = [performance.now(), cpuOf(process.pid)];
    const { edits } = await engineFor(text)!.compute(operation, { bench, sandbox });
    samples.push({ tool: 'untilgreen', operation: nameOf(operation), state: index === 0 ? 'cold' : 'warm', wallMs: performance.now() - began, cpuMs: cpuOf(process.pid) - cpu, files: edits.length });
  }
  return samples;
}

/** Rope in one process; what is timed includes the start of Python for the first operation, as ours includes that of its helper. */
function rope(operations: readonly Operation[]): Sample[] {
  const input = JSON.stringify({ directory: django, operations: operations.map((operation) => ({ ...operation, offset: operation.kind === 'rename' ? locate(django, operation.path ?? '', operation.symbol).offset : operation.kind === 'move_symbols' ? locate(django, operation.from, operation.symbols[0] ?? '').offset : 0 })) });
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(join(work, 'tools', 'python', 'bin', 'python'), [join(import.meta.dirname, 'rivals', 'rope_latency.py')], { input, encoding: 'utf8', timeout: 900_000 });
  const wall = performance.now() - began;
  if (status !== 0) throw new Error(stderr.slice(-1_000));
  const told = JSON.parse(stdout) as { wallMs: number; cpuMs: number; files: number }[];
  const rest = told.reduce((sum, { wallMs }) => sum + wallMs, 0);
  return told.map((one, index) => ({ tool: 'rope', operation: nameOf(operations[index] as Operation), state: index === 0 ? 'cold' : 'warm', ...one, wallMs: index === 0 ? one.wallMs + wall - rest : one.wallMs }));
}

async function server(tool: string, argv: readonly string[], operations: readonly Operation[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  const opened = new Set<string>();
  let began = performance.now();
  const client = new LanguageServer(argv, django, {}, { python: { analysis: { diagnosticMode: 'openFilesOnly' } } });
  await client.start();
  for (const [index, operation] of operations.entries()) {
    if (operation.kind !== 'rename') continue;
    if (index > 0) began = performance.now();
    const cpu = index > 0 ? cpuOf(client.pid ?? 0) : 0;
    // Files that are not open are passed over by both servers.
    const { stdout } = spawnSync('grep', ['-rlw', '--include=*.py', operation.symbol, '.'], { cwd: django, encoding: 'utf8' });
    for (const path of stdout.split('\n').filter(Boolean).map((one) => one.slice(2)).filter((one) => !opened.has(one))) {
      opened.add(path);
      client.open(path);
    }
    const edit = (await client.request('textDocument/rename', { textDocument: { uri: uriOf(join(django, operation.path ?? '')) }, position: locate(django, operation.path ?? '', operation.symbol), newName: operation.to })) as { documentChanges?: { edits?: unknown[] }[]; changes?: Record<string, unknown[]> } | null;
    const files = (edit?.documentChanges ?? Object.values(edit?.changes ?? {}).map((edits) => ({ edits }))).filter(({ edits }) => (edits?.length ?? 0) > 0).length;
    samples.push({ tool, operation: nameOf(operation), state: index === 0 ? 'cold' : 'warm', wallMs: performance.now() - began, cpuMs: cpuOf(client.pid ?? 0) - cpu, files });
  }
  await client.stop();
  return samples;
}

/** A new process for each list, so that cold is cold. */
async function inWorker(kind: string): Promise<Sample[]> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1), '--worker', kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '[]') as Sample[];
}

async function measure(tool: string): Promise<Sample[]> {
  if (tool === 'untilgreen') return [...(await inWorker('rename')), ...(await inWorker('move'))];
  if (tool === 'rope') return [...rope(RENAMES), ...rope(MOVES)];
  if (tool === 'basedpyright') return server(tool, ['node', join(work, 'tools', 'node', 'node_modules', 'basedpyright', 'langserver.index.js'), '--stdio'], RENAMES);
  if (tool === 'pyrefly') return server(tool, [join(work, 'tools', 'python', 'bin', 'pyrefly'), 'lsp'], RENAMES);
  throw new Error(`Expected one of untilgreen, rope, basedpyright, pyrefly, got ${tool}.`);
}

if (values.worker !== undefined) {
  process.stdout.write(`${JSON.stringify(await own(values.worker === 'rename' ? RENAMES : MOVES))}\n`);
  process.exit(0);
}
const before = load();
// The copy is made ahead: a run has one anyway.
const bench = await openWorkbench({ source: django, root: join(work, 'benches', 'django'), blobs: join(work, 'blobs'), resume: true });
const python = (await bench.list()).filter(({ path }) => path.endsWith('.py')).length;
const samples: Sample[] = [];
for (let i = 0; i < Number(values.rounds); i += 1) for (const tool of values.tools.split(',')) samples.push(...(await measure(tool)));
const rows = [...new Set(samples.map(({ tool, operation, state }) => `${tool}\0${operation}\0${state}`))].map((key) => {
  const some = samples.filter(({ tool, operation, state }) => `${tool}\0${operation}\0${state}` === key);
  const [tool = '', operation = '', state = ''] = key.split('\0');
  const ours = samples.filter((one) => one.tool === 'untilgreen' && one.operation === operation && one.state === state);
  const [wall, cpu] = [figures(some.map(({ wallMs }) => wallMs)).median, figures(some.map(({ cpuMs }) => cpuMs)).median];
  return [`${operation}, ${state}, ${tool}`, round(wall, 0), round(cpu, 0), some[0]?.files ?? 0, ours.length ? round(wall / figures(ours.map(({ wallMs }) => wallMs)).median, 1) : ''];
}).toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
const after = load();
report(`Milliseconds, medians of ${values.rounds} rounds, Django with ${python} Python files. Load before: ${before}; after: ${after}\n\n${table(['operation', 'wall', 'cpu', 'files', 'times ours'], rows)}`, { machine: machine(), load: { before, after }, samples }, values.out);
process.exit(0);
