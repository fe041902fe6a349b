import type { Db } from '../types.ts';
import { jsonText, vectorText } from '../values.ts';

/** A tool of a library as it was in its folder when that was last read. */
export interface CapabilityRow {
  name: string;
  version: string;
  status: string;
  hash: string;
  /** Another text whenever anything of `content` is another. */
  digest: string;
  content: Record<string, unknown>;
}
/** A text by which a tool is found. */
export interface ViewRow {
  name: string;
  kind: string;
  /** Its place among those of the same kind. */
  position: number;
  text: string;
  embedding: ArrayLike<number>;
  embeddingModel: string;
}
export type ViewHead = Omit<ViewRow, 'embedding' | 'embeddingModel'> & { embeddingModel: string | null };

/** The revision of the folder that the index stands for. */
export async function libraryRevision(db: Pick<Db, 'query'>, library: string): Promise<string | undefined> {
  const [row] = await db.query<{ revision: string }>('select revision from untilgreen.libraries where library = $1', [library]);
  return row?.revision;
}

/** The names of a library's tools with their digests. */
export function capabilityDigests(db: Pick<Db, 'query'>, library: string): Promise<{ name: string; digest: string; status: string }[]> {
  return db.query('select name, digest, status from untilgreen.capabilities where library = $1 order by name', [library]);
}

/** The content of some tools; all where no names are given. */
export function readCapabilities(db: Pick<Db, 'query'>, library: string, names?: readonly string[]): Promise<{ name: string; digest: string; content: Record<string, unknown> }[]> {
  const sql = 'select name, digest, content from untilgreen.capabilities where library = $1 and ($2::text[] is null or name = any($2::text[])) order by name';
  return db.query(sql, [library, names]);
}

/** The views of some tools without their vectors; of all where no names are given. */
export function viewHeads(db: Pick<Db, 'query'>, library: string, names?: readonly string[]): Promise<ViewHead[]> {
  const sql = `select name, kind, position, text, embedding_model as "embeddingModel" from untilgreen.capability_views
    where library = $1 and ($2::text[] is null or name = any($2::text[])) order by name, kind, position`;
  return db.query<ViewHead>(sql, [library, names]);
}

/** The vectors of one model, as 32-bit floats in the byte order of the network, in base64: a third of the time that their text takes. */
export function viewVectors(db: Pick<Db, 'query'>, library: string, embeddingModel: string, names?: readonly string[]): Promise<{ name: string; kind: string; position: number; vector: string }[]> {
  const sql = `select name, kind, position, encode(vector_send(embedding), 'base64') as vector from untilgreen.capability_views
    where library = $1 and embedding_model = $2 and ($3::text[] is null or name = any($3::text[])) order by name, kind, position`;
  return db.query(sql, [library, embeddingModel, names]);
}

/** Reads what `viewVectors` gave: after the number of dimensions and two unused bytes come the floats. */
export function vectorOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  const dimensions = bytes.readUInt16BE(0);
  return Float32Array.from({ length: dimensions }, (_, i) => bytes.readFloatBE(4 + 4 * i));
}

/** Writes what changed, as a whole. Views of the tools that are written are replaced by those given. */
export async function writeCapabilities(
  db: Db,
  library: string,
  change: { tools: readonly CapabilityRow[]; views: readonly ViewRow[]; removed: readonly string[]; revision: string },
): Promise<void> {
  const names = change.tools.map((tool) => tool.name);
  await db.transaction(async (tx) => {
    // The row of the library is written first: its lock keeps two processes that index the same folder one after the other.
    await tx.query(
      `insert into untilgreen.libraries (library, revision) values ($1, $2) on conflict (library) do update set revision = excluded.revision, at = now()`,
      [library, change.revision],
    );
    if (change.removed.length) await tx.query('delete from untilgreen.capabilities where library = $1 and name = any($2::text[])', [library, change.removed]);
    for (const tools of pages(change.tools)) {
      const column = (key: keyof CapabilityRow) => tools.map((tool) => (key === 'content' ? jsonText(tool.content) : tool[key]));
      await tx.query(
        `insert into untilgreen.capabilities (library, name, version, status, hash, digest, content)
          select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
          on conflict (library, name) do update set version = excluded.version, status = excluded.status, hash = excluded.hash,
            digest = excluded.digest, content = excluded.content, at = now()`,
        [library, column('name'), column('version'), column('status'), column('hash'), column('digest'), column('content')],
      );
    }
    for (const page of pages(names)) await tx.query('delete from untilgreen.capability_views where library = $1 and name = any($2::text[])', [library, page]);
    for (const views of pages(change.views)) await insertViews(tx, library, views);
  });
}

async function insertViews(tx: Pick<Db, 'query'>, library: string, views: readonly ViewRow[]): Promise<void> {
  const column = (key: keyof ViewRow) => views.map((view) => (key === 'embedding' ? vectorText(view.embedding) : view[key]));
  await tx.query(
    `insert into untilgreen.capability_views (library, name, kind, position, text, embedding, embedding_model)
      select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::vector[], $7::text[])
      on conflict (library, name, kind, position) do update set text = excluded.text, embedding = excluded.embedding, embedding_model = excluded.embedding_model`,
    [library, column('name'), column('kind'), column('position'), column('text'), column('embedding'), column('embeddingModel')],
  );
}

const PAGE = 500;
function* pages<T>(rows: readonly T[]): Generator<T[]> {
  for (let i = 0; i < rows.length; i += PAGE) yield rows.slice(i, i + PAGE);
}
