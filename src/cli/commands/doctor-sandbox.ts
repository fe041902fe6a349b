import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedConfig } from '../../config/schema.ts';
import { EXIT } from '../../core/errors.ts';
import { doctorSandbox, sandboxOn } from '../../sandbox/open.ts';
import type { SandboxReport } from '../../sandbox/open.ts';
import { RUNGS, isAtLeast } from '../../sandbox/rungs/registry.ts';
import type { Guarantees, Rung, Sandbox } from '../../sandbox/types.ts';
import { configFor } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { oneLine } from '../view/text.ts';

/** How often `true` is run to tell the latency. */
const RUNS = 9;

const NAMES: Record<Rung, string> = {
  A: 'bubblewrap and a cgroup', B: 'bubblewrap, each process limited', C: 'a container', D: 'Landlock', M: 'macOS Seatbelt', none: 'no sandbox',
};

/** What a rung promises, as a person says it. */
const WORDS: { [K in Exclude<keyof Guarantees, 'rung' | 'loopback'>]: Record<Guarantees[K], string> } = {
  filesystem: {
    'private view': 'sees system programs, the tools and the project’s copy; nothing else of this machine is there',
    image: 'sees an image of its own and the project’s copy; nothing else of this machine is there',
    rules: 'sees the names of this machine’s files, may open only system programs, the tools and the project’s copy',
    host: 'may open whatever you may',
  },
  network: { none: 'none', host: 'yours' },
  memory: { hard: 'the kernel bounds all processes together', soft: 'each process is bounded, all together are looked at many times a second and ended', none: 'not bounded' },
  processes: { hard: 'the kernel bounds their number', soft: 'their number is bounded together with the user’s other processes', none: 'not bounded' },
  disk: { hard: 'the kernel bounds it', polled: 'each file is bounded, growth is looked at many times a second', none: 'not bounded' },
};

/** Milliseconds of `true`: the middle one of some runs. */
export interface Latency {
  runs: number;
  inside: number;
  /** The same program, started without a sandbox. */
  bare: number;
}

/** What `untilgreen doctor sandbox` tells. */
export interface SandboxFindings extends SandboxReport {
  /** The weakest rung that will do. */
  minRung: Rung;
  mode: 'auto' | 'none';
  /** Does the rung that would be used satisfy `minRung`. */
  ok: boolean;
  /** What to do for the next better rung than the one in use, or for any. */
  better?: { rung: Rung; problem: string; next: string };
  latency?: Latency;
}

/**
 * `untilgreen doctor sandbox`: the rung in use and why not a better one, what it promises, its canaries, its latency.
 * Exits 7 when no rung holds that is good enough, unless the sandbox is switched off.
 */
export async function doctorSandboxCommand(options: { json?: boolean; config?: string }): Promise<number> {
  const config = await configFor({ config: options.config, quiet: true });
  const findings = await examine(config.settings.sandbox);
  if (options.json) printJson(findings, 2);
  else for (const line of linesOf(findings)) print(line);
  return findings.ok || findings.mode === 'none' ? EXIT.green : EXIT.noSandbox;
}

/** The report with what the settings make of it. */
export async function examine({ min_rung: minRung, mode }: Pick<LoadedConfig['settings']['sandbox'], 'min_rung' | 'mode'>): Promise<SandboxFindings> {
  const report = await doctorSandbox();
  const { rung } = report;
  const ok = rung !== undefined && isAtLeast(rung, minRung);
  // The rungs stand in order of strength: the last one that fails before the one in use is the nearest.
  const before = report.rungs.slice(0, rung === undefined ? undefined : report.rungs.findIndex((one) => one.rung === rung));
  const nearest = before.filter((one) => here(one.rung) && one.next !== undefined && one.problem !== undefined).at(-1);
  const backend = RUNGS.find((one) => one.rung === rung);
  return {
    ...report, minRung, mode, ok,
    ...(nearest && { better: { rung: nearest.rung, problem: nearest.problem ?? '', next: nearest.next ?? '' } }),
    ...(backend && { latency: await latencyOf(sandboxOn(backend)) }),
  };
}

