#!/usr/bin/env node
// Makes assets/pglite-template.tar.br, the data directory that a first start unpacks in place of running initdb.
// To be run again whenever the pinned PGlite changes: `node scripts/make-template.mjs`.
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { createTar } from 'nanotar';

const scratch = mkdtempSync(join(tmpdir(), 'pglite-template-'));
try {
  const directory = join(scratch, 'data');
  const db = await PGlite.create({ dataDir: directory, extensions: { vector } });
  for (const sql of ['create extension vector', 'vacuum (freeze, analyze)', 'checkpoint']) await db.query(sql);
  await db.close();
  rmSync(join(directory, 'postmaster.pid'), { force: true });

  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const attrs = { mtime: 0, uid: 0, gid: 0, user: '', group: '' };
  const tar = createTar(
    entries.map(({ entry, path }) => {
      const name = relative(directory, path);
      // Equal files of the template databases lie within one window of the compressor: a third of gzip's size.
      return entry.isDirectory() ? { name: `${name}/`, attrs: { ...attrs, mode: '700' } } : { name, data: readFileSync(path), attrs: { ...attrs, mode: '600' } };
    }),
  );
  const packed = brotliCompressSync(tar, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: tar.length },
  });
  const assets = join(import.meta.dirname, '../assets');
  mkdirSync(assets, { recursive: true });
  writeFileSync(join(assets, 'pglite-template.tar.br'), packed);
  console.log(`${entries.length} entries, ${(tar.length / 2 ** 20).toFixed(1)} MiB, packed ${(packed.length / 2 ** 20).toFixed(2)} MiB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
