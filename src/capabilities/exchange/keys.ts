import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';

/** Bits of a mode that let others than the owner in. */
const OTHERS = 0o077;
/** Bytes before an Ed25519 key in its DER form. Source: RFC 8410, section 4. */
const DER_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Who signs archives. */
export interface Signer {
  /** The public key: 32 bytes in Base64. */
  key: string;
  /** `SHA256:…` of it, as people compare it. */
  fingerprint: string;
}

/** The signer of this data directory; only it knows how to sign. */
export interface OwnKey extends Signer {
  /** The signature of some bytes, in Base64. */
  sign(content: Uint8Array): string;
}

/**
 * The key of this data directory, in `keys/signing.pem`; it is made when it is first needed.
 *
 * @param home data directory
 * @throws `path_unsafe` where others can read it; `bad_arguments` for a file that holds no such key
 */
export async function ownKey(home: string): Promise<OwnKey> {
  const file = join(keysFolder(home), 'signing.pem');
  const pem = (await readOwn(file)) ?? (await makeKey(home, file));
  const secret = privateKey(pem, file);
  return { ...signerOf(createPublicKey(secret)), sign: (content) => sign(null, content, secret).toString('base64') };
}

/** The key of this data directory, where there is one. */
export async function ownSigner(home: string): Promise<Signer | undefined> {
  const file = join(keysFolder(home), 'signing.pem');
  const pem = await readOwn(file);
  return pem === undefined ? undefined : signerOf(createPublicKey(privateKey(pem, file)));
}

export const keysFolder = (home: string): string => join(home, 'keys');

/** Is it the signature of these bytes by this key? False for what is no key or no signature, too. */
export function isSignedBy(key: string, content: Uint8Array, signature: string): boolean {
  const [bytes, signed] = [Buffer.from(key, 'base64'), Buffer.from(signature, 'base64')];
  if (bytes.length !== 32 || signed.length !== 64) return false;
  return verify(null, content, createPublicKey({ key: Buffer.concat([DER_HEAD, bytes]), format: 'der', type: 'spki' }), signed);
}

/** `SHA256:` and the hash of the key in Base64 without padding: the form in which ssh shows keys. */
export const fingerprintOf = (key: string): string => `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;

function signerOf(key: KeyObject): Signer {
  const text = key.export({ format: 'der', type: 'spki' }).subarray(DER_HEAD.length).toString('base64');
  return { key: text, fingerprint: fingerprintOf(text) };
}

async function readOwn(file: string): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const { mode } = await handle.stat();
    if (mode & OTHERS) {
      throw new UntilgreenError('path_unsafe', `Others can read the signing key ${file}.`, { file, mode: (mode & 0o777).toString(8) }, 'Run `chmod 600` on it, or remove it, and a new one is made.');
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function privateKey(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, in words that say which file it is.
  }
  throw new UntilgreenError('bad_arguments', `${file} holds no Ed25519 key.`, { file }, 'Take it back from a backup, or remove it, and a new one is made.');
}

/** Whole or not at all, also where two processes make one at the same time: the first one's stays. */
async function makeKey(home: string, file: string): Promise<string> {
  const folder = keysFolder(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const staged = join(folder, `.signing-${randomBytes(6).toString('hex')}`);
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  try {
    await writeFile(staged, pem, { mode: 0o600, flag: 'wx' });
    await link(staged, file);
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(file, 'utf8');
  } finally {
    await rm(staged, { force: true });
  }
}