/** Rungs that this system can have at all. */
const here = (rung: Rung): boolean => (rung === 'M') === (process.platform === 'darwin') || rung === 'C';

async function latencyOf(sandbox: Sandbox): Promise<Latency> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'untilgreen-doctor-')));
  const [inside, bare]: [number[], number[]] = [[], []];
  const time = async (into: number[], action: () => unknown): Promise<void> => {
    const began = performance.now();
    await action();
    into.push(performance.now() - began);
  };
  try {
    for (let run = 0; run < RUNS; run += 1) {
      await time(inside, () => sandbox.run({ argv: ['true'], workspace }));
      await time(bare, () => spawnSync('true', { env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore' }));
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
  return { runs: RUNS, inside: middle(inside), bare: middle(bare) };
}

function middle(values: number[]): number {
  return Math.round((values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0) * 10) / 10;
}

/** The findings as lines for a person. */
export function linesOf(findings: SandboxFindings): string[] {
  const { rung, guarantees, minRung, ok, better, latency } = findings;
  const lines: string[] = [];
  if (findings.mode === 'none') lines.push(colors.yellow('The sandbox is switched off: commands run with your rights. What follows is what this machine could have.'), '');
  if (rung === undefined) lines.push(colors.red(`No sandbox holds here, so no code is run (rung ${minRung} or better is asked for).`));
  else if (!ok) lines.push(colors.red(`Rung ${rung} holds here, ${NAMES[rung]}; rung ${minRung} or better is asked for, so no code is run.`));
  else lines.push(`${colors.green(`Rung ${rung}`)}, ${NAMES[rung]}, ${findings.mode === 'none' ? 'would be' : 'is'} used; the weakest that would do is ${minRung}.`);
  if (guarantees) {
    lines.push('', 'What a command may do:');
    const loopback = guarantees.network === 'none' ? (guarantees.loopback ? 'none, but for a loopback of its own' : 'none, no loopback either') : 'yours';
    const rows: [string, string][] = [
      ['files', WORDS.filesystem[guarantees.filesystem]], ['network', loopback], ['memory', WORDS.memory[guarantees.memory]], ['processes', WORDS.processes[guarantees.processes]], ['disk', WORDS.disk[guarantees.disk]],
    ];
    for (const [name, text] of rows) lines.push(`  ${name.padEnd(10)} ${text}`);
  }
  if (latency) lines.push('', `\`true\` takes ${latency.inside} ms in it and ${latency.bare} ms without (the middle of ${latency.runs} runs).`);
  lines.push('', 'Rungs, the strongest first:');
  for (const one of findings.rungs) {
    const holding = one.canaries.filter((canary) => canary.ok).length;
    const state = one.usable ? `${colors.green('holds')}, ${holding} of ${one.canaries.length} canaries${one.rung === rung ? ', in use' : ''}` : `${colors.yellow('not usable')}: ${oneLine(one.problem ?? '')}`;
    lines.push(`  ${one.rung} ${NAMES[one.rung]}: ${state}`);
  }
  if (better) lines.push('', `${rung === undefined ? 'To have a sandbox' : 'For a better one'} (rung ${better.rung}): ${oneLine(better.next)}`);
  const tried = findings.rungs.find((one) => one.rung === rung) ?? findings.rungs.find((one) => one.canaries.length > 0);
  if (tried && tried.canaries.length > 0) {
    lines.push('', `Canaries of rung ${tried.rung}, tried inside it just now:`);
    for (const { name, ok: held, expected, got } of tried.canaries) lines.push(`  ${held ? colors.green('ok  ') : colors.red('FAIL')} ${name}: ${held ? oneLine(got || 'none') : `expected ${oneLine(expected)}, got ${oneLine(got)}`}`);
  }
  return lines;
}
