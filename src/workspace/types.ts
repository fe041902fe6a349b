import type { Mount } from '../sandbox/types.ts';

/** A path relative to the workspace root: POSIX separators, no `..`, never absolute, never inside `.git`. */
export type RelativePath = string;

/** SHA-256 of the file's bytes. */
export type ContentHash = string;

export interface FileEntry {
  path: RelativePath;
  hash: ContentHash;
  /** Permission bits. */
  mode: number;
  size: number;
  /** A symbolic link's target; links are kept as they are and never followed. */
  link?: string;
}

/** What is to change. `expect` is the hash the author read; another content on disk is `stale`. `null` expects no file. */
export type FileChange =
  | { kind: 'write'; path: RelativePath; content: string | Uint8Array; mode?: number; expect?: ContentHash | null }
  | { kind: 'delete'; path: RelativePath; expect?: ContentHash };

export interface TextFile {
  path: RelativePath;
  /** Decoded as UTF-8, the BOM included as it is. */
  text: string;
  hash: ContentHash;
}

export type CheckpointId = string;

/** A change between two states, for diffs, gates and receipts. */
export interface Delta {
  path: RelativePath;
  kind: 'added' | 'modified' | 'deleted';
  /** Absent for an added file. */
  before?: { hash: ContentHash; mode: number };
  after?: { hash: ContentHash; mode: number };
}

/**
 * The private copy in which a run works. Errors: `path_outside`, `path_unsafe`, `file_missing`, `not_a_file`,
 * `binary_file`, `too_large`, `stale`.
 */
export interface Workbench {
  /** The copy's root on the host. */
  readonly root: string;
  /** The user's directory. */
  readonly source: string;
  /** Ignored dependency folders of the user's directory, to be bound read-only into the sandbox. Targets are absolute paths under `mountAt`. */
  readonly mounts: Mount[];
  /** Folder beside the copy for packages that are installed during the run. It goes with the copy. */
  readonly packages: string;
  /**
   * Shows a folder of `packages` in the sandbox from now on, read-only, in place of a mount with the same target. Later checkpoints
   * hold it, so that `restore` to an earlier one takes it back.
   */
  show(mount: Mount): Promise<void>;
  /** Where the copy appears inside the sandbox. */
  readonly mountAt: string;
  /** Regular files of the copy, sorted; dependency folders, ignored files and what checks left behind are not listed. */
  list(): Promise<FileEntry[]>;
  exists(path: RelativePath): Promise<boolean>;
  readText(path: RelativePath): Promise<TextFile>;
  readBytes(path: RelativePath): Promise<Uint8Array>;
  /** Content of a file as it was at a checkpoint; undefined where it did not exist. */
  readAt(checkpoint: CheckpointId, path: RelativePath): Promise<Uint8Array | undefined>;
  /** Writes all or nothing: every path and hash is checked before the first write. */
  write(changes: FileChange[]): Promise<void>;
  /** The state before the first change. */
  readonly base: CheckpointId;
  /** Remembers the present state of all listed files. Cheap: unchanged files are recognised by size and time. */
  checkpoint(): Promise<CheckpointId>;
  /** Puts every listed file back, removes files that were not there. */
  restore(checkpoint: CheckpointId): Promise<void>;
  /** What differs between two checkpoints (default: base and now), sorted by path. */
  deltas(from?: CheckpointId, to?: CheckpointId): Promise<Delta[]>;
  /** The same as unified diff text, three lines of context; binary files are named only. */
  diff(from?: CheckpointId, to?: CheckpointId): Promise<string>;
  /** A second private copy at a checkpoint (to see a new test red on the old code). The caller disposes it. */
  fork(checkpoint: CheckpointId): Promise<Workbench>;
  dispose(): Promise<void>;
}

/** An entry of the user's directory that is not in the copy, and why. */
export interface Skipped {
  path: RelativePath;
  /** `special`: fifo, socket or device; `name`: not UTF-8; `too large`: shown read-only instead; `too many`: beyond the number of mounts. */
  reason: 'secret' | 'special' | 'name' | 'unreadable' | 'too large' | 'too many';
}

/** A workbench that was opened on a user's directory. */
export interface OpenWorkbench extends Workbench {
  /** What of the user's directory is not in the copy. */
  readonly skipped: readonly Skipped[];
  /** Files that commands left in the copy: not listed, not ignored, in no dependency folder. Sorted. */
  leftovers(): Promise<RelativePath[]>;
}

export interface ApplyResult {
  journal: string;
  files: { path: RelativePath; kind: Delta['kind']; merged: boolean }[];
}
