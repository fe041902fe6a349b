import { UntilgreenError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Mount } from '../sandbox/types.ts';
import type { BlobStore } from './blobs.ts';
import type { CheckpointId, ContentHash, Delta, RelativePath } from './types.ts';

export interface ManifestEntry {
  /** Of a link: SHA-256 of its target. */
  hash: ContentHash;
  mode: number;
  size: number;
  link?: string;
}

/** The state of a workbench at one moment. It is kept as a blob, and its hash is the checkpoint's id. */
export interface Manifest {
  version: 1;
  /** What is listed and may change. */
  files: Record<RelativePath, ManifestEntry>;
  /** Ignored files that were copied; they are put back by `restore`, and count as changed only when they are written. */
  hidden: Record<RelativePath, ManifestEntry>;
  /** Directories of the copy that were there from the start, empty ones too. */
  directories: RelativePath[];
  /** Paths that were written or deleted through the workbench. */
  written: RelativePath[];
  /** Packages that were installed since the start. */
  installed?: Mount[];
}

export async function saveManifest(blobs: BlobStore, manifest: Manifest): Promise<CheckpointId> {
  return blobs.put(new TextEncoder().encode(canonicalJson(manifest)));
}

/** Errors: `bad_arguments` for an id that is no checkpoint, `store_failed` where it is lost or damaged. */
export async function loadManifest(blobs: BlobStore, id: CheckpointId): Promise<Manifest> {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new UntilgreenError('bad_arguments', `${id} is not a checkpoint.`, { checkpoint: id }, 'Use an id that checkpoint() returned.');
  const manifest = JSON.parse(new TextDecoder().decode(await blobs.get(id))) as Manifest;
  if (manifest.version !== 1) throw new UntilgreenError('store_incompatible', `Checkpoint ${id.slice(0, 12)} was made by another version.`, { checkpoint: id }, 'Start a new run.');
  return manifest;
}

/** What differs between two states, sorted by path. An ignored file counts where the later state lists it or the run deleted it. */
export function compare(from: Manifest, to: Manifest): Delta[] {
  const written = new Set(to.written);
  const before = (path: RelativePath) => own(from.files, path) ?? (own(to.files, path) || written.has(path) ? own(from.hidden, path) : undefined);
  const paths = new Set([...Object.keys(from.files), ...Object.keys(to.files), ...written]);
  const deltas: Delta[] = [];
  for (const path of [...paths].toSorted()) {
    const old = before(path);
    const now = own(to.files, path);
    if (!old && !now) continue;
    if (old && now && old.hash === now.hash && old.mode === now.mode && old.link === now.link) continue;
    deltas.push({
      path,
      kind: !old ? 'added' : !now ? 'deleted' : 'modified',
      ...(old ? { before: { hash: old.hash, mode: old.mode } } : {}),
      ...(now ? { after: { hash: now.hash, mode: now.mode } } : {}),
    });
  }
  return deltas;
}

/** A record's own value: file names like `constructor` are only names. */
export function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
