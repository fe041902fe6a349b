// What one call of a tool costs, as ratios: against the bare interpreter that runs the same code with nothing around it, and against the wave that a
// call is made of. Calls are interleaved, so that a busy machine slows all of them alike.
//   npx tsx bench/capabilities/run.mts [--calls 20]
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { useTool } from '../../src/capabilities/run/run.ts';
import { schemasOf } from '../../src/capabilities/run/schemas.ts';
import type { Capability } from '../../src/capabilities/types.ts';
import { functionLanguage } from '../../src/languages/function/registry.ts';
import type { FunctionLanguageName } from '../../src/languages/function/types.ts';
import { openSandbox } from '../../src/sandbox/open.ts';

interface Sample {
  language: FunctionLanguageName;
  signature: string;
  code: string;
  /** Lines that call it when it is run by itself. */
  tail: string;
  file: string;
  command: string[];
}

const body = 'return percent / 100 * number';
const samples: Sample[] = [
  { language: 'python', signature: 'def calculate_percentage(percent: float, number: float) -> float:', code: `def calculate_percentage(percent: float, number: float) -> float:\n    ${body}\n`, tail: 'print(calculate_percentage(15, 300))\n', file: 'tool.py', command: ['python3', 'tool.py'] },
  { language: 'javascript', signature: '/** @param {number} percent @param {number} number @returns {number} */\nfunction calculate_percentage(percent, number)', code: `export function calculate_percentage(percent, number) {\n  ${body};\n}\n`, tail: 'console.log(calculate_percentage(15, 300));\n', file: 'tool.mjs', command: ['node', 'tool.mjs'] },
  // Node runs no types before 22: the bare program is the same without them.
  { language: 'typescript', signature: 'function calculate_percentage(percent: number, number: number): number', code: `export function calculate_percentage(percent: number, number: number): number {\n  ${body};\n}\n`, tail: 'console.log(calculate_percentage(15, 300));\n', file: 'typed.mjs', command: ['node', 'typed.mjs'] },
  { language: 'go', signature: 'func calculate_percentage(percent, number float64) float64', code: `package solution\n\nfunc calculate_percentage(percent, number float64) float64 {\n\t${body}\n}\n`, tail: '\nfunc main() { println(calculate_percentage(15, 300)) }\n', file: 'main.go', command: ['go', 'run', 'main.go'] },
];

const { values } = parseArgs({ options: { calls: { type: 'string', default: '20' } } });
const calls = Number(values.calls);
const run = promisify(execFile);
const sandbox = await openSandbox();
const folder = mkdtempSync(join(tmpdir(), 'bench-run-'));
const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

for (const { language: name, signature, code, tail, file, command } of samples) {
  const language = functionLanguage(name);
  const head = await language.parseSignature(signature, 'calculate_percentage');
  const tool = { language: name, name: 'calculate_percentage', signature, code, errors: [], ...schemasOf(head) } as unknown as Capability;
  writeFileSync(join(folder, file), (code + tail).replace('package solution', 'package main').replaceAll(file === 'typed.mjs' ? /: number/g : /^$/g, ''));
  const call = async (): Promise<void> => {
    const result = await useTool(tool, { percent: 15, number: 300 }, { sandbox });
    if (!result.ok || result.result !== 45) throw new Error(JSON.stringify(result));
  };
  const wave = async (): Promise<unknown> => language.check({ sandbox, signature: head, candidates: [{ id: '0', code }], cases: [{ setup: '', expression: 'calculate_percentage(15, 300)' }], caseMs: 5_000 });
  const bare = async (): Promise<unknown> => run(command[0]!, command.slice(1), { cwd: folder });
  for (const work of [call, wave, bare]) await work();
  const times = { call: [] as number[], wave: [] as number[], bare: [] as number[] };
  for (let at = 0; at < calls; at += 1) {
    times.bare.push(await timed(bare));
    times.wave.push(await timed(wave));
    times.call.push(await timed(call));
  }
  const [one, other, plain] = [median(times.call), median(times.wave), median(times.bare)];
  console.log(`${name.padEnd(11)} call ${one.toFixed(0).padStart(5)} ms   ${(one / other).toFixed(2)} × the wave alone   ${(one / plain).toFixed(1)} × ${command.join(' ')}`);
}
rmSync(folder, { recursive: true, force: true });
process.exit(0);
