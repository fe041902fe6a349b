import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UntilgreenError } from '../core/errors.ts';
import { resolveLimits } from './limits.ts';
import { openPool } from './pool.ts';
import { probe } from './probe.ts';
import type { CanaryResult, ProbeResult } from './probe.ts';
import { systemProgram } from './programs.ts';
import { RUNGS, UNSANDBOXED, isAtLeast } from './rungs/registry.ts';
import type { Obstacle, RungBackend } from './rungs/types.ts';
import type { Guarantees, Limits, OpenedSandbox, Rung } from './types.ts';

/** Raise it when the launcher or the canaries change: earlier probes say nothing about it then. */
const PROBE_VERSION = 2;

export interface SandboxOptions {
  /** Weakest rung that will do. Default D, the weakest there is. */
  minRung?: Rung;
  /** `none` runs commands as plain processes; results and guarantees say so. Default `auto`. */
  mode?: 'auto' | 'none';
  /** Where the outcome of the probe is kept. Default `$XDG_CACHE_HOME/untilgreen` or `~/.cache/untilgreen`. */
  cacheDir?: string;
  /** For every command; a command's own limits win. */
  limits?: Partial<Limits>;
}

/**
 * Opens the strongest sandbox whose canaries all hold on this machine.
 *
 * @param rungs the rungs to try, strongest first; others than the registry's only in tests
 * @throws `no_sandbox` naming what to install or switch on; `bad_arguments` for impossible limits
 * @example
 * const sandbox = await openSandbox({ limits: { wallMs: 10_000 } });
 * const result = await sandbox.run({ argv: ['python3', '-c', 'print(1)'], workspace: '/home/me/project' });
 * // { status: 'exited', exitCode: 0, stdout: '1\n', rung: 'A', … }
 */
export async function openSandbox(options: SandboxOptions = {}, rungs: readonly RungBackend[] = RUNGS): Promise<OpenedSandbox> {
  resolveLimits(options.limits);
  if (options.mode === 'none') return sandboxOn(UNSANDBOXED, options.limits);
  const least = options.minRung ?? 'D';
  const obstacles: { rung: Rung; obstacle: Obstacle }[] = [];
  for (const backend of rungs.filter(({ rung }) => isAtLeast(rung, least))) {
    const { obstacle } = await probeOnce(backend, options.cacheDir);
    if (!obstacle) return sandboxOn(backend, options.limits);
    obstacles.push({ rung: backend.rung, obstacle });
  }
  const told = obstacles.map(({ rung, obstacle }) => `rung ${rung}: ${obstacle.problem}`).join('; ');
  // The weakest rung asks for least, so its advice is the nearest way out.
  const next = obstacles.at(-1)?.obstacle.next ?? `Lower min_rung: ${least} is not built for this platform.`;
  throw new UntilgreenError('no_sandbox', `No sandbox of rung ${least} or better can be used here (${told || 'none is known'}).`, { minRung: least, obstacles }, next);
}

/** A sandbox on one backend, without asking whether it holds. For the rungs' own tests. */
export function sandboxOn(backend: RungBackend, defaults?: Partial<Limits>): OpenedSandbox {
  return {
    guarantees: backend.guarantees,
    async run(command) {
      return backend.run(command, resolveLimits(defaults, command.limits));
    },
    pool: (template, size) => openPool(backend, template, defaults, size),
  };
}

export interface SandboxReport {
  /** The rung `openSandbox` would use, or undefined. */
  rung: Rung | undefined;
  guarantees: Guarantees | undefined;
  rungs: { rung: Rung; usable: boolean; problem?: string; next?: string; canaries: CanaryResult[]; latencyMs?: number }[];
}

/** Probes every rung anew, whatever the cache says: what it holds, what is missing, how long `true` takes in it. */
export async function doctorSandbox(): Promise<SandboxReport> {
  const rungs: SandboxReport['rungs'] = [];
  for (const backend of RUNGS) {
    const { canaries, obstacle, latencyMs } = await probeUsable(backend);
    rungs.push({ rung: backend.rung, usable: !obstacle, canaries, ...obstacle, ...(latencyMs === undefined ? {} : { latencyMs }) });
  }
  const best = RUNGS.find((_, index) => rungs[index]?.usable);
  return { rung: best?.rung, guarantees: best?.guarantees, rungs };
}

async function probeUsable(backend: RungBackend): Promise<ProbeResult> {
  // Its processes would be unbounded: the kernel does not hold uid 0 to RLIMIT_NPROC.
  if (backend.rung === 'B' && process.geteuid?.() === 0) {
    return { canaries: [], obstacle: { problem: 'rung B cannot bound the processes of root', next: 'Run as an ordinary user, or as root where cgroups are writable.' } };
  }
  return probe(backend);
}

const passed = new Set<string>();

/** Only success is remembered, for this boot, this user, this bubblewrap and this version of ours. The cheap look is taken every time. */
async function probeOnce(backend: RungBackend, cacheDir?: string): Promise<ProbeResult> {
  const directory = cacheDir ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'untilgreen');
  const file = join(directory, `sandbox-${backend.rung}.json`);
  const obstacle = await backend.prepare();
  if (obstacle) return { canaries: [], obstacle };
  const key = probeKey(backend);
  let known = passed.has(`${directory} ${key}`);
  try {
    known ||= (JSON.parse(readFileSync(file, 'utf8')) as { key?: unknown }).key === key;
  } catch {
    // Not probed yet, or not readable: probe.
  }
  if (known) {
    passed.add(`${directory} ${key}`);
    return { canaries: [] };
  }
  const result = await probeUsable(backend);
  if (!result.obstacle) {
    passed.add(`${directory} ${key}`);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.${process.pid}`, JSON.stringify({ key, canaries: result.canaries, latencyMs: result.latencyMs }));
      renameSync(`${file}.${process.pid}`, file);
    } catch {
      // Without a cache the next start probes again.
    }
  }
  return result;
}

function probeKey({ rung, restsOn }: RungBackend): string {
  const boot = process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';
  const bwrap = systemProgram('bwrap');
  const parts = [PROBE_VERSION, rung, boot, process.geteuid?.(), bwrap && statSync(bwrap).mtimeMs, process.execPath, restsOn?.()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
