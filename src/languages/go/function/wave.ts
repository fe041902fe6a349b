import { randomBytes } from 'node:crypto';
import type { Sandbox, SandboxResult } from '../../../sandbox/types.ts';
import type { Candidate, Outcome } from '../../function/types.ts';
import { BUILD_MS, linesOf, withBench } from './bench.ts';
import type { Bench, RunnerLine } from './bench.ts';
import { BUILD_FLAGS, MODULE } from './seed.ts';

/** A body that is compiled beside a candidate: it gives the results of one case, a slice of `any`. */
export interface WaveCase {
  /** Statements, the last of which returns. The package `report` is there under the wave's name for it. */
  body: (report: string) => string;
  /** Import lines, as in an import block. */
  imports: readonly string[];
}

export interface Wave {
  sandbox: Sandbox;
  candidates: readonly Candidate[];
  cases: readonly WaveCase[];
  caseMs: number;
  timeouts: number;
  /** The last result of the function is an error: alone it counts too. */
  fails: boolean;
  signal?: AbortSignal | undefined;
}

export interface WaveReport {
  /** What the compiler said, by candidate: an error in its own code, or in a case. */
  errors: Map<string, CompileError[]>;
  /** By candidate, then by case; what is missing did not run. */
  outcomes: Map<string, Map<number, Outcome>>;
  /** The compiler was ended, or could not run: nothing is known. */
  unbuilt?: string;
}

export interface CompileError {
  /** The candidate's own file, or a case by its number. */
  of: 'code' | number;
  line: number;
  message: string;
}

/** A case that ended in a way for which another process may be to blame. */
interface Odd {
  id: string;
  cases: number[];
}

/**
 * Compiles all candidates with all cases and runs them, in one command of the sandbox; what ended oddly there (killed, out of time with little
 * processor time spent, missing) is run once more alone.
 */
export function runWave(wave: Wave): Promise<WaveReport> {
  return withBench(wave.sandbox, wave.signal, async (bench) => {
    const layout = writeWave(bench, wave);
    const settings = { caseMs: wave.caseMs, timeouts: wave.timeouts };
    const jobs = wave.candidates.map(({ id }, index) => ({ id, binary: `bin/c${index}`, cases: wave.cases.length }));
    const args = ['build', ...BUILD_FLAGS, '-ldflags=-s -w', '-gcflags=-e', '-o', 'bin/', ...wave.candidates.flatMap((_, index) => [`./c${index}`, `./run/c${index}`])];
    const most = BUILD_MS + wave.candidates.length * (wave.timeouts + 1) * wave.caseMs + wave.candidates.length * wave.cases.length * 50 + 30_000;
    const report = read(await bench.run({ ...settings, args, jobs, atOnce: 4 }, most), wave, layout);
    for (const { id, cases } of oddOnes(report, wave)) {
      const index = wave.candidates.findIndex((one) => one.id === id);
      const again = await bench.run({ ...settings, jobs: [{ id, binary: `bin/c${index}`, cases: wave.cases.length, only: cases }], atOnce: 1 }, cases.length * (wave.caseMs + 1000) + 30_000);
      const own = report.outcomes.get(id) ?? new Map<number, Outcome>();
      for (const at of cases) own.set(at, { kind: 'crashed', how: again.status === 'oom' ? 'memory' : 'no report' });
      for (const line of linesOf(again)) if (line.id === id && line.outcome && cases.includes(line.case)) own.set(line.case, line.outcome);
      report.outcomes.set(id, own);
    }
    return report;
  });
}

/** Where each case begins in the file that is compiled beside a candidate, by 1-based line. */
type Layout = number[];

function writeWave({ write }: Bench, wave: Wave): Layout {
  // A name that no candidate can know: it stands in the same package.
  const nonce = randomBytes(8).toString('hex');
  const { text, layout } = casesFile(wave.cases, nonce);
  for (const [index, { code }] of wave.candidates.entries()) {
    write(`c${index}/solution.go`, asSolution(code));
    write(`c${index}/untilgreen_cases.go`, text);
    write(
      `run/c${index}/main.go`,
      `package main\n\nimport (\n\tsolution "${MODULE}/c${index}"\n\t"${MODULE}/report"\n)\n\nfunc main() { report.Run(solution.Cases${nonce}(), ${wave.fails}) }\n`,
    );
  }
  return layout;
}

