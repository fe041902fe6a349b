import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UntilgreenError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { readFolder } from '../library/files.ts';
import { readJson } from '../library/schema.ts';
import type { Capability } from '../types.ts';
import { fingerprintOf, isSignedBy } from './keys.ts';
import { folderOf, MANIFEST, manifestSchema, SIGNATURE, type Manifest } from './manifest.ts';
import { unpackTar } from './tar.ts';
import { isTrusted, trustSigner } from './trust.ts';

/** What an archive may be: a library of a thousand tools fits several times over, and no memory is filled by a small file. */
export const LIMITS = { packedBytes: 32 * 1024 ** 2, bytes: 128 * 1024 ** 2, files: 20_000, fileBytes: 16 * 1024 ** 2 } as const;

export interface ArchivedTool {
  /** The current version. */
  tool: Capability;
  /** Those before it, the oldest first. */
  history: Capability[];
}

/** An archive whose signature and sums hold, of somebody who is trusted. Nothing of it has been run. */
export interface Archive {
  /** Fingerprint. */
  signer: string;
  /** Version of the product that wrote it. */
  product: string;
  /** Those that others use first. */
  tools: ArchivedTool[];
}

export interface ReadOptions {
  /** Data directory, which knows who is trusted. */
  home: string;
  /** Trust whoever signed it, from now on. */
  trust?: boolean;
  limits?: Partial<Record<keyof typeof LIMITS, number>>;
}

/**
 * Reads a signed archive. Nothing but files with plain names is taken from it, and nothing that its manifest does not name.
 *
 * @throws `file_missing`, `not_a_file`; `too_large` over the limits; `bad_arguments` saying what was changed or does not belong there; `approval_needed` with the
 *   fingerprint of a signer who is not trusted
 */
export async function readArchive(file: string, { home, trust = false, limits: own }: ReadOptions): Promise<Archive> {
  const limits = { ...LIMITS, ...own };
  const files = new Map(unpackTar(await unpacked(file, limits), limits).map(({ path, content }): [string, Buffer] => [path, content]));
  const manifest = signedManifest(files);
  checkSums(files, manifest);
  const tools = await readTools(files, manifest);
  // Last: somebody whose archive does not hold together is not remembered as trusted.
  const { signer, product } = manifest;
  if (!(await isTrusted(home, signer))) {
    if (!trust) {
      throw new UntilgreenError('approval_needed', `The archive is signed by ${signer.fingerprint}, whom nobody here has trusted yet.`, { signer: signer.fingerprint }, 'Compare the fingerprint with the one that its author sees, and say `--trust` if it is the same.');
    }
    await trustSigner(home, signer);
  }
  return { signer: signer.fingerprint, product, tools };
}

async function unpacked(file: string, { packedBytes, bytes }: { packedBytes: number; bytes: number }): Promise<Buffer> {
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new UntilgreenError('file_missing', `There is no file ${file}.`, { file });
    throw error;
  });
  if (!info.isFile()) throw new UntilgreenError('not_a_file', `${file} is not a file.`, { file });
  const large = (most: number, how: string): UntilgreenError => new UntilgreenError('too_large', `${file} has more than ${most} bytes${how}.`, { file, most }, 'Export fewer tools into one archive.');
  if (info.size > packedBytes) throw large(packedBytes, '');
  try {
    return gunzipSync(await readFile(file), { maxOutputLength: bytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw large(bytes, ' when it is unpacked');
    throw refused('it is no gzip file, or is damaged', { file }, error);
  }
}

function signedManifest(files: ReadonlyMap<string, Buffer>): Manifest {
  const [text, signature] = [files.get(MANIFEST), files.get(SIGNATURE)];
  if (!text || !signature) throw refused(`it has no ${text ? SIGNATURE : MANIFEST}`, {});
  const manifest = manifestOf(text);
  const { key, fingerprint } = manifest.signer;
  if (!isSignedBy(key, text, signature.toString('latin1').trim())) throw refused(`${MANIFEST} is not what was signed`, { signer: fingerprint });
  if (fingerprint !== fingerprintOf(key)) throw refused(`${MANIFEST} gives its key another fingerprint`, { fingerprint });
  return manifest;
}

function manifestOf(text: Buffer): Manifest {
  try {
    return readJson(manifestSchema, MANIFEST, text.toString('utf8'));
  } catch (error) {
    if (error instanceof UntilgreenError) throw refused(error.what.replace(/\.$/, ''), error.data, error);
    throw error;
  }
}

/** Every file is named with its sum, and every name is there. */
function checkSums(files: ReadonlyMap<string, Buffer>, manifest: Manifest): void {
  const sums = new Map(manifest.files.map((each) => [each.path, each.sha256]));
  const extra = [...files.keys()].find((path) => path !== MANIFEST && path !== SIGNATURE && !sums.has(path));
  if (extra !== undefined) throw refused(`${extra} is not in its manifest`, { path: extra });
  for (const [path, sum] of sums) {
    const content = files.get(path);
    if (!content) throw refused(`${path} is missing`, { path });
    if (sha256(content) !== sum) throw refused(`${path} is not what was signed`, { path });
  }
}

/** Folders are read as the library reads them, in a place of their own. */
async function readTools(files: ReadonlyMap<string, Buffer>, manifest: Manifest): Promise<ArchivedTool[]> {
  const folders = manifest.tools.flatMap(({ name, history }) => [folderOf(name), ...history.map(({ version }) => folderOf(name, version))]);
  const stray = manifest.files.find(({ path }) => !folders.includes(dirname(path)));
  if (stray) throw refused(`${stray.path} belongs to no tool of its manifest`, { path: stray.path });
  if (new Set(folders).size !== folders.length) throw refused('a tool or version stands in its manifest twice', {});
  const scratch = await mkdtemp(join(tmpdir(), 'untilgreen-archive-'));
  try {
    for (const { path } of manifest.files) {
      await mkdir(dirname(join(scratch, path)), { recursive: true, mode: 0o700 });
      await writeFile(join(scratch, path), files.get(path)!, { flag: 'wx', mode: 0o600 });
    }
    const tools: ArchivedTool[] = [];
    for (const { name, version, hash, history } of manifest.tools) {
      const read = (folder: string, expected: { version: string; hash: string }): Promise<Capability> => readTool(join(scratch, folder), name, expected);
      const tool = await read(folderOf(name), { version, hash });
      tools.push({ tool, history: await Promise.all(history.map((each) => read(folderOf(name, each.version), each))) });
    }
    return tools;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function readTool(folder: string, name: string, { version, hash }: { version: string; hash: string }): Promise<Capability> {
  const { tool, edited } = await readFolder(folder).catch((error: unknown) => {
    if (error instanceof UntilgreenError && error.code === 'bad_arguments') throw refused(error.what.replace(/\.$/, ''), error.data, error);
    throw error;
  });
  if (tool.name !== name || tool.version !== version) throw refused(`the folder of ${name} ${version} holds ${tool.name} ${tool.version}`, { name, version });
  if (edited || tool.hash !== hash) throw refused(`${name} ${version} is not what its hash says`, { name, version, hash });
  return tool;
}

function refused(why: string, data: Record<string, unknown>, cause?: unknown): UntilgreenError {
  return new UntilgreenError('bad_arguments', `The archive is refused: ${why}.`, data, 'Nothing of it was used; ask for it anew.', { cause });
}
