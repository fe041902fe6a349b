import { closeSync, fsyncSync, openSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

interface Stream {
  nfd: number;
  node: { mode: number };
}
interface NodeFsModule {
  realPath(node: Stream['node']): string;
  stream_ops: { fsync?: (stream: Stream) => number };
}
interface WasmModule {
  NODEFS?: NodeFsModule;
  FS: { filesystems?: { NODEFS?: NodeFsModule }; isDir(mode: number): boolean };
}

/**
 * PGlite's file system with a real fsync. As shipped, its emscripten layer has none, so a power cut loses
 * every commit or the whole database; here each fsync that Postgres asks for reaches the disk.
 */
export class DurableFS extends NodeFS {
  /** How often Postgres asked for a flush: the self-test at opening compares it. */
  syncs = 0;

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const result = await super.init(...args);
    const options = result.emscriptenOpts as { preRun?: ((module: WasmModule) => void)[] };
    (options.preRun ??= []).push((module) => this.#install(module));
    return result;
  }

  #install(module: WasmModule): void {
    // The place has moved between patch releases of PGlite, which is why its version is pinned exactly.
    const nodefs = module.NODEFS ?? module.FS.filesystems?.NODEFS;
    if (!nodefs) throw new Error('PGlite no longer exposes NODEFS');
    nodefs.stream_ops.fsync = (stream) => {
      this.syncs += 1;
      if (module.FS.isDir(stream.node.mode)) syncPath(nodefs.realPath(stream.node));
      else fsyncSync(stream.nfd);
      return 0;
    };
  }
}

/** Flushes one file or directory. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** PGlite's own start parameters with fsync on. `fsync` is the method because `fdatasync` is a stub that does nothing there. */
export const DURABLE_PARAMETERS: readonly string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
];

/**
 * Refuses a database whose commits do not reach the disk: the flush counter must rise with one commit.
 * Throws an `Error`; the opener makes it `store_failed`.
 */
export async function provesDurable(commit: () => Promise<unknown>, syncs: () => number): Promise<void> {
  const before = syncs();
  await commit();
  if (syncs() <= before) throw new Error('a commit was not flushed to the disk, so a power cut would lose data');
}

/** A commit that writes the log and no table. */
export const PROBE_COMMIT = "select pg_logical_emit_message(true, 'untilgreen', 'durable?')";
