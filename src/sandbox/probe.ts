import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveLimits } from './limits.ts';
import type { Obstacle, RungBackend } from './rungs/types.ts';
import { toolPaths } from './tool-paths.ts';
import type { Limits } from './types.ts';

const CANARY = new URL('./canary.cjs', import.meta.url);
/** Told apart from every default, so that reading them back proves that they were set. */
const PROBE_LIMITS = { wallMs: 20_000, processes: 131, openFiles: 257, fileBytes: 3 * 1024 * 1024, memoryBytes: 1024 * 1024 * 1024 };
/** More processes than a user has beside the command's; a limit above that was not set by us. */
const MOST_OF_A_USER = 10_000;

/** One thing that was tried inside a rung. */
export interface CanaryResult {
  name: string;
  ok: boolean;
  expected: string;
  got: string;
}

export interface ProbeResult {
  canaries: CanaryResult[];
  /** Why the rung is not used, when it is not. */
  obstacle?: Obstacle;
  /** Milliseconds of `true` inside. */
  latencyMs?: number;
}

/** Runs the canaries inside the rung. Everything they aim at is made for the occasion: a listener, a secret, a file. */
export async function probe(backend: RungBackend): Promise<ProbeResult> {
  const obstacle = await backend.prepare();
  if (obstacle) return { canaries: [], obstacle };
  const base = mkdtempSync(join(tmpdir(), 'untilgreen-probe-'));
  const variable = `UNTILGREEN_CANARY_${randomBytes(6).toString('hex')}`;
  let reached = false;
  const listener = createServer((socket) => {
    reached = true;
    socket.destroy();
  });
  try {
    const workspace = join(base, 'workspace');
    const outside = join(base, 'shown');
    mkdirSync(workspace);
    mkdirSync(outside);
    // Whoever runs the canaries may come as far as the rung lets them.
    chmodSync(base, 0o711);
    writeFileSync(join(base, 'secret'), variable);
    process.env[variable] = 'secret';
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(0, '127.0.0.1', resolve));
    const node = await toolPaths(['node']);
    const limits = resolveLimits(PROBE_LIMITS);
    const run = (argv: string[], stdin?: string) =>
      backend.run({ argv, workspace, mounts: [...node.mounts, { source: outside, target: outside }], env: { PATH: node.path }, stdin }, limits);
    const result = await run([node.programs.node ?? 'node', '-', String((listener.address() as AddressInfo).port), join(base, 'secret'), join(outside, 'file'), variable, ...hostPid(backend)], readFileSync(CANARY, 'utf8'));
    if (result.status !== 'exited' || result.exitCode !== 0) {
      return { canaries: [], obstacle: refused(backend, result.error ?? `the canaries ended with ${result.status} ${result.exitCode ?? ''}: ${result.stderr.slice(0, 500)}`) };
    }
    const canaries = judge(JSON.parse(result.stdout) as Report, backend, limits, { reached, outside: existsSync(join(outside, 'file')) });
    const failed = canaries.filter(({ ok }) => !ok);
    if (failed.length > 0) {
      return { canaries, obstacle: { problem: `rung ${backend.rung} does not hold: ${failed.map(({ name, got }) => `${name} (${got})`).join(', ')}`, next: 'Report this with the output of `untilgreen doctor`; do not run untrusted code here.' } };
    }
    const began = performance.now();
    await run(['true']);
    return { canaries, latencyMs: Math.round(performance.now() - began) };
  } catch (thrown) {
    return { canaries: [], obstacle: refused(backend, String(thrown)) };
  } finally {
    delete process.env[variable];
    listener.close();
    rmSync(base, { recursive: true, force: true });
  }
}

function refused(backend: RungBackend, problem: string): Obstacle {
  if (backend.rung === 'C') return { problem: `rung C does not start: ${problem}`, next: 'Build the image anew with `untilgreen sandbox build-image`, and see whether the engine is a current one.' };
  const namespaces = /namespace|uid map|Operation not permitted|Permission denied|No permissions|No space left/i.test(problem);
  return {
    problem: `rung ${backend.rung} does not start: ${problem}`,
    next: namespaces
      ? 'Allow user namespaces: `sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000 kernel.apparmor_restrict_unprivileged_userns=0` (in Docker: `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`).'
      : 'Update bubblewrap to 0.8 or newer: `apt-get install bubblewrap`.',
  };
}

interface Report {
  environment: boolean;
  descriptors: string[];
  processes: number;
  fileBytes: number;
  openFiles: number;
  [name: string]: unknown;
}

const equal = (name: string, expected: unknown, got: unknown): CanaryResult => ({ name, ok: got === expected, expected: String(expected), got: String(got) });

/** Where the command shares the host's process numbers, ours is one it must not reach. */
function hostPid(backend: RungBackend): string[] {
  return backend.guarantees.filesystem === 'rules' ? [String(process.pid)] : [];
}

function judge(report: Report, backend: RungBackend, limits: Limits, host: { reached: boolean; outside: boolean }): CanaryResult[] {
  const denied = (name: string): CanaryResult => ({ name, ok: typeof report[name] === 'string' && report[name] !== 'done', expected: 'denied', got: String(report[name]) });
  return [
    equal('environment', false, report.environment),
    denied('hostFile'),
    denied('outsideWrite'),
    equal('outsideWrite on the host', false, host.outside),
    denied('rootWrite'),
    denied('usrWrite'),
    denied('corePattern'),
    denied('shadow'),
    denied('setIdFile'),
    denied('network'),
    equal('network on the host', false, host.reached),
    equal('workspaceWrite', 'done', report.workspaceWrite),
    // Rights and filters of Linux; Seatbelt shows its own in the denials above.
    ...(backend.rung === 'M' ? [] : [equal('noNewPrivs', '1', report.noNewPrivs), equal('capEff', '0000000000000000', report.capEff), equal('seccomp', '2', report.seccomp)]),
    // Only root can give these up; without privileges to gain they are a number.
    ...(backend.rung === 'M' || (backend.rung === 'D' && process.geteuid?.() !== 0) ? [] : [equal('capBnd', '0000000000000000', report.capBnd)]),
    // Beside those of the command the kernel counts what the user has already.
    backend.rung === 'D' || backend.rung === 'M' ? { ...equal('processes', limits.processes, report.processes), ok: report.processes >= limits.processes && report.processes < limits.processes + MOST_OF_A_USER } : equal('processes', limits.processes, report.processes),
    ...(hostPid(backend).length > 0 ? [denied('hostSignal')] : []),
    equal('fileBytes', limits.fileBytes, report.fileBytes),
    equal('openFiles', limits.openFiles, report.openFiles),
    equal('descriptors', '', report.descriptors.join(' ')),
  ];
}
