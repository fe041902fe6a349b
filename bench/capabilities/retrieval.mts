// How long it takes to find the near tools, in libraries of 50 to 10,000 tools, and what other ways of holding the vectors would take.
//
//   npx tsx bench/capabilities/retrieval.mts [--data FOLDER] [--vectors FILE] [--sizes 50,200,1000,10000] [--server] [--hnsw]
//
// Tools beyond those of the data are made from them: the words of two descriptions and parameters mixed. --server measures PostgreSQL in place of
// the embedded store.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCatalogue } from '../../src/capabilities/catalogue/open.ts';
import { viewsOf } from '../../src/capabilities/catalogue/views.ts';
import type { Library } from '../../src/capabilities/interfaces.ts';
import type { Capability } from '../../src/capabilities/types.ts';
import { cacheDir } from '../../src/config/paths.ts';
import { minilmEmbedder } from '../../src/models/embedding/minilm.ts';
import type { Embedder } from '../../src/models/types.ts';
import type { Db } from '../../src/store/types.ts';
import { openStore } from '../../src/store/store.ts';
import { vectorText } from '../../src/store/values.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { chance, readData, remembering, shuffled } from './find-or-make-data.mts';
import { table } from './find-or-make-tables.mts';

const { values: options } = parseArgs({
  options: { data: { type: 'string', default: '../shared/data' }, vectors: { type: 'string' }, sizes: { type: 'string', default: '50,200,1000,10000' }, server: { type: 'boolean' }, hnsw: { type: 'boolean' } },
});
const QUERIES = 60;
const { tools, requests } = readData(options.data);
const real = remembering(minilmEmbedder(cacheDir(process.env)), options.vectors);
const asked = shuffled(requests, chance(3)).slice(0, QUERIES).map(({ request }) => request);
await real.embed(asked);

/** MiniLM for the tools of the data; a made text lies between the two texts that it is mixed from, with a little chance. */
const known = new Map<string, [string, string]>();
const random = chance(11);
const embedder: Embedder = {
  model: real.model,
  dimensions: real.dimensions,
  async embed(texts) {
    const parents = texts.map((text) => known.get(text) ?? [text, text]);
    const [one, other] = [await real.embed(parents.map(([a]) => a!)), await real.embed(parents.map(([, b]) => b!))];
    return texts.map((text, i) => (known.has(text) ? between(one[i]!, other[i]!) : one[i]!));
  },
};
function between(a: readonly number[], b: readonly number[]): number[] {
  const mixed = a.map((value, i) => value + b[i]! + (random() - 0.5) * 0.05);
  const length = Math.hypot(...mixed);
  return mixed.map((value) => value / length);
}

/** As many tools as wanted: each further one is mixed from two. */
function library(size: number): Capability[] {
  const pick = chance(size);
  return Array.from({ length: size }, (_, i) => {
    const served = (tool: Capability) => requests.filter((one) => one.tool === tool.name).slice(0, 1).map(({ request }) => request);
    if (i < tools.length) return { ...tools[i]!, requests: served(tools[i]!) };
    const [a, b] = [tools[Math.floor(pick() * tools.length)]!, tools[Math.floor(pick() * tools.length)]!];
    const mix = (one: string, other: string): string => {
      const text = `${one.split(' ').slice(0, 8).join(' ')} ${other.split(' ').slice(-8).join(' ')} ${i}`;
      known.set(text, [one, other]);
      return text;
    };
    const made = { ...a, name: `${a.name}_${i}`, parameters: { ...a.parameters, properties: {} }, aliases: [], requests: [] };
    for (const view of viewsOf(made)) if (view.kind !== 'description') known.set(view.text, [a.description, a.description]);
    return {
      ...made, description: mix(a.description, b.description), requests: served(a).map((request) => mix(request, b.description)), hash: String(i),
    };
  });
}

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const median = (values: readonly number[], at = 0.5): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * at)]!;
const shown = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));

