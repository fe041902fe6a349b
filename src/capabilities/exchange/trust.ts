import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../workspace/blobs.ts';
import { readJson } from '../library/schema.ts';
import { fingerprintOf, keysFolder, ownSigner, type Signer } from './keys.ts';

const trustedSchema = z.strictObject({ format: z.literal(1), signers: z.array(z.strictObject({ key: z.string().min(1), since: z.string() })) });

/** Signers whose archives are taken without asking: this data directory's own, and those that somebody trusted. */
export async function isTrusted(home: string, { key }: Signer): Promise<boolean> {
  return (await ownSigner(home))?.key === key || (await trustedKeys(home)).signers.some((signer) => signer.key === key);
}

/** Fingerprints of those that somebody trusted, the first one first. */
export async function trustedSigners(home: string): Promise<{ fingerprint: string; since: string }[]> {
  return (await trustedKeys(home)).signers.map(({ key, since }) => ({ fingerprint: fingerprintOf(key), since }));
}

/** Remembers a signer for good. */
export async function trustSigner(home: string, { key }: Signer): Promise<void> {
  const { signers } = await trustedKeys(home);
  if (signers.some((signer) => signer.key === key)) return;
  await mkdir(keysFolder(home), { recursive: true, mode: 0o700 });
  await replaceFile(fileOf(home), `${JSON.stringify({ format: 1, signers: [...signers, { key, since: new Date().toISOString() }] }, null, 2)}\n`);
}

const fileOf = (home: string): string => join(keysFolder(home), 'trusted.json');

async function trustedKeys(home: string): Promise<z.output<typeof trustedSchema>> {
  const text = await readFile(fileOf(home), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? { format: 1, signers: [] } : readJson(trustedSchema, fileOf(home), text);
}
