import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { networkAccess } from '../network-access.ts';
import { ask, clientEnv, ENGINES, installedEngines, variants } from './engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { DEFAULT_TAG, IMAGE_LABEL, findImage } from './image.ts';

/** Built and tested with this one; other Debian-like bases do when their Node is 20.19 or newer. */
export const DEFAULT_BASE = 'docker.io/library/debian:trixie-slim';
const CONTEXT = fileURLToPath(new URL('../../../assets/sandbox/', import.meta.url));

export interface BuildOptions {
  /** Default: podman where it is installed, else docker. */
  engine?: string;
  /** Image to build on, with `apt-get`. Default Debian 13. */
  base?: string;
  tag?: string;
  /** Hears what the engine prints, as it comes. */
  onOutput?: (text: string) => void;
  signal?: AbortSignal;
}

export interface BuiltImage {
  engine: EngineName;
  tag: string;
  id: string;
  bytes: number;
  seconds: number;
}

/**
 * Builds the image of the container rung. It fetches packages, so it has the network, with the proxies of the environment.
 *
 * @throws `usage` for an unknown engine, `no_sandbox` when none is installed or answers, `sandbox_error` when the base cannot be had or the
 * build fails, `cancelled`
 * @example
 * const { id } = await buildImage({ base: 'localhost/debian-with-node', onOutput: (text) => process.stderr.write(text) });
 */
export async function buildImage(options: BuildOptions = {}): Promise<BuiltImage> {
  const [base, tag] = [options.base ?? DEFAULT_BASE, options.tag ?? DEFAULT_TAG];
  for (const [flag, value] of [['--base', base], ['--tag', tag]] as const) {
    if (!/^[\w][\w.:/@-]*$/.test(value)) throw new UntilgreenError('usage', `${flag} ${JSON.stringify(value)} is not the name of an image.`, { value }, 'For example: localhost/my-base:1.');
  }
  const installed = await answering(options.engine);
  const engine = await startable(installed, base, options);
  const began = performance.now();
  const { code, tail } = await build(engine, ['--build-arg', `BASE=${base}`, '--tag', tag, '--file', join(CONTEXT, 'Containerfile'), CONTEXT], options);
  if (code !== 0) throw failed(engine, base, tail);
  // What it takes the place of has no name any more, and nothing else of the user's has our label.
  await ask(engine, ['image', 'prune', '--force', '--filter', `label=${IMAGE_LABEL}`]);
  const id = (await findImage(engine)).id ?? tag;
  const { stdout } = await ask(engine, ['image', 'inspect', '--format', '{{.Size}}', tag]);
  return { engine: engine.name, tag, id, bytes: Number(stdout.trim()), seconds: (performance.now() - began) / 1000 };
}

async function answering(wanted: string | undefined): Promise<Pick<Engine, 'name' | 'program'>> {
  if (wanted !== undefined && !ENGINES.some((name) => name === wanted)) throw new UntilgreenError('usage', `--engine ${wanted} is unknown.`, { engine: wanted }, `Expected ${ENGINES.join(' or ')}.`);
  const engines = installedEngines().filter(({ name }) => wanted === undefined || name === wanted);
  const told: string[] = [];
  for (const { name, program } of engines) {
    // podman's version says nothing of a daemon, because there is none.
    const { code, stderr } = await ask({ program, options: [] }, ['version']);
    if (code === 0) return { name, program };
    told.push(`${name} does not answer: ${stderr.trim().split('\n').at(-1)}`);
  }
  const next = engines.length > 0 ? 'Start its daemon, join its group, or install podman.' : `Install ${wanted ?? 'podman'}: \`apt-get install ${wanted === 'docker' ? 'docker.io' : 'podman'}\`${wanted === 'docker' ? '' : ' (Fedora: `dnf install podman`, Arch: `pacman -S podman`)'}.`;
  throw new UntilgreenError('no_sandbox', told.length > 0 ? `${told.join('; ')}.` : `${wanted ?? 'Neither podman nor docker'} is ${wanted ? 'not ' : ''}installed.`, { engine: wanted }, next);
}

/** The first variant of the engine that gets one step of a build done on the base. */
async function startable({ name, program }: Pick<Engine, 'name' | 'program'>, base: string, options: BuildOptions): Promise<Engine> {
  const context = mkdtempSync(join(tmpdir(), 'untilgreen-build-'));
  try {
    writeFileSync(join(context, 'Containerfile'), `FROM ${base}\nRUN true\n`);
    let first: UntilgreenError | undefined;
    for (const words of variants(name)) {
      const engine: Engine = { name, program, options: words, rootless: false };
      const made = join(context, 'made');
      const { code, tail } = await build(engine, ['--iidfile', made, '--file', join(context, 'Containerfile'), context], { signal: options.signal, ...(first ? {} : { onOutput: options.onOutput }) });
      if (code === 0) {
        await ask(engine, ['rmi', readFileSync(made, 'utf8').trim()]);
        return engine;
      }
      first ??= failed(engine, base, tail);
      // A base that is not to be had is not to be had with another runtime either.
      if (!/runtime|cgroup|crun|runc|rlimit/i.test(tail)) break;
      options.onOutput?.(`${name} does not start so; trying another of its runtimes.\n`);
    }
    throw first ?? new UntilgreenError('sandbox_error', `${name} cannot be started.`);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

function failed(engine: Pick<Engine, 'name'>, base: string, tail: string): UntilgreenError {
  const lines = tail.trim().split('\n');
  const last = (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 400).replace(/[.\s]*$/, '.');
  const unreachable = /pull|pinging|manifest|registry|no such host|not found|denied|dial tcp|unauthorized/i.test(last);
  return unreachable
    ? new UntilgreenError('sandbox_error', `${engine.name} cannot get the base image ${base}: ${last}`, { base, engine: engine.name }, 'Name one that is at hand with --base, for example one made with `debootstrap --variant=minbase trixie root && tar -C root -c . | podman import - localhost/debian`.')
    : new UntilgreenError('sandbox_error', `${engine.name} did not build the image: ${last}`, { base, engine: engine.name }, 'The output above tells which step failed.');
}

/** Proxies reach the steps of a build without becoming part of the image; both engines know these names. */
function proxies(): string[] {
  return Object.entries(networkAccess().env).flatMap(([name, value]) => (/^(https?|no|all)_proxy$/i.test(name) ? ['--build-arg', `${name}=${value}`] : []));
}

function build(engine: Engine, words: readonly string[], { onOutput, signal }: Pick<BuildOptions, 'onOutput' | 'signal'>): Promise<{ code: number; tail: string }> {
  // podman's own limits for a step are above what some hosts may give.
  const limits = engine.name === 'podman' ? ['--ulimit=nofile=1024:2048', '--ulimit=nproc=4096:4096'] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(engine.program, [...engine.options, 'build', '--network=host', ...limits, ...proxies(), ...words], { env: clientEnv(), stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        tail = (tail + text).slice(-8_192);
        onOutput?.(text);
      });
    }
    child.once('error', (error) => (error.name === 'AbortError' ? reject(new UntilgreenError('cancelled', 'The build was cancelled.', {}, undefined, { cause: error })) : resolve({ code: 125, tail: error.message })));
    child.once('close', (code) => resolve({ code: code ?? 125, tail }));
  });
}
