import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveLimits } from '../limits.ts';
import { systemProgram } from '../programs.ts';
import type { Obstacle } from '../rungs/types.ts';
import { filterArch } from '../seccomp.ts';
import { installedEngines, isRootless, variants } from './engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { findImage } from './image.ts';
import { recall, remember } from './remembered.ts';
import { HOST_PROGRAMS, runContainer } from './run.ts';

/** An engine that starts containers here, and the image it has for them. */
export interface Found {
  engine: Engine;
  image: string;
}

const BUILD = 'Build the image of the container rung: `untilgreen sandbox build-image`.';

/** The first engine that has an image and starts a container under our limits, or what is missing. */
export async function findEngine(): Promise<Found | Obstacle> {
  if (process.platform !== 'linux' || !filterArch()) return { problem: `containers are used on Linux on x86-64 and arm64 only, this is ${process.platform} on ${process.arch}`, next: 'Run in a Linux virtual machine.' };
  const missing = HOST_PROGRAMS.filter((name) => !systemProgram(name));
  if (missing.length > 0) return { problem: `${missing.join(', ')} not found`, next: 'Install them: `apt-get install util-linux coreutils`.' };
  const engines = installedEngines();
  if (engines.length === 0) return { problem: 'neither podman nor docker is installed', next: `Install podman: \`apt-get install podman\` (Fedora: \`dnf install podman\`, Arch: \`pacman -S podman\`). Then build the image: \`untilgreen sandbox build-image\`.` };
  const obstacles: Obstacle[] = [];
  for (const installed of engines) {
    const found = await tryEngine(installed);
    if ('engine' in found) return found;
    obstacles.push(found);
  }
  // The one that came furthest needs least.
  const nearest = obstacles.find(({ next }) => next === BUILD) ?? obstacles[0];
  return { problem: obstacles.map(({ problem }) => problem).join('; '), next: nearest?.next ?? BUILD };
}

const DELEGATE = 'Without root, limits need cgroup version 2 with the memory and pids controllers delegated to you (`systemctl edit user@.service`, `Delegate=memory pids cpu`); else use the engine as root.';
/** The script's words for a limit that is not there. */
const REFUSAL = /does not hold|not limited/;

async function tryEngine({ name, program }: { name: EngineName; program: string }): Promise<Found | Obstacle> {
  const { id: image, problem: silent } = await findImage({ program, options: [] });
  if (silent !== undefined) return { problem: `${name} does not answer (${silent.slice(0, 300)})`, next: name === 'docker' ? 'Start the docker daemon, or join its group.' : 'See what `podman images` says.' };
  if (!image) return { problem: `${name} has no image of ours`, next: BUILD };
  const known = recall(program);
  if (known) return { engine: known, image };
  const rootless = await isRootless({ name, program });
  // Known beforehand, and dear to find out: a rootless engine may copy the whole image for each try.
  if (rootless && !existsSync('/sys/fs/cgroup/cgroup.controllers')) return { problem: `${name} without root limits nothing where cgroups are version 1`, next: DELEGATE };
  let said = '';
  for (const options of variants(name)) {
    const engine: Engine = { name, program, options, rootless };
    const problem = await tryStart(engine, image);
    if (problem === undefined) {
      remember(engine);
      return { engine, image };
    }
    // One that came as far as our own refusal tells more than one that did not start.
    if (said === '' || REFUSAL.test(problem)) said = problem;
    if (REFUSAL.test(problem)) break;
  }
  const limits = REFUSAL.test(said);
  return {
    problem: `${name} does not start a container${limits ? ' that its limits bind' : ''} (${said})`,
    next: limits && rootless
      ? DELEGATE
      : `See what \`${name} run --rm ${image.slice(0, 19)} true\` says.`,
  };
}

async function tryStart(engine: Engine, image: string): Promise<string | undefined> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'untilgreen-engine-')));
  try {
    const { status, exitCode, error, stderr } = await runContainer(engine, image, { argv: ['true'], workspace }, resolveLimits({ wallMs: 20_000, memoryBytes: 64 * 1024 * 1024 }));
    return status === 'exited' && exitCode === 0 ? undefined : firstLine(error ?? stderr) || `${status} ${exitCode}`;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** What went wrong: our own word where there is one, else the first that is no warning of the engine's. */
function firstLine(text: string): string {
  const lines = text.trim().split('\n').filter((line) => !line.includes('level=warning'));
  return (lines.find((line) => REFUSAL.test(line)) ?? lines[0] ?? '').replace(/^untilgreen: /, '').slice(0, 300);
}
