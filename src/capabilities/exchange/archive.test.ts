import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UntilgreenError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { openLibrary } from '../library/open.ts';
import type { Library } from '../interfaces.ts';
import type { Capability } from '../types.ts';
import { exportTools } from './export.ts';
import { ownKey } from './keys.ts';
import { MANIFEST, type Manifest, SIGNATURE } from './manifest.ts';
import { LIMITS, readArchive, type Archive } from './read-archive.ts';
import { seedTools } from './seeds.ts';
import { packTar, unpackTar, type File } from './tar.ts';
import { trustedSigners } from './trust.ts';

let root: string;
let library: Library;
let archive: string;
let sender: { home: string; product: string };
const receiver = (): string => join(root, 'receiver');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ug-exchange-'));
  library = await openLibrary(join(root, 'tools'));
  archive = join(root, 'out', 'tools.tar.gz');
  sender = { home: join(root, 'sender'), product: '1.2.3' };
  for (const { tool, evidence } of await seedTools(['calculate_percentage', 'slugify'])) await library.save(tool, tool.version, evidence ?? evidenceOf(tool));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const evidenceOf = ({ hash }: Capability): { hash: string; at: string; product: string; gates: [] } => ({ hash, at: '2026-01-01T00:00:00.000Z', product: '1.2.3', gates: [] });
const named = async (name: string): Promise<Capability> => (await library.read(name))!.tool;
const refusal = (work: Promise<unknown>): Promise<UntilgreenError> => work.then(() => expect.unreachable('it was taken'), (error: unknown) => error as UntilgreenError);

/** The archive with its files changed, and signed anew where a key is given. */
async function changed(change: (files: Map<string, Buffer>) => void, signed?: (manifest: Manifest) => void): Promise<string> {
  const files = new Map(unpackTar(gunzipSync(await readFile(archive)), LIMITS).map(({ path, content }): [string, Buffer] => [path, content]));
  change(files);
  if (signed) {
    const manifest = JSON.parse(files.get(MANIFEST)!.toString()) as Manifest;
    signed(manifest);
    const text = Buffer.from(JSON.stringify(manifest));
    files.set(MANIFEST, text);
    files.set(SIGNATURE, Buffer.from((await ownKey(sender.home)).sign(text)));
  }
  const file = join(root, 'changed.tar.gz');
  await writeFile(file, gzipSync(packTar([...files].map(([path, content]): File => ({ path, content })))));
  return file;
}
const CODE = 'tools/calculate_percentage/calculate_percentage.py';

describe('an exported archive', () => {
  test('is read back with every tool as it was, by whoever trusts its signer', async () => {
    const { tools, signer } = await exportTools(library, ['slugify', 'calculate_percentage'], archive, sender);
    expect(tools).toEqual(['slugify', 'calculate_percentage']);
    const read = await readArchive(archive, { home: receiver(), trust: true });
    expect(read).toMatchObject({ signer, product: '1.2.3' });
    expect(read.tools.map(({ tool }) => tool)).toEqual([await named('slugify'), await named('calculate_percentage')]);
  });

  test('holds the history, the oldest version first', async () => {
    const tool = await named('calculate_percentage');
    const next = { ...tool, code: tool.code.replace('number * percent', 'percent * number') };
    const { contentHash } = await import('../library/hash.ts');
    await library.save(next, '1.0.1', evidenceOf({ ...next, hash: contentHash(next) }));
    await exportTools(library, ['calculate_percentage'], archive, sender);
    const [only] = (await readArchive(archive, { home: sender.home })).tools;
    expect([only!.tool.version, only!.history.map(({ version, code }) => [version, code])]).toEqual(['1.0.1', [['1.0.0', tool.code]]]);
  });

  test('is trusted by the one that wrote it', async () => {
    await exportTools(library, ['slugify'], archive, sender);
    expect((await readArchive(archive, { home: sender.home })).tools).toHaveLength(1);
  });

  test.each<[string, (l: Library) => Promise<string[]>, RegExp]>([
    ['no name', async () => [], /No tool is named/],
    ['a name that is not there', async () => ['no_such_tool'], /no tool named 'no_such_tool'/],
    ['a tool that was edited', async (l) => {
      const { folder } = (await l.read('slugify'))!;
      await writeFile(join(folder, 'slugify.js'), `${await readFile(join(folder, 'slugify.js'), 'utf8')}// more\n`);
      return ['slugify'];
    }, /slugify was edited since it was admitted.*library test slugify/],
  ])('is not made for %s', async (_, names, why) => {
    const wanted = await names(library);
    await expect(exportTools(library, wanted, archive, sender)).rejects.toThrow(why);
    await expect(stat(archive)).rejects.toThrow(/ENOENT/);
  });
});

