import { execFile } from 'node:child_process';
import { SYSTEM_PATH, systemProgram } from '../programs.ts';

/** podman first: it needs no daemon that runs as root. */
export const ENGINES = ['podman', 'docker'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A container engine as it works on this machine. */
export interface Engine {
  name: EngineName;
  /** Absolute path of its client. */
  program: string;
  /** Options before the subcommand that it needs here. */
  options: readonly string[];
  /** Does it run as an ordinary user, in a user namespace. */
  rootless: boolean;
}

/** Settings of the engines themselves; nothing else of the environment reaches a client, and none of it the container. */
const KEPT = ['HOME', 'USER', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF'];

/** The environment of a client. */
export function clientEnv(): Record<string, string> {
  const kept = Object.fromEntries(KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] as string]])));
  return { ...kept, PATH: SYSTEM_PATH };
}

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

/** Asks an engine something; resolves whatever it says, with code 125 where it cannot be started or takes over a minute. */
export function ask(engine: Pick<Engine, 'program' | 'options'>, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(engine.program, [...engine.options, ...args], { env: clientEnv(), timeout: 60_000, cwd: '/', maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 125) : 0;
      resolve({ code, stdout, stderr: error && !stderr ? error.message : stderr });
    });
  });
}

/**
 * Ways to start an engine, the plain one first. crun refuses cgroup trees that are half version 1 and half version 2, and without
 * systemd the default cgroup manager of podman has nobody to ask.
 */
export function variants(name: EngineName): readonly (readonly string[])[] {
  if (name === 'docker') return [[]];
  const cgroupfs = '--cgroup-manager=cgroupfs';
  const runc = systemProgram('runc');
  return [[], [cgroupfs], ...(runc ? [['--runtime', runc], ['--runtime', runc, cgroupfs]] : [])];
}

/** The engines that are installed, in the order in which they are tried. */
export function installedEngines(): { name: EngineName; program: string }[] {
  return ENGINES.flatMap((name) => {
    const program = systemProgram(name);
    return program ? [{ name, program }] : [];
  });
}

/** Does the engine run without root. podman does as whoever starts it, docker as its daemon. */
export async function isRootless({ name, program }: { name: EngineName; program: string }): Promise<boolean> {
  if (name === 'podman') return process.geteuid?.() !== 0;
  return (await ask({ program, options: [] }, ['info', '--format', '{{.SecurityOptions}}'])).stdout.includes('name=rootless');
}