/** The code as a file of `package solution`, with its lines where they are. */
export function asSolution(code: string): string {
  const clause = /^([\t ]*)package[\t ]+[\p{L}_]\w*/mu;
  return clause.test(code) ? code.replace(clause, '$1package solution') : `package solution; ${code}`;
}

function casesFile(cases: readonly WaveCase[], nonce: string): { text: string; layout: Layout } {
  const report = `report${nonce}`;
  const imports = [...new Set(cases.flatMap((one) => [...one.imports]))];
  let text = `package solution\n\nimport (\n\t${report} "${MODULE}/report"\n${imports.map((line) => `\t${line}\n`).join('')})\n\nfunc Cases${nonce}() []${report}.Case {\n\treturn []${report}.Case{\n`;
  const layout: Layout = [];
  for (const one of cases) {
    layout.push(text.split('\n').length);
    text += `\t\tfunc() []any {\n${one.body(report)}\n\t\t},\n`;
  }
  return { text: `${text}\t}\n}\n`, layout };
}

function read(result: SandboxResult, wave: Wave, layout: Layout): WaveReport & { cpu: Map<string, number> } {
  const report = { errors: new Map<string, CompileError[]>(), outcomes: new Map<string, Map<number, Outcome>>(), cpu: new Map<string, number>() };
  let build: RunnerLine['build'];
  for (const line of linesOf(result)) {
    build ??= line.build;
    if (line.id === undefined || !line.outcome) continue;
    const own = report.outcomes.get(line.id) ?? new Map<number, Outcome>();
    own.set(line.case, line.outcome);
    report.outcomes.set(line.id, own);
    report.cpu.set(`${line.id} ${line.case}`, line.cpu);
  }
  if (!build || build.late) return { ...report, unbuilt: build?.late ? `the compiler did not end in ${BUILD_MS / 1000} s` : `the build ended with ${result.status}: ${result.stderr.trim().slice(0, 200)}` };
  for (const [, at = '', file = '', line = '0', message = ''] of build.output.matchAll(/^(?:\.\/)?c(\d+)\/(\w+)\.go:(\d+)(?::\d+)?: (.*)$/gm)) {
    const id = wave.candidates[Number(at)]?.id;
    if (id === undefined) continue;
    const of = file === 'untilgreen_cases' ? Math.max(layout.findLastIndex((from) => from <= Number(line)), 0) : 'code';
    report.errors.set(id, [...(report.errors.get(id) ?? []), { of, line: Number(line), message }]);
  }
  const silent = wave.candidates.every(({ id }) => !report.errors.has(id) && !report.outcomes.has(id));
  return build.exit !== 0 && silent && wave.candidates.length > 0 ? { ...report, unbuilt: build.output.trim().split('\n')[0] ?? 'go build failed' } : report;
}

function oddOnes(report: WaveReport & { cpu: Map<string, number> }, wave: Wave): Odd[] {
  if (report.unbuilt !== undefined) return [];
  return wave.candidates.flatMap(({ id }): Odd[] => {
    if (report.errors.has(id)) return [];
    const own = report.outcomes.get(id);
    const cases = wave.cases.flatMap((_, at) => {
      const outcome = own?.get(at);
      // Out of time although it had the processor for most of it: nobody else was to blame. So a busy machine fails no candidate.
      const starved = outcome?.kind === 'timeout' && (report.cpu.get(`${id} ${at}`) ?? 0) < wave.caseMs / 2;
      const killed = outcome?.kind === 'crashed' && outcome.how === 'SIGKILL';
      return outcome === undefined || starved || killed ? [at] : [];
    });
    return cases.length > 0 ? [{ id, cases }] : [];
  });
}
