import { relative, sep } from 'node:path';
import type { Mount } from '../sandbox/types.ts';
import type { RelativePath } from './types.ts';

/** What a workbench shows read-only: the dependency folders it was opened with, and the packages that were installed since. */
export class Shown {
  #installed: readonly Mount[] = [];
  #byPath: ReadonlyMap<RelativePath, Mount> = new Map();

  constructor(
    private readonly mountAt: string,
    private readonly opened: readonly Mount[],
    installed: readonly Mount[] = [],
  ) {
    this.installed = installed;
  }

  /** Mounts of installed packages; one at the target of an opened folder takes its place. */
  get installed(): readonly Mount[] {
    return this.#installed;
  }
  set installed(mounts: readonly Mount[]) {
    this.#installed = mounts;
    const inside = this.all.map((m) => [relative(this.mountAt, m.target).split(sep).join('/'), m] as const);
    this.#byPath = new Map(inside.filter(([path]) => path !== '..' && !path.startsWith('../')));
  }

  add(mount: Mount): void {
    this.installed = [...this.#installed.filter((m) => m.target !== mount.target), { ...mount, optional: true }];
  }

  get all(): Mount[] {
    return [...this.opened.filter((m) => !this.#installed.some((own) => own.target === m.target)), ...this.#installed];
  }

  /** Those inside the copy, by their path in it. */
  get byPath(): ReadonlyMap<RelativePath, Mount> {
    return this.#byPath;
  }
}
