import { fileURLToPath } from 'node:url';
import type { Check, CheckCommand, Language } from '../../languages/types.ts';
import { openReportFile } from '../../languages/shared/report-file.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import type { TestRun } from './ochiai.ts';

const PROBES = fileURLToPath(new URL('./probe', import.meta.url));

export interface Measured {
  runs: TestRun[];
  /** Why there are none, for people. */
  problem?: string;
}

/** A run with the probe may take this many times what the tests took without it, and at least this long. */
const MOST_TIMES = 2;
const LEAST_MS = 30_000;

/**
 * Runs a check once more in the sandbox, and tells which functions each of its tests entered. For pytest, and for node:test on
 * JavaScript; other frameworks give a `problem`, as does a run that takes more than twice the time of the tests alone.
 *
 * Tests can write to the report: what it says orders places to look at, and is no evidence of anything.
 *
 * @param took  milliseconds that the check took without the probe
 */
export async function measureRuns(check: Check, input: { bench: Workbench; sandbox: Sandbox; languages: readonly Language[]; took: number; files?: RelativePath[]; signal?: AbortSignal }): Promise<Measured> {
  const { bench } = input;
  const language = input.languages.find((l) => l.name === check.language);
  if (!language || (check.framework !== 'pytest' && check.framework !== 'node:test')) return { runs: [], problem: `What the tests of ${check.id} run is not measured: only pytest and node:test can be.` };
  const prepared = await language.prepareCheck(check, bench, { files: input.files });
  const report = await openReportFile(bench.root);
  try {
    const probed = check.framework === 'pytest' ? withPlugin(prepared) : withImport(prepared);
    if (!probed) return { runs: [], problem: `The tests of ${check.id} cannot be run.` };
    const { command } = prepared;
    const result = await input.sandbox.run({
      ...command, ...probed,
      env: { ...command.env, ...probed.env, UNTILGREEN_SPECTRUM_FILE: `${bench.mountAt}/${report.name}`, UNTILGREEN_SPECTRUM_ROOT: bench.mountAt },
      workspace: bench.root,
      mountAt: bench.mountAt,
      mounts: [...bench.mounts, ...(command.mounts ?? []), { source: PROBES, target: PROBES }],
      limits: { ...command.limits, wallMs: Math.max(LEAST_MS, MOST_TIMES * input.took) },
      signal: input.signal,
    });
    if (result.status === 'timeout') return { runs: [], problem: `Measuring what the tests of ${check.id} run would take more than ${MOST_TIMES} times as long as the tests.` };
    if (result.status !== 'exited') return { runs: [], problem: `The tests of ${check.id} were stopped by the sandbox: ${result.status}.` };
    return { runs: await runsOf(await report.read(), bench) };
  } finally {
    await report.close();
    await prepared.cleanup();
  }
}

type Probed = Partial<Pick<CheckCommand['command'], 'argv' | 'stdin'>> & { env: Record<string, string> };

function withPlugin({ command }: CheckCommand): Probed | undefined {
  const config: unknown = command.stdin === undefined ? undefined : JSON.parse(command.stdin);
  if (typeof config !== 'object' || config === null || !('args' in config) || !Array.isArray(config.args)) return undefined;
  return { stdin: JSON.stringify({ ...config, args: ['-p', 'untilgreen_spectrum', ...(config.args as unknown[])] }), env: { PYTHONPATH: PROBES } };
}

function withImport({ command }: CheckCommand): Probed | undefined {
  const at = command.argv.indexOf(process.execPath);
  if (at < 0 || !command.argv.includes('--test')) return undefined;
  // The parent process of node:test runs no tests, and hooks would make it wait for some.
  const guard = `data:text/javascript,${encodeURIComponent(`if (process.env.NODE_TEST_CONTEXT) await import(${JSON.stringify(`file://${PROBES}/spectrum.mjs`)});`)}`;
  return { argv: command.argv.toSpliced(at + 1, 0, `--import=${guard}`), env: {} };
}

async function runsOf(text: string, bench: Workbench): Promise<TestRun[]> {
  const starts = new Map<RelativePath, Promise<number[]>>();
  const lineStarts = (path: RelativePath): Promise<number[]> => {
    const known = starts.get(path) ?? bench.readText(path).then(({ text: source }) => [0, ...Array.from(source.matchAll(/\n/g), (match) => match.index + 1)]);
    starts.set(path, known);
    return known;
  };
  const runs: TestRun[] = [];
  for (const line of text.split('\n')) {
    const record = recordOf(line);
    if (!record) continue;
    const lines = new Map<RelativePath, number[]>(Object.entries(record.lines ?? {}));
    for (const [path, offsets] of Object.entries(record.offsets ?? {})) {
      if (!(await bench.exists(path))) continue;
      const at = await lineStarts(path);
      lines.set(path, offsets.map((offset) => at.filter((start) => start <= offset).length));
    }
    runs.push({ test: record.test, outcome: record.outcome, lines });
  }
  return runs;
}

interface RunRecord {
  test: string;
  outcome: 'passed' | 'failed';
  lines?: Record<string, number[]>;
  offsets?: Record<string, number[]>;
}

const isNumbers = (value: unknown): value is Record<string, number[]> => typeof value === 'object' && value !== null && Object.values(value).every((list) => Array.isArray(list) && list.every((n) => typeof n === 'number'));

/** A line of the report; tests may have written into it, so that it is read as anything else from outside. */
function recordOf(line: string): RunRecord | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value !== 'object' || value === null || !('test' in value) || typeof value.test !== 'string' || !('outcome' in value)) return undefined;
    if (value.outcome !== 'passed' && value.outcome !== 'failed') return undefined;
    const lines = 'lines' in value && isNumbers(value.lines) ? value.lines : undefined;
    const offsets = 'offsets' in value && isNumbers(value.offsets) ? value.offsets : undefined;
    return { test: value.test, outcome: value.outcome, lines, offsets };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