const embedding = [];
const bare = minilmEmbedder(cacheDir(process.env));
await bare.embed(['warm']);
for (const request of asked.slice(0, 20)) embedding.push(await milliseconds(() => bare.embed([request])));
console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs; ${options.server ? 'PostgreSQL' : 'embedded store'}. Embedding one query by MiniLM: median ${shown(median(embedding))} ms.\n`);

const server = options.server ? await startPostgres() : undefined;
const rows: string[][] = [];
for (const size of options.sizes.split(',').map(Number)) {
  const directory = await mkdtemp(join(tmpdir(), 'retrieval-'));
  const store = await openStore({ url: server?.url, directory: join(directory, 'store') });
  try {
    await store.db.query('truncate untilgreen.capabilities, untilgreen.libraries cascade');
    const all = library(size);
    const folder = { directory, list: async () => ({ tools: all.map((tool) => ({ tool, folder: '', edited: false })), broken: [] }), revision: async () => '1' } as unknown as Library;
    const indexing = await milliseconds(async () => (await openCatalogue({ db: store.db, embedder, library: folder })).sync());
    const catalogue = await openCatalogue({ db: store.db, embedder, library: folder });
    const opening = await milliseconds(() => catalogue.sync());
    await catalogue.near({ request: 'warm up' });
    const near = [];
    const before = process.cpuUsage();
    for (let round = 0; round < 3; round += 1) for (const request of asked) near.push(await milliseconds(() => catalogue.near({ request })));
    const { user, system } = process.cpuUsage(before);
    rows.push([String(size), shown(Math.min(...near)), shown(median(near)), shown(median(near, 0.95)), shown((user + system) / 1_000 / near.length), shown(opening), (indexing / 1_000).toFixed(1), ...(await inDatabase(store.db))]);
    console.error(rows.at(-1)!.join('  '));
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}
console.log(table(['tools', 'near, least ms', 'median', '95 of 100', 'CPU, ms', 'opened by another process, ms', 'indexed without embedding, s', 'exact scan in the database, ms', ...(options.hnsw ? ['HNSW built, s', 'HNSW, ms'] : []), 'ts_rank over all, ms'], rows));
await server?.stop();
process.exit(0);

/** The same search by the database: exact, by an index of the model, and full text. */
async function inDatabase(db: Db): Promise<string[]> {
  const time = async (sql: string, value: (request: string) => Promise<string>): Promise<string> => {
    const took = [];
    for (const request of asked.slice(0, 12)) {
      const text = await value(request);
      took.push(await milliseconds(() => db.query(sql, [text])));
    }
    return shown(median(took));
  };
  const vector = async (request: string): Promise<string> => vectorText((await embedder.embed([request]))[0]!);
  const exact = await time('select name, embedding <#> $1::vector as distance from untilgreen.capability_views order by 2 limit 60', vector);
  const hnsw: string[] = [];
  if (options.hnsw) {
    const dimensions = embedder.dimensions;
    const built = await milliseconds(() => db.query(`create index retrieval_hnsw on untilgreen.capability_views using hnsw ((embedding::vector(${dimensions})) vector_ip_ops)`));
    hnsw.push((built / 1_000).toFixed(1), await time(`select name from untilgreen.capability_views order by embedding::vector(${dimensions}) <#> $1::vector(${dimensions}) limit 40`, vector));
    await db.query('drop index untilgreen.retrieval_hnsw');
  }
  await db.query(`create table untilgreen.retrieval_words as select name, to_tsvector('english', string_agg(text, ' ')) as words from untilgreen.capability_views group by name`);
  await db.query('create index retrieval_words_of on untilgreen.retrieval_words using gin (words)');
  const words = await time(
    `select name, ts_rank(words, query) from untilgreen.retrieval_words, cast(replace(plainto_tsquery('english', $1)::text, '&', '|') as tsquery) as query where words @@ query order by 2 desc limit 20`,
    async (request) => request,
  );
  await db.query('drop table untilgreen.retrieval_words');
  return [exact, ...hnsw, words];
}