describe('the signing key', () => {
  test('is made once, for its owner alone, and leaves nothing else behind', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => ownKey(sender.home)));
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(keys[0]!.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    const folder = join(sender.home, 'keys');
    expect(await readdir(folder)).toEqual(['signing.pem']);
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, 'signing.pem'))).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test('is refused where others can read it, or where it is none', async () => {
    await ownKey(sender.home);
    const file = join(sender.home, 'keys', 'signing.pem');
    await chmod(file, 0o644);
    await expect(ownKey(sender.home)).rejects.toThrow(/Others can read.*chmod 600/);
    await writeFile(file, 'no key');
    await chmod(file, 0o600);
    await expect(ownKey(sender.home)).rejects.toThrow(/holds no Ed25519 key/);
  });
});

describe('whom to trust', () => {
  test('is asked once: an unknown signer is refused with the fingerprint, and remembered when trusted', async () => {
    const { signer } = await exportTools(library, ['slugify'], archive, sender);
    const error = await refusal(readArchive(archive, { home: receiver() }));
    expect([error.code, error.data, error.message]).toEqual(['approval_needed', { signer }, expect.stringContaining('--trust')]);
    expect(await trustedSigners(receiver())).toEqual([]);
    await readArchive(archive, { home: receiver(), trust: true });
    expect((await trustedSigners(receiver())).map(({ fingerprint }) => fingerprint)).toEqual([signer]);
    expect((await readArchive(archive, { home: receiver() })).signer).toBe(signer);
  });

  test('is not remembered of an archive that is refused', async () => {
    await exportTools(library, ['slugify'], archive, sender);
    const file = await changed((files) => files.set('tools/slugify/slugify.js', Buffer.from('export const x = 1;\n')));
    await expect(readArchive(file, { home: receiver(), trust: true })).rejects.toThrow(/is not what was signed/);
    expect(await trustedSigners(receiver())).toEqual([]);
  });
});

