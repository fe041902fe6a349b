/** One process as `ps` tells of it. */
export interface PsProcess {
  pid: number;
  parent: number;
  /** Bytes. */
  resident: number;
  uid: number;
  /** When it was started, to the second: with the pid it names a process. */
  started: string;
}

/** Asks for everything that `parsePs` reads; the same words on macOS and Linux. */
export const PS_WORDS = ['-axo', 'pid=,ppid=,rss=,uid=,lstart='] as const;

/** Reads what `ps` with `PS_WORDS` prints. */
export function parsePs(text: string): PsProcess[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, kilobytes, uid, started] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    return started === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), resident: Number(kilobytes) * 1024, uid: Number(uid), started }];
  });
}

/**
 * A process and whatever came of it, where there is no namespace and no group that holds a tree together. Who was seen once as a
 * descendant stays one, also when its parent is gone and it belongs to the first process of the system. One that is made and left
 * by its parent between two looks is missed.
 */
export class ProcessFamily {
  readonly #known = new Map<number, string>();

  constructor(private readonly root: number) {}

  /** Takes in a look at the system. Returns the members that are alive. */
  look(all: readonly PsProcess[]): PsProcess[] {
    const alive = new Map(all.map((process) => [process.pid, process]));
    // A pid that is another process by now is no member any more.
    for (const [pid, started] of this.#known) if (alive.get(pid)?.started !== started) this.#known.delete(pid);
    const first = alive.get(this.root);
    if (first && this.#known.size === 0) this.#known.set(first.pid, first.started);
    for (let found = true; found; ) {
      found = false;
      for (const process of all) {
        if (this.#known.has(process.pid) || !this.#known.has(process.parent)) continue;
        this.#known.set(process.pid, process.started);
        found = true;
      }
    }
    return [...this.#known.keys()].flatMap((pid) => alive.get(pid) ?? []);
  }
}
