import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UntilgreenError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import type { Entry, Library } from '../interfaces.ts';
import { EVIDENCE_FILE, evidenceText, filesOf } from '../library/files.ts';
import { ownKey } from './keys.ts';
import { folderOf, MANIFEST, SIGNATURE, type Manifest } from './manifest.ts';
import { packTar, type File } from './tar.ts';

export interface ExportOptions {
  /** Data directory, whose key signs. */
  home: string;
  /** Version of the product. */
  product: string;
}

/**
 * Writes tools with their history, and those that they use, into one signed archive (`.tar.gz`).
 *
 * @param names by name or alias
 * @returns the names of the tools in it, and the fingerprint of who signed it
 * @throws `usage` without any name; `not_found`; `stale` for a tool that was edited since it was admitted
 * @example await exportTools(library, ['loan_payment'], 'loans.tar.gz', { home: dataDir(), product: '1.0.0' });
 */
export async function exportTools(library: Library, names: readonly string[], file: string, { home, product }: ExportOptions): Promise<{ tools: string[]; signer: string }> {
  if (names.length === 0) throw new UntilgreenError('usage', 'No tool is named.', {}, 'Name one or more, as `untilgreen library list` shows them.');
  const entries = await withUsed(library, names);
  const files: File[] = [];
  const tools: Manifest['tools'] = [];
  for (const entry of entries) {
    const { name, version, hash } = entry.tool;
    files.push(...filesIn(entry, folderOf(name)));
    const history: Manifest['tools'][number]['history'] = [];
    for (const earlier of (await library.versions(name)).filter((each) => !each.current)) {
      const kept = await library.read(name, earlier.version);
      if (!kept || kept.edited) throw edited(name, earlier.version);
      files.push(...filesIn(kept, folderOf(name, earlier.version)));
      history.push({ version: earlier.version, hash: kept.tool.hash });
    }
    tools.push({ name, version, hash, history });
  }
  const { key, fingerprint, sign } = await ownKey(home);
  const sums = files.map(({ path, content }) => ({ path, bytes: content.length, sha256: sha256(content) }));
  const manifest = Buffer.from(`${JSON.stringify({ format: 1, product, at: new Date().toISOString(), signer: { key, fingerprint }, tools, files: sums } satisfies Manifest, null, 2)}\n`);
  const archive = packTar([{ path: MANIFEST, content: manifest }, { path: SIGNATURE, content: Buffer.from(`${sign(manifest)}\n`) }, ...files]);
  await writeWhole(resolve(file), gzipSync(archive));
  return { tools: tools.map(({ name }) => name), signer: fingerprint };
}

/** The tools and, before each, those that it uses: an import takes them in that order. */
async function withUsed(library: Library, names: readonly string[]): Promise<Entry[]> {
  const found = new Map<string, Entry>();
  const add = async (name: string): Promise<void> => {
    const entry = await library.read(name);
    if (!entry) throw new UntilgreenError('not_found', `The library has no tool named '${name}'.`, { name, directory: library.directory }, 'See `untilgreen library list`.');
    if (found.has(entry.tool.name)) return;
    if (entry.edited) throw edited(entry.tool.name);
    for (const used of entry.tool.uses) await add(used.name);
    found.set(entry.tool.name, entry);
  };
  for (const name of names) await add(name);
  return [...found.values()];
}

function filesIn({ tool, evidence }: Entry, folder: string): File[] {
  const files = [...filesOf(tool), ...(evidence ? [{ name: EVIDENCE_FILE, text: evidenceText(evidence) }] : [])];
  return files.map(({ name, text }) => ({ path: `${folder}/${name}`, content: Buffer.from(text) }));
}

function edited(name: string, version?: string): UntilgreenError {
  const what = version === undefined ? name : `Version ${version} of ${name}`;
  return new UntilgreenError('stale', `${what} was edited since it was admitted.`, { name, version }, version === undefined ? `Run \`untilgreen library test ${name}\` first.` : 'Take its files back from version control.');
}

/** A reader sees the old file or the new one, never half of one. */
async function writeWhole(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const staged = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(staged, content, { flag: 'wx' });
    await rename(staged, file);
  } finally {
    await rm(staged, { force: true });
  }
}
