import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { GO_ENV } from '../../../sandbox/code/languages/go-cache.ts';
import type { Sandbox, SandboxResult } from '../../../sandbox/types.ts';
import type { Candidate, Outcome } from '../../function/types.ts';
import { readOutcome } from './outcome.ts';
import { BUILD_FLAGS, goMod, MODULE, waveSeed, WAVE_FOLDER } from './seed.ts';
import { toolchain } from './toolchain.ts';

/** Milliseconds that the compiler gets for a wave. Twenty candidates take under three seconds on two idle cores. */
const BUILD_MS = 120_000;
/** Longest run of a wave; what is missing then is run alone. */
const LONGEST_MS = 600_000;
/** Bytes of data of one candidate's process. */
const DATA_BYTES = 768 * 1024 * 1024;
const REPORT_BYTES = 64 * 1024 * 1024;

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
export async function runWave(wave: Wave): Promise<WaveReport> {
  const go = await toolchain();
  const seed = await waveSeed(wave.sandbox, go, wave.signal);
  const directory = makeBoxDirectory();
  try {
    const layout = writeWave(directory, wave, goMod(go));
    const command = (plan: object, wallMs: number): Promise<SandboxResult> =>
      wave.sandbox.run({
        argv: [seed.runner],
        workspace: directory,
        env: { PATH: go.tools.path, HOME: '/tmp', ...GO_ENV, GOFLAGS: '-mod=mod' },
        mounts: [...go.tools.mounts, { source: seed.folder, target: seed.folder }],
        network: 'none',
        limits: { wallMs, outputBytes: REPORT_BYTES },
        stdin: JSON.stringify({ go: go.program, seed: seed.cache, buildMs: BUILD_MS, caseMs: wave.caseMs, timeouts: wave.timeouts, dataBytes: DATA_BYTES, ...plan }),
        ...(wave.signal ? { signal: wave.signal } : {}),
      });
    const jobs = wave.candidates.map(({ id }, index) => ({ id, binary: `bin/c${index}`, cases: wave.cases.length }));
    const args = ['build', ...BUILD_FLAGS, '-ldflags=-s -w', '-gcflags=-e', '-o', 'bin/', ...wave.candidates.flatMap((_, index) => [`./c${index}`, `./run/c${index}`])];
    const most = BUILD_MS + wave.candidates.length * (wave.timeouts + 1) * wave.caseMs + wave.candidates.length * wave.cases.length * 50 + 30_000;
    const result = await command({ args, jobs, atOnce: 4 }, Math.min(most, LONGEST_MS));
    stopIfOver(result, wave.signal);
    const report = read(result, wave, layout);
    for (const { id, cases } of oddOnes(report, wave)) {
      const index = wave.candidates.findIndex((one) => one.id === id);
      const again = await command({ jobs: [{ id, binary: `bin/c${index}`, cases: wave.cases.length, only: cases }], atOnce: 1 }, Math.min(cases.length * (wave.caseMs + 1000) + 30_000, LONGEST_MS));
      stopIfOver(again, wave.signal);
      const own = report.outcomes.get(id) ?? new Map<number, Outcome>();
      for (const at of cases) own.set(at, { kind: 'crashed', how: again.status === 'oom' ? 'memory' : 'no report' });
      for (const line of linesOf(again)) if (line.id === id && line.outcome && cases.includes(line.case)) own.set(line.case, line.outcome);
      report.outcomes.set(id, own);
    }
    return report;
  } finally {
    await removeBoxDirectory(directory);
  }
}

function stopIfOver(result: SandboxResult, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', `The candidates could not be run: ${result.error ?? 'the sandbox failed'}`, {}, 'Run `untilgreen doctor`.');
}

/** Where each case begins in the file that is compiled beside a candidate, by 1-based line. */
type Layout = number[];

function writeWave(directory: string, wave: Wave, mod: string): Layout {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write('go.mod', mod);
  cpSync(join(WAVE_FOLDER, 'report'), join(directory, 'report'), { recursive: true });
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

interface Line {
  build?: { output: string; exit: number; late: boolean };
  id?: string;
  case: number;
  outcome?: Outcome;
  cpu: number;
}

function linesOf(result: SandboxResult): Line[] {
  return result.stdout.split('\n').flatMap((text): Line[] => {
    if (!text.startsWith('{')) return [];
    try {
      const read = JSON.parse(text) as { build?: Line['build']; id?: string; case?: number; outcome?: unknown; cpu?: number };
      const outcome = read.outcome === undefined ? undefined : readOutcome(read.outcome);
      return [{ case: read.case ?? 0, cpu: read.cpu ?? 0, ...(read.build ? { build: read.build } : {}), ...(read.id === undefined ? {} : { id: read.id }), ...(outcome ? { outcome } : {}) }];
    } catch {
      return []; // cut in the middle by the limit on output: that case counts as missing
    }
  });
}

function read(result: SandboxResult, wave: Wave, layout: Layout): WaveReport & { cpu: Map<string, number> } {
  const report = { errors: new Map<string, CompileError[]>(), outcomes: new Map<string, Map<number, Outcome>>(), cpu: new Map<string, number>() };
  let build: Line['build'];
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
