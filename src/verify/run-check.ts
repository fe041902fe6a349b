import { stripTerminalEscapes } from '../sandbox/host.ts';
import type { Check, CheckReport, Language, TestResult } from '../languages/types.ts';
import type { Limits, Mount, Sandbox, SandboxResult } from '../sandbox/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';
import { lookedAt, startedApp } from './acceptance/acceptance.ts';

export interface CheckRunner {
  bench: Workbench;
  sandbox: Sandbox;
  languages: readonly Language[];
  limits?: Partial<Limits>;
  signal?: AbortSignal;
}

/** Characters of output that a report keeps: enough for a stack trace at either end. */
const OUTPUT_KEPT = 20_000;

function shorten(text: string): string {
  if (text.length <= OUTPUT_KEPT) return text;
  const half = OUTPUT_KEPT / 2;
  return `${text.slice(0, half)}\n… ${text.length - OUTPUT_KEPT} characters left out …\n${text.slice(-half)}`;
}

/**
 * Runs one check in the sandbox and reads its per-test results.
 *
 * Never rejects for what the project's code does: a check that cannot run is a report with status `broken`,
 * `timeout` or `sandbox_error`.
 *
 * @param options.files    only these test files, where the framework can be narrowed
 * @param options.testIds  only these tests, likewise
 */
export async function runCheck(
  check: Check,
  runner: CheckRunner,
  options: { files?: RelativePath[]; testIds?: string[] } = {},
): Promise<CheckReport> {
  const { bench, sandbox } = runner;
  if (check.framework === 'acceptance') return runAcceptance(check, runner);
  if (check.framework === 'command' && !check.language) return runCommand(check, runner);
  const language = runner.languages.find((l) => l.name === check.language);
  if (!language) throw new TypeError(`check '${check.id}' names the language '${String(check.language)}', which is not registered`);
  const prepared = await language.prepareCheck(check, bench, { ...options, sandbox, ...(runner.signal ? { signal: runner.signal } : {}) });
  try {
    const result = await sandbox.run({
      ...prepared.command,
      workspace: bench.root,
      mountAt: bench.mountAt,
      mounts: [...bench.mounts, ...(prepared.command.mounts ?? [])],
      limits: { ...runner.limits, ...prepared.command.limits },
      signal: runner.signal,
    });
    const read = await prepared.read(result);
    return report(check, result, { ...read, status: ended(result) ?? read.status });
  } finally {
    await prepared.cleanup();
  }
}

/** What the languages of a project need in the sandbox, together. */
async function toolchains({ bench, languages }: CheckRunner): Promise<{ mounts: Mount[]; env: Record<string, string> }> {
  const mounts: Mount[] = [];
  const env: Record<string, string> = {};
  const path: string[] = [];
  for (const language of languages) {
    if (!(await language.detect(bench)).length) continue;
    const toolchain = await language.toolchain(bench);
    mounts.push(...toolchain.mounts.filter((m) => !mounts.some((other) => other.target === m.target)));
    for (const [name, value] of Object.entries(toolchain.env)) {
      if (name === 'PATH') path.push(...value.split(':'));
      else env[name] = value;
    }
  }
  if (path.length) env['PATH'] = [...new Set(path)].join(':');
  return { mounts, env };
}

/** A file that is looked at, or an app that is started and asked. */
async function runAcceptance(check: Check, runner: CheckRunner): Promise<CheckReport> {
  const { bench, sandbox } = runner;
  const started = performance.now();
  const looked = await lookedAt(check, bench);
  const app = looked ? undefined : await startedApp(bench, await toolchains(runner));
  const result: SandboxResult = app
    ? await sandbox.run({ ...app.command, workspace: bench.root, mountAt: bench.mountAt, limits: { ...runner.limits, ...app.command.limits }, signal: runner.signal })
    : { status: 'exited', exitCode: 0, signal: null, stdout: '', stderr: '', truncated: { stdout: false, stderr: false }, peakMemoryBytes: undefined, cpuMs: undefined, wallMs: performance.now() - started, rung: sandbox.guarantees.rung };
  const test = looked ?? app?.read(result) ?? { id: check.id, outcome: 'failed' as const, errorClass: 'NoAnswer', message: 'Nothing in the project says any more how the app is started.' };
  return report(check, result, { tests: [test], collected: 1, errors: [], status: result.status === 'sandbox_error' ? 'sandbox_error' : test.outcome === 'passed' ? 'passed' : 'failed' });
}

