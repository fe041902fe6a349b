import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Candidate } from '../../function/types.ts';
import { openReportFile } from '../../shared/report-file.ts';
import { number, readRecords } from '../../shared/reports.ts';
import { watchSilence } from '../../shared/silence.ts';
import { noPython } from './tree.ts';

const DRIVER = fileURLToPath(new URL('./driver', import.meta.url));
/** Its report is written as test runs write theirs. */
const RUNNER = fileURLToPath(new URL('../runner', import.meta.url));
const MiB = 1024 * 1024;
/** Milliseconds without a word after which a wave counts as stopped; it says one every second. */
const SILENCE_MS = 10_000;
/** Of one process over what the interpreter has, so that two of them fit under the limit of the whole. */
const CANDIDATE_BYTES = 512 * MiB;
const LIMITS = { memoryBytes: 1536 * MiB, processes: 64, fileBytes: 96 * MiB, diskBytes: 96 * MiB, tmpBytes: 16 * MiB } as const;
/** Times the limit of a case that one candidate may spend, as in the driver, and what starting takes. */
const MOST_SPENT = 10;

/** One thing to do in the process of a candidate. */
export interface Task {
  kind: 'case' | 'property';
  /** Milliseconds; default the wave's. */
  limitMs?: number;
  [field: string]: unknown;
}

export interface WaveRequest {
  sandbox: Sandbox;
  candidates: readonly Candidate[];
  /** The function each has to define; null where any module will do. */
  name: string | null;
  tasks: readonly Task[];
  /** Milliseconds of one task. */
  limitMs: number;
  timeouts: number;
  /** See `CheckRequest.large`. */
  large?: boolean;
  /** Folder of packages that tasks need (hypothesis), and what is imported before the fork. */
  tools?: { sitePackages: string; imports: string[] };
  signal?: AbortSignal;
}

/** What one candidate came to, as the driver told it; nothing in it has been looked at. */
export interface Told {
  problem?: unknown;
  outcomes?: unknown[];
}

/**
 * Runs the tasks in every candidate, in one command of the sandbox. Where that ended early, those that were running are run once more, each
 * in a command of its own, and the others together; so is every one whose process was killed and not by the clock.
 *
 * @returns one for each candidate, in their order; undefined for one that ended even its own command
 * @throws `file_missing` without Python, `cancelled`, `sandbox_error`
 */
export async function runWave(request: WaveRequest): Promise<(Told | undefined)[]> {
  const told = new Map<number, Told>();
  const alone = new Set<number>();
  let open = request.candidates.map((_, index) => index);
  // Each turn ends at least what was running when the last one broke off.
  while (open.length > 0) {
    const running = await runOnce(request, open, told);
    for (const index of running.length > 0 ? running : open.filter((each) => !told.has(each)).slice(0, 1)) alone.add(index);
    open = open.filter((index) => !told.has(index) && !alone.has(index));
  }
  if (request.candidates.length > 1) for (const [index, each] of told) if (wasKilled(each)) alone.add(index);
  for (const index of alone) {
    told.delete(index);
    await runOnce(request, [index], told);
  }
  return request.candidates.map((_, index) => told.get(index));
}

/** Was its process ended by a signal, or by a limit, that another one may have sent or set? */
function wasKilled({ problem, outcomes }: Told): boolean {
  return [problem, ...(outcomes ?? [])].some((each) => isRecord(each) && each['kind'] === 'crashed' && /^(?:SIG|signal |memory$)/.test(String(each['how'])));
}

/** One command; what it told is added. @returns those that were running when it ended early */
async function runOnce(request: WaveRequest, indices: readonly number[], told: Map<number, Told>): Promise<number[]> {
  const tools = await toolPaths(['python3']);
  const python = tools.programs['python3'];
  if (python === undefined) throw noPython();
  const box = makeBoxDirectory();
  const report = await openReportFile(box);
  const watch = watchSilence(SILENCE_MS, SILENCE_MS, request.signal);
  try {
    const result = await request.sandbox.run({
      argv: [python, '-S', '-s', '-B', `${DRIVER}/untilgreen_wave.py`],
      workspace: box,
      env: { PATH: tools.path, PYTHONHASHSEED: '0', ...(request.tools ? { PYTHONPATH: request.tools.sitePackages } : {}) },
      mounts: [...tools.mounts, ...[DRIVER, RUNNER, ...(request.tools ? [request.tools.sitePackages] : [])].map((path) => ({ source: path, target: path }))],
      limits: { ...LIMITS, wallMs: wallOf(request, indices.length) },
      network: 'none',
      stdin: JSON.stringify(settings(request, indices, report.name, report.nonce)),
      signal: watch.signal,
      onOutput: watch.heard,
    });
    if (request.signal?.aborted) throw cancelled();
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox did not start.', {});
    const { records, ended } = readRecords(await report.read(), report.nonce);
    const started = new Set<number>();
    for (const record of records) {
      const index = indices[number(record['index']) ?? -1];
      if (index === undefined) continue;
      if (record.k === 'started') started.add(index);
      else if (record.k === 'done') told.set(index, { problem: record['problem'], ...(Array.isArray(record['outcomes']) ? { outcomes: record['outcomes'] } : {}) });
    }
    if (ended) return [];
    if (started.size === 0 && !watch.silent) {
      throw new UntilgreenError('sandbox_error', `Python could not be started in the sandbox (${result.status}, exit ${String(result.exitCode)}): ${lastLine(result.stderr)}`, { status: result.status });
    }
    return [...started].filter((index) => !told.has(index));
  } catch (thrown) {
    if (request.signal?.aborted && !(thrown instanceof UntilgreenError)) throw cancelled(thrown);
    throw thrown;
  } finally {
    watch.stop();
    await report.close();
    await removeBoxDirectory(box);
  }
}

function settings(request: WaveRequest, indices: readonly number[], report: string, nonce: string): Record<string, unknown> {
  return {
    report,
    nonce,
    candidates: indices.map((index) => ({ code: request.candidates[index]!.code })),
    name: request.name,
    tasks: request.tasks,
    limitMs: request.limitMs,
    timeouts: request.timeouts,
    memory: CANDIDATE_BYTES,
    ...(request.large ? { large: true } : {}),
    ...(request.tools ? { tools: true, imports: request.tools.imports } : {}),
  };
}

/** What a wave may take at most: reached only where a candidate holds up everything. */
function wallOf({ limitMs, tasks }: WaveRequest, candidates: number): number {
  const longest = Math.max(limitMs, ...tasks.map((task) => task.limitMs ?? 0));
  return 30_000 + Math.ceil(candidates / 2) * (MOST_SPENT + 1) * (longest + 2000);
}

const cancelled = (cause?: unknown): UntilgreenError => new UntilgreenError('cancelled', 'Cancelled while candidates were checked.', {}, undefined, { cause });
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
