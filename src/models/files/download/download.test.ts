import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '../../../../test/support/child.ts';
import { startHub, type HubOptions, type HubServer } from '../../../../test/support/hub-server.ts';
import { gguf, WRITER } from '../../../../test/support/model-files.ts';
import { getModel, type GetOptions, type GetProgress } from './get.ts';
import { chooseFiles, quantizationIn } from './listing.ts';
import { wantedOf } from './wanted.ts';

const REPOSITORY = 'Qwen/Tiny-Coder-GGUF';
const FILE = 'tiny-coder-q4_k_m.gguf';
/** Four pieces of the server's. */
const MODEL = gguf({ tensors: { w: { type: 0, dims: [65_536], bytes: 262_144 } } });
const SHA = createHash('sha256').update(MODEL).digest('hex');

let root: string;
let hub: HubServer;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'ug-get-'))));
afterEach(async () => {
  await hub?.close();
  rmSync(root, { recursive: true, force: true });
});

const start = async (options: Partial<HubOptions> = {}) => (hub = await startHub({ repositories: { [REPOSITORY]: { [FILE]: MODEL, 'README.md': Buffer.from('# Tiny') } }, ...options }));
const get = (word: string, options: Partial<GetOptions> = {}, env: Record<string, string> = {}) =>
  getModel(word, { root, retryMs: 1, ...options, env: { HF_ENDPOINT: hub.url, UNTILGREEN_HOME: join(root, 'data'), ...env } });
