import { UntilgreenError } from '../core/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { TABLES, type Table } from './schema.ts';
import type { Db } from './types.ts';

/** First line of an export. */
interface Header {
  untilgreen: 'store';
  schema: number;
}

const PAGE = 500;
const keyOf: Readonly<Record<Table, string>> = {
  tasks: 'id', events: 'task_id, seq', model_calls: 'task_id, key, request_hash', iterations: 'task_id, number',
  steps: 'task_id, iteration, step_id', metrics: 'id', failures: 'id', patterns: 'id', approvals: 'id',
  capability_evidence: 'hash', capability_uses: 'id', failed_syntheses: 'id',
};

/**
 * Writes every row of the store but what is made anew from files (the index of tools) as one JSON line, after a line that says the schema's version: a backup, and the way to
 * another PostgreSQL version or from a laptop to a server. Each page is read on its own, so the store should be idle.
 *
 * @param write  takes one line without its end
 * @returns rows per table
 */
export async function exportStore(db: Db, write: (line: string) => unknown): Promise<Record<Table, number>> {
  await write(JSON.stringify({ untilgreen: 'store', schema: MIGRATIONS.length } satisfies Header));
  const counts = {} as Record<Table, number>;
  for (const table of TABLES) {
    let count = 0;
    for (;;) {
      // Rows leave as the server's own JSON, which keeps microseconds and every digit.
      const sql = `select to_jsonb(page)::text as row from (select * from untilgreen.${table} order by ${keyOf[table]} limit ${PAGE} offset $1::int) as page`;
      const rows = await db.query<{ row: string }>(sql, [count]);
      for (const { row } of rows) await write(`{"table":"${table}","row":${row}}`);
      count += rows.length;
      if (rows.length < PAGE) break;
    }
    counts[table] = count;
  }
  return counts;
}

/**
 * Reads what `exportStore` wrote, in one transaction. Rows that are there already stay as they are.
 * Errors: `store_incompatible` for a newer export, `usage` for anything else that is not one.
 *
 * @returns rows per table that were new
 */
export async function importStore(db: Db, lines: Iterable<string> | AsyncIterable<string>): Promise<Record<Table, number>> {
  const counts = Object.fromEntries(TABLES.map((table) => [table, 0])) as Record<Table, number>;
  let header: Header | undefined;
  let number = 0;
  await db.transaction(async (tx) => {
    let table: Table | undefined;
    let rows: string[] = [];
    const put = async (): Promise<void> => {
      if (!table || rows.length === 0) return;
      const sql = `insert into untilgreen.${table} select row.* from unnest($1::text[]) as line(text),
        jsonb_populate_record(null::untilgreen.${table}, line.text::jsonb) as row on conflict do nothing returning 1`;
      counts[table] += (await tx.query(sql, [rows])).length;
      rows = [];
    };
    for await (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      if (!header) {
        header = headerOf(line);
        continue;
      }
      const entry = rowOf(line, number);
      if (entry.table !== table || rows.length >= PAGE) await put();
      table = entry.table;
      rows.push(JSON.stringify(entry.row));
    }
    await put();
    // Numbers that the table gives itself go on behind those that came in.
    for (const numbered of ['model_calls', 'capability_uses'] as const) {
      await tx.query(`select setval(pg_get_serial_sequence('untilgreen.${numbered}', 'number'), greatest((select max(number) from untilgreen.${numbered}), 1))`);
    }
  });
  if (!header) throw notAnExport(1);
  return counts;
}

function headerOf(line: string): Header {
  const header = parse(line, 1) as Partial<Header>;
  if (header.untilgreen !== 'store' || typeof header.schema !== 'number') throw notAnExport(1);
  if (header.schema > MIGRATIONS.length) {
    throw new UntilgreenError('store_incompatible', `The export has schema version ${header.schema}, this version of untilgreen knows up to ${MIGRATIONS.length}.`, { found: header.schema, newest: MIGRATIONS.length }, 'Upgrade untilgreen.');
  }
  return header as Header;
}

function rowOf(line: string, number: number): { table: Table; row: Record<string, unknown> } {
  const entry = parse(line, number) as { table?: Table; row?: Record<string, unknown> };
  if (!entry.table || !TABLES.includes(entry.table) || typeof entry.row !== 'object') throw notAnExport(number);
  return { table: entry.table, row: entry.row };
}

function parse(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw notAnExport(number, error);
  }
  throw notAnExport(number);
}

function notAnExport(line: number, cause?: unknown): UntilgreenError {
  return new UntilgreenError('usage', `Line ${line} is not of an export of the store.`, { line }, 'Give the file that `exportStore` wrote.', { cause });
}
