import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, writeFile, rm, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDir } from '../../config/paths.ts';
import { haveMinilm, minilmEmbedder } from './minilm.ts';
import { ngramEmbedder } from './ngram.ts';
import { havePart } from './parts.ts';
import { serverEmbedder } from './server.ts';
import { WordPiece } from './wordpiece.ts';

const cosine = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe('word pieces', () => {
  const tokenizer = new WordPiece(new Map(['[CLS]', '[SEP]', '[UNK]', 'un', '##aff', '##able', 'cafe', '!', '中'].map((t, i) => [t, i])));
  it.each([
    ['UNAFFABLE', [0, 3, 4, 5, 1]],
    ['café!', [0, 6, 7, 1]],
    ['中', [0, 8, 1]],
    ['zzz unzzz', [0, 2, 2, 1]],
    ['', [0, 1]],
  ])('of %j are the longest that the vocabulary has', (text, ids) => expect(tokenizer.encode(text)).toEqual(ids));
  it('are cut at the length the model was trained on', () => expect(tokenizer.encode('cafe '.repeat(1_000))).toHaveLength(WordPiece.MAX_PIECES));
});

describe('hashed n-grams', () => {
  it('are unit vectors that are nearer for texts that share words', async () => {
    const [a, b, c, empty] = (await ngramEmbedder.embed(["cannot import name 'parse_date'", "ImportError: cannot import name 'parse_time'", 'list index out of range', ''])) as [number[], number[], number[], number[]];
    for (const v of [a, b, c, empty]) expect(Math.hypot(...v)).toBeCloseTo(1, 6);
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c));
  });
});

// The weights are fetched by `npm run setup`; a machine without network has none, and says so by the test's name.
const minilmHere = await haveMinilm(cacheDir());
describe(minilmHere ? 'MiniLM' : 'MiniLM (not measured: its files are not in the cache)', () => {
  it.runIf(minilmHere)('finds a paraphrase nearer than another text', async () => {
    const embedder = minilmEmbedder(cacheDir());
    const [q, same, other] = (await embedder.embed(['percentage of a number', 'compute how many percent', 'parse an IPv4 address'])) as [number[], number[], number[]];
    expect(q).toHaveLength(384);
    expect(Math.hypot(...q)).toBeCloseTo(1, 5);
    expect(cosine(q, same)).toBeGreaterThan(cosine(q, other) + 0.1);
  });
});

describe('a part', () => {
  it('is had only when all of its files are there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'part-'));
    const part = { registry: 'npm' as const, name: 'x', version: '1', sha256: '', licence: 'MIT', megabytes: 1, members: { a: 'a.bin', b: 'b.bin' } };
    await writeFile(join(folder, 'a.bin'), '');
    expect(await havePart(folder, part)).toBe(false);
    await writeFile(join(folder, 'b.bin'), '');
    expect(await havePart(folder, part)).toBe(true);
    expect(await readdir(folder)).toHaveLength(2);
    await rm(folder, { recursive: true });
  });
});

describe("a server's embedding model", () => {
  const seen: unknown[] = [];
  let status = 200;
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (d: Buffer) => (body += d.toString()));
    req.on('end', () => {
      seen.push({ url: req.url, key: req.headers.authorization, body: JSON.parse(body) });
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ data: [{ index: 1, embedding: [0, 2] }, { index: 0, embedding: [3, 4] }] }));
    });
  });
  let baseUrl = '';
  beforeAll(async () => {
    await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => void server.close());

  it('gives unit vectors in the order of the texts', async () => {
    const vectors = await serverEmbedder({ baseUrl, model: 'm', apiKey: 'k' }).embed(['a', 'b']);
    expect(vectors).toEqual([[0.6, 0.8], [0, 1]]);
    expect(seen.at(-1)).toEqual({ url: '/v1/embeddings', key: 'Bearer k', body: { model: 'm', input: ['a', 'b'] } });
  });
  it.each([
    [401, 'model_auth'],
    [500, 'model_reply_invalid'],
  ])('says %i as %s', async (code, error) => {
    status = code;
    await expect(serverEmbedder({ baseUrl, model: 'm' }).embed(['a', 'b'])).rejects.toMatchObject({ code: error });
    status = 200;
  });
  it('says that nothing answers', async () => {
    await expect(serverEmbedder({ baseUrl: 'http://127.0.0.1:9/v1', model: 'm' }).embed(['a'])).rejects.toMatchObject({ code: 'model_unreachable' });
  });
});
