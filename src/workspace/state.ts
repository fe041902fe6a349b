import type { Mount } from '../sandbox/types.ts';
import type { Owner } from './copy.ts';
import type { CheckpointId, RelativePath, Skipped } from './types.ts';

/** What a workbench is, as it stands beside it in `<root>.json`: enough to open it again in another process. */
export interface BenchState {
  version: 1;
  source: string;
  mountAt: string;
  mounts: Mount[];
  /** Packages that were installed since, and where they lie; a fork shows those of its origin. */
  installed?: readonly Mount[];
  packages?: string;
  skipped: Skipped[];
  base: CheckpointId;
  written: RelativePath[];
  maxFileBytes: number;
  owner?: Owner;
}

export function stateFile(root: string): string {
  return `${root}.json`;
}

/** Where packages that are installed during a run lie: beside the copy, gone with it. */
export function packagesFolder(root: string): string {
  return `${root}.deps`;
}