/** A plain command is one test of its own name: its exit status is the only thing that counts. */
async function runCommand(check: Check, runner: CheckRunner): Promise<CheckReport> {
  const { bench, sandbox } = runner;
  const { mounts, env } = await toolchains(runner);
  const result = await sandbox.run({
    argv: ['/bin/sh', '-c', check.command ?? 'false'],
    workspace: bench.root,
    mountAt: bench.mountAt,
    cwd: check.cwd,
    mounts: [...bench.mounts, ...mounts],
    env,
    limits: runner.limits,
    signal: runner.signal,
  });
  const passed = result.status === 'exited' && result.exitCode === 0;
  const test: TestResult = {
    id: check.id,
    outcome: passed ? 'passed' : 'failed',
    message: passed ? undefined : `exit ${String(result.exitCode ?? result.status)}: ${lastLines(result.stderr || result.stdout, 12)}`,
    errorClass: passed ? undefined : 'CommandFailed',
    durationMs: result.wallMs,
  };
  return report(check, result, { tests: [test], collected: 1, errors: [], status: ended(result) ?? (passed ? 'passed' : 'failed') });
}

function ended(result: SandboxResult): CheckReport['status'] | undefined {
  if (result.status === 'timeout') return 'timeout';
  if (result.status === 'sandbox_error') return 'sandbox_error';
  if (result.status !== 'exited') return 'broken';
  return undefined;
}

function report(
  check: Check,
  result: SandboxResult,
  read: Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>,
): CheckReport {
  const errors = [...read.errors];
  if (result.status !== 'exited') errors.push({ message: result.error ?? `stopped by the sandbox: ${result.status}` });
  return {
    check,
    status: read.status,
    tests: read.tests.map((t) => (t.message === undefined ? t : { ...t, message: stripTerminalEscapes(t.message) })),
    collected: read.collected,
    errors,
    exitCode: result.exitCode,
    durationMs: result.wallMs,
    output: shorten(stripTerminalEscapes([result.stdout, result.stderr].filter(Boolean).join('\n'))),
    sandbox: {
      status: result.status,
      rung: result.rung,
      peakMemoryBytes: result.peakMemoryBytes,
      cpuMs: result.cpuMs,
      wallMs: result.wallMs,
    },
  };
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Runs every check one after the other from the same files; what a check leaves behind is taken away again. */
export async function runChecks(
  checks: readonly Check[],
  runner: CheckRunner,
  options: { files?: RelativePath[]; onReport?: (report: CheckReport) => void; onStart?: (check: Check) => void } = {},
): Promise<CheckReport[]> {
  const reports: CheckReport[] = [];
  const before = await runner.bench.checkpoint();
  for (const check of checks) {
    runner.signal?.throwIfAborted();
    options.onStart?.(check);
    const result = await runCheck(check, runner, { files: options.files });
    refuseRewrittenTests(result, await runner.bench.deltas(before), runner.languages);
    await runner.bench.restore(before);
    options.onReport?.(result);
    reports.push(result);
  }
  return reports;
}

/** What a test file says while the tests run is not what was compared: results of a run that rewrote one are worth nothing. */
function refuseRewrittenTests(report: CheckReport, deltas: Awaited<ReturnType<Workbench['deltas']>>, languages: readonly Language[]): void {
  const rewritten = deltas.find((d) => d.kind !== 'added' && languages.some((l) => l.isTestFile(d.path) || l.isTestConfig(d.path)));
  if (!rewritten) return;
  report.errors.push({ message: `The run ${rewritten.kind === 'deleted' ? 'deleted' : 'rewrote'} ${rewritten.path}, which steers its own tests.` });
  if (report.status === 'passed' || report.status === 'failed') report.status = 'broken';
}

/** Told apart from an `UntilgreenError` of the product's own: the sandbox itself failed, so nothing is known about the code. */
export function sandboxFailure(reports: readonly CheckReport[]): string | undefined {
  return reports.find((r) => r.status === 'sandbox_error')?.errors[0]?.message;
}