const problem = (word: string, options?: Partial<GetOptions>, env?: Record<string, string>) =>
  get(word, options, env).then(() => 'got', (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(hub.url, 'HUB').replaceAll(root, 'R')}`);
const target = () => join(root, REPOSITORY, FILE);
const left = () => (existsSync(join(root, REPOSITORY)) ? readdirSync(join(root, REPOSITORY)).toSorted() : []);
const ranges = () => hub.seen.filter(({ origin }) => origin === 'storage').map(({ range }) => range);

describe('a model is downloaded', () => {
  it.each([[`${REPOSITORY}/${FILE}`], [`${REPOSITORY}:q4_k_m`], [REPOSITORY], [`PAGE/${REPOSITORY}/blob/main/${FILE}`]])('as %s, checked by the hash that the hub names', async (word) => {
    await start();
    const { path, files } = await get(word.replace('PAGE', hub.url));
    expect(path).toBe(target());
    expect(files).toEqual([{ path: target(), bytes: MODEL.length, sha256: SHA, verified: true, resumedFrom: 0, present: false }]);
    expect(readFileSync(target()).equals(MODEL)).toBe(true);
    expect(left()).toEqual([FILE]);
  });
  it('from an address, checked by the hash that was given', async () => {
    await start();
    const url = `${hub.storage}/${REPOSITORY}/${FILE}`;
    const { path, files } = await get(url, { sha256: SHA.toUpperCase() });
    expect(path).toBe(join(root, 'localhost', FILE));
    expect(files[0]).toMatchObject({ verified: true });
    expect((await get(`${hub.storage}/${REPOSITORY}/${FILE}?download=true`)).files[0]).toMatchObject({ verified: false, present: true });
  });
  it('from a mirror that has no list of files', async () => {
    await start({ noApi: true });
    expect((await get(`${REPOSITORY}/${FILE}`)).files[0]).toMatchObject({ verified: true });
  });
  it('with all its parts, the whole file where there is one', async () => {
    const part = (n: number) => gguf({ metadata: n === 1 ? { ...WRITER, 'split.count': 2 } : { 'split.count': 2 }, tensors: { [`t${n}`]: { type: 1, dims: [4], bytes: 32 } } });
    await start({ repositories: { 'a/b': { 'b-q8_0-00001-of-00002.gguf': part(1), 'b-q8_0-00002-of-00002.gguf': part(2), 'mmproj-b-q8_0.gguf': part(1) } } });
    const { path, files } = await get('a/b:Q8_0');
    expect(path).toBe(join(root, 'a/b/b-q8_0-00001-of-00002.gguf'));
    expect(files.map((file) => file.present)).toEqual([false, false]);
    expect(await problem('a/b/b-q8_0-00002-of-00002.gguf', { sha256: SHA })).toBe('usage: --sha256 is of one file, and this model has 2 parts. Leave it out: each part is checked by the hash that the hub names.');
  });
  it('once: what is there and whole is not fetched again, what is there and another file is', async () => {
    await start();
    await get(REPOSITORY);
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ present: true, verified: true });
    expect(ranges()).toHaveLength(1);
    writeFileSync(target(), Buffer.alloc(MODEL.length));
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ present: false, verified: true });
  });
  it('with progress to its end', async () => {
    await start();
    const told: GetProgress[] = [];
    await get(REPOSITORY, { onProgress: (progress) => void told.push(progress) });
    expect(told.filter(({ step }) => step === 'download').at(-1)).toMatchObject({ file: join(REPOSITORY, FILE), number: 1, of: 1, received: MODEL.length, total: MODEL.length, secondsLeft: 0 });
    expect(told.at(-1)).toMatchObject({ step: 'verify', received: MODEL.length });
  });
});

describe('a download that was interrupted', () => {
  it('goes on by itself where the connection was cut', async () => {
    await start({ storage: { cuts: [65_536, 65_536] } });
    const { files } = await get(REPOSITORY);
    expect(files[0]).toMatchObject({ bytes: MODEL.length, verified: true, resumedFrom: 0 });
    expect(ranges()).toEqual([undefined, 'bytes=65536-', 'bytes=131072-']);
    expect(hub.seen.at(-1)?.ifRange).toBe(`"${SHA.slice(0, 32)}"`);
  });
  it('starts over where the server does not know ranges', async () => {
    await start({ storage: { cuts: [65_536], noRanges: true } });
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ bytes: MODEL.length, verified: true });
    expect(readFileSync(target()).equals(MODEL)).toBe(true);
  });
  it('starts over where nothing tells whether it is the same file, and none is checked', async () => {
    await start({ storage: { cuts: [65_536], noTags: true } });
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ verified: false });
    expect(ranges()).toEqual([undefined, undefined]);
  });
  it('says so where nothing came at all', async () => {
    await start({ storage: { cuts: [0, 0, 0, 0, 0] } });
    expect(await problem(REPOSITORY)).toMatch(/^download_failed: 127\.0\.0\.1:\d+ sent nothing: .+\. Check the address and the network/);
  });
  it('starts over when the file has changed meanwhile', async () => {
    await start({ storage: { cuts: [65_536, 0, 0, 0, 0, 0] } });
    expect(await problem(REPOSITORY)).toMatch(/^download_failed: 127\.0\.0\.1:\d+ stopped sending after 65536 bytes: .+\. What there is is kept: the same command goes on/);
    expect(left()).toEqual([`${FILE}.part`, `${FILE}.part.json`]);
    const other = gguf({ metadata: { ...WRITER, 'general.name': 'Tiny Coder II' }, tensors: { w: { type: 0, dims: [65_536], bytes: 262_144 } } });
    hub.options.repositories[REPOSITORY] = { [FILE]: other };
    hub.options.storage = {};
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ verified: true });
    expect(readFileSync(target()).equals(other)).toBe(true);
  });
  it('goes on with the next command, after Ctrl-C too', async () => {
    await start({ storage: { pieceMs: 20 } });
    const stop = new AbortController();
    const said = await problem(REPOSITORY, { signal: stop.signal, onProgress: ({ received }) => void (received > 0 && stop.abort()) });
    expect(said).toBe('cancelled: Cancelled. What was downloaded is kept: the same command goes on where it stopped.');
    expect(left()).toEqual([`${FILE}.part`, `${FILE}.part.json`]);
    const kept = statSync(`${target()}.part`).size;
    const { files } = await get(REPOSITORY);
    expect(files[0]).toMatchObject({ resumedFrom: kept, verified: true });
    expect(ranges()).toEqual([undefined, `bytes=${kept}-`]);
    expect(left()).toEqual([FILE]);
  });
  it('waits while the server is busy', async () => {
    await start({ storage: { statuses: [503, 429] } });
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ verified: true });
  });
  it.each([[1, 'with bytes on disk'], [2, 'whole and without its name']])('that was killed at moment %i, %s, is finished by the next command', async (moment) => {
    // One piece: the second moment is the one before the renaming.
    await start({ repositories: { [REPOSITORY]: { [FILE]: gguf() } } });
    const child = startChild('model-get.ts', [JSON.stringify({ HF_ENDPOINT: hub.url }), REPOSITORY, root, String(moment)]);
    await child.ended;
    expect(left()).toEqual([`${FILE}.part`, `${FILE}.part.json`, `${FILE}.part.lock`]);
    expect((await get(REPOSITORY)).files[0]).toMatchObject({ verified: true, resumedFrom: gguf().length });
    expect(left()).toEqual([FILE]);
  });
  it('by another command that still runs is refused', async () => {
    await start({ storage: { pieceMs: 30 } });
    const first = get(REPOSITORY);
    while (!existsSync(`${target()}.part.lock`)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await problem(REPOSITORY)).toBe(`download_failed: R/${REPOSITORY}/${FILE} is being downloaded by another command (process ${process.pid}). Wait for it; if there is none, delete R/${REPOSITORY}/${FILE}.part.lock.`);
    expect((await first).files[0]).toMatchObject({ verified: true });
  });
});

describe('what is not right is not kept', () => {
  it('a wrong hash', async () => {
    await start({ storage: { spoiled: true } });
    expect(await problem(REPOSITORY)).toMatch(new RegExp(`^download_failed: What 127\\.0\\.0\\.1:\\d+ sent has the SHA-256 [0-9a-f]{64}, and ${SHA} was expected\\. It was thrown away`));
    expect(left()).toEqual([]);
  });
  it('a hash that is not the hub’s, before anything is fetched', async () => {
    await start({ noApi: true });
    expect(await problem(`${REPOSITORY}/${FILE}`, { sha256: 'a'.repeat(64) })).toMatch(/names the SHA-256 [0-9a-f]{64} for this file, and a{64} was expected\. Nothing was downloaded/);
    expect(left()).toEqual([]);
  });
  it('a web page in place of a model', async () => {
    await start({ repositories: { [REPOSITORY]: { [FILE]: Buffer.from('<!doctype html><html></html>') } } });
    expect(await problem(REPOSITORY)).toMatch(/^model_file_invalid: .* is a web page and no model/);
    expect(left()).toEqual([]);
  });
  it('more than the disk has room for', async () => {
    await start({ storage: { claims: 1e15, noTags: true }, noApi: true });
    expect(await problem(`${REPOSITORY}/${FILE}`)).toMatch(/^download_failed: R\/Qwen\/Tiny-Coder-GGUF has [\d.]+ GB free, and 1000000\.00 GB are to come\. Make room/);
    expect(left()).toEqual([]);
  });
});

describe('a token', () => {
  const gated = { repositories: [REPOSITORY], token: 'hf_secret' };
  it('goes to the hub and never to the storage that it leads to', async () => {
    await start({ gated });
    expect((await get(REPOSITORY, {}, { HF_TOKEN: 'hf_secret' })).files[0]).toMatchObject({ verified: true });
    expect(new Set(hub.seen.map(({ origin, authorization }) => `${origin} ${authorization}`))).toEqual(new Set(['hub Bearer hf_secret', 'storage undefined']));
  });
  it('goes to no other address', async () => {
    await start();
    await get(`${hub.storage}/${REPOSITORY}/${FILE}`, {}, { HF_TOKEN: 'hf_secret' });
    expect(hub.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
  it.each<[string, Record<string, string>, RegExp]>([
    ['that is missing', {}, /^download_failed: Qwen\/Tiny-Coder-GGUF\/\S+ is gated \(HTTP 401\)\. Accept its conditions at HUB\/Qwen\/Tiny-Coder-GGUF, make a token at HUB\/settings\/tokens, and set HF_TOKEN\.$/],
    ['that has no access', { HF_TOKEN: 'hf_other' }, /is gated, and the account of HF_TOKEN has no access \(HTTP 403\)\. Accept its conditions at HUB/],
  ])('%s', async (_title, env, expected) => {
    await start({ gated });
    expect(await problem(REPOSITORY, {}, env)).toMatch(expected);
  });
});

describe('what cannot be downloaded', () => {
  it.each<[string, string, RegExp]>([
    ['a file that is not there', `${REPOSITORY}/tiny-coder-q4_k_s.gguf`, /^download_failed: Qwen\/Tiny-Coder-GGUF has no file tiny-coder-q4_k_s\.gguf; the nearest: tiny-coder-q4_k_m\.gguf\.$/],
    ['a quantisation that is not there', `${REPOSITORY}:Q2_K`, /^download_failed: Qwen\/Tiny-Coder-GGUF has no Q2_K; it has Q4_K_M\. Name one: untilgreen models get Qwen\/Tiny-Coder-GGUF:Q4_K_M$/],
    ['a repository that is not there', 'Qwen/Tiny', /^download_failed: Qwen\/Tiny is not on 127\.0\.0\.1:\d+, or not for you \(HTTP 401\)\. Check the spelling; a private or gated repository needs HF_TOKEN\.$/],
    ['a snapshot', 'big/snapshot', /^download_failed: big\/snapshot has no GGUF files; it is a snapshot\. Look for a repository .*\(`hf download big\/snapshot`\)/],
    ['an address with nothing there', 'STORAGE/Qwen/gone.gguf', /^download_failed: localhost:\d+ has no localhost\/gone\.gguf \(HTTP 404\)\. Check the spelling\.$/],
    ['a short name that is none', 'qwen2.5-coder-1.5', /^usage: 'qwen2\.5-coder-1\.5' is no model that could be downloaded; did you mean qwen2\.5-coder-1\.5b\?/],
    ['a path out of the folder', 'a/b/../../x.gguf', /^usage: /],
    ['a file of another kind', 'a/b/model.safetensors', /^usage: /],
    ['an address of another kind', 'https://example.com/model.zip', /^usage: .* does not end in \.gguf/],
    ['an address that is not encrypted', 'http://example.com/model.gguf', /^usage: http:\/\/example\.com is not encrypted\./],
    ['nothing', '', /^usage: '' is no model/],
  ])('%s', async (_title, word, expected) => {
    await start({ repositories: { [REPOSITORY]: { [FILE]: MODEL }, 'big/snapshot': { 'model.safetensors': MODEL } } });
    expect(await problem(word.replace('STORAGE', hub.storage))).toMatch(expected);
  });
  it('anything, when the hub is not there', async () => {
    await start();
    await hub.close();
    expect(await problem(REPOSITORY)).toMatch(/^download_failed: HUB cannot be reached \(ECONNREFUSED\)\. Check the network, or name a mirror with HF_ENDPOINT\.$/);
    await expect(getModel('a/b', { env: { HF_ENDPOINT: 'nonsense' } })).rejects.toMatchObject({ code: 'usage' });
    expect(await problem(REPOSITORY, { sha256: 'abc' })).toBe('usage: --sha256 abc: expected 64 hexadecimal digits.');
  });
});

describe('what a word means', () => {
  const endpoint = new URL('https://huggingface.co');
  it.each<[string, unknown]>([
    ['Qwen2.5-Coder-1.5B', { kind: 'file', repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF', file: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf' }],
    ['codellama-7b:Q8_0', { kind: 'quantization', repository: 'TheBloke/CodeLlama-7B-Instruct-GGUF', quantization: 'Q8_0' }],
    ['a/b', { kind: 'quantization', repository: 'a/b', quantization: undefined }],
    ['a/b/sub/c.gguf', { kind: 'file', repository: 'a/b', file: 'sub/c.gguf' }],
    ['https://huggingface.co/a/b/resolve/main/c%20d.gguf?download=true', { kind: 'file', repository: 'a/b', file: 'c d.gguf' }],
    ['https://huggingface.co/a/b/resolve/v2/c.gguf', { kind: 'url', url: new URL('https://huggingface.co/a/b/resolve/v2/c.gguf'), file: 'c.gguf' }],
  ])('%s', (word, expected) => {
    expect(wantedOf(word, endpoint)).toEqual(expected);
  });
  it.each([['x-Q4_K_M.gguf', 'Q4_K_M'], ['x.q8_0.gguf', 'Q8_0'], ['x-IQ3_XS-00001-of-00002.gguf', 'IQ3_XS'], ['x-fp16.gguf', 'FP16'], ['x.gguf', undefined]])('%s is of %s', (path, expected) => {
    expect(quantizationIn(path)).toBe(expected);
  });
  it('the usual quantisation is taken where none is named', () => {
    const files = ['m-Q8_0.gguf', 'm-Q4_K_M.gguf', 'variant/m-long-Q4_K_M.gguf', 'm-Q2_K.gguf'].map((path) => ({ path, size: 1, sha256: undefined }));
    expect(chooseFiles(files, 'a/b', undefined).map(({ path }) => path)).toEqual(['m-Q4_K_M.gguf']);
  });
});