describe('an archive that was tampered with', () => {
  beforeEach(() => exportTools(library, ['calculate_percentage'], archive, sender));
  const sumOf = (manifest: Manifest, path: string, content: string): void => {
    const entry = manifest.files.find((each) => each.path === path)!;
    Object.assign(entry, { sha256: sha256(content), bytes: content.length });
  };

  test.each<[string, (files: Map<string, Buffer>) => void, ((manifest: Manifest) => void) | undefined, RegExp]>([
    ['other code', (files) => files.set(CODE, Buffer.from('import os\n')), undefined, /calculate_percentage\.py is not what was signed/],
    ['a file more', (files) => files.set('tools/calculate_percentage/more.py', Buffer.from('x')), undefined, /more\.py is not in its manifest/],
    ['a file less', (files) => files.delete(CODE), undefined, /calculate_percentage\.py is missing/],
    ['another manifest', (files) => files.set(MANIFEST, Buffer.from(files.get(MANIFEST)!.toString().replace('"1.2.3"', '"1.2.4"'))), undefined, /manifest\.json is not what was signed/],
    ['no manifest', (files) => files.delete(MANIFEST), undefined, /has no manifest\.json/],
    ['no signature', (files) => files.delete(SIGNATURE), undefined, /has no manifest\.sig/],
    ['a signature that is none', (files) => files.set(SIGNATURE, Buffer.from('AAAA')), undefined, /manifest\.json is not what was signed/],
    ['a manifest that is none', (files) => files.set(MANIFEST, Buffer.from('{')), undefined, /manifest\.json: .*not JSON/],
    ['another fingerprint', () => {}, (manifest) => { manifest.signer.fingerprint = 'SHA256:of-a-friend'; }, /another fingerprint/],
    ['another key', () => {}, (manifest) => { manifest.signer.key = Buffer.alloc(32, 7).toString('base64'); }, /manifest\.json is not what was signed/],
    ['no tool', () => {}, (manifest) => { manifest.tools = []; }, /manifest\.json: tools: it holds no tool/],
    ['a tool twice', () => {}, (manifest) => { manifest.tools.push(manifest.tools[0]!); }, /twice/],
    ['a name that leads out', () => {}, (manifest) => { manifest.tools[0]!.name = '../evil'; }, /manifest\.json: tools\[1\]\.name: expected snake_case/],
    ['files of no tool', (files) => files.set('notes.txt', Buffer.from('x')), (manifest) => { manifest.files.push({ path: 'notes.txt', bytes: 1, sha256: sha256('x') }); }, /notes\.txt belongs to no tool/],
    ['a signed edit of the code', (files) => files.set(CODE, Buffer.from('pass\n')), (manifest) => sumOf(manifest, CODE, 'pass\n'), /calculate_percentage 1\.0\.0 is not what its hash says/],
    ['another hash', () => {}, (manifest) => { manifest.tools[0]!.hash = 'f'.repeat(64); }, /is not what its hash says/],
    ['another version', () => {}, (manifest) => { manifest.tools[0]!.version = '2.0.0'; }, /folder of calculate_percentage 2\.0\.0 holds calculate_percentage 1\.0\.0/],
    ['a history that is not there', () => {}, (manifest) => { manifest.tools[0]!.history.push({ version: '0.9.0', hash: 'f'.repeat(64) }); }, /is missing/],
  ])('is refused with %s', async (_, change, sign, why) => {
    const file = await changed(change, sign);
    await expect(readArchive(file, { home: receiver(), trust: true })).rejects.toThrow(why);
  });

  test('with one byte changed is refused, or gives the same tools where that byte says nothing', async () => {
    const whole = gunzipSync(await readFile(archive));
    const before = (await readArchive(archive, { home: sender.home })).tools;
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const other = Buffer.from(whole);
      other[at]! ^= by;
      const read = await readArchive(await write(gzipSync(other)), { home: sender.home }).catch((error: unknown) => error);
      if (read instanceof UntilgreenError) expect(['bad_arguments', 'too_large']).toContain(read.code);
      else expect((read as Archive).tools).toEqual(before);
    }), { numRuns: 60, seed: 1 });
  });

  test.each<[string, () => Promise<string>, Record<string, number>, RegExp]>([
    ['is not there', async () => join(root, 'none.tar.gz'), {}, /There is no file/],
    ['is a folder', async () => root, {}, /is not a file/],
    ['is no gzip', async () => write(Buffer.from('hello')), {}, /no gzip file/],
    ['ends in the middle', async () => write((await readFile(archive)).subarray(0, 500)), {}, /damaged/],
    ['is too large', async () => archive, { packedBytes: 100 }, /more than 100 bytes/],
    ['is too large unpacked', async () => write(gzipSync(Buffer.alloc(2_000_000))), { bytes: 1_000_000 }, /more than 1000000 bytes when it is unpacked/],
    ['has too many files', async () => archive, { files: 3 }, /more than 3 files/],
    ['has too large a file', async () => archive, { fileBytes: 50 }, /50 are the most/],
  ])('is refused when it %s', async (_, file, limits, why) => {
    await expect(readArchive(await file(), { home: receiver(), trust: true, limits })).rejects.toThrow(why);
  });

  const write = async (content: Buffer): Promise<string> => {
    const file = join(root, 'other.tar.gz');
    await writeFile(file, content);
    return file;
  };
});
