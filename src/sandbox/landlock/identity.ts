import { readFileSync, readdirSync, statSync } from 'node:fs';

/** Who runs the command under Landlock, and how the kernel can be told how many processes it may have. */
export interface Runner {
  /** Set where root is dropped. */
  dropTo?: { uid: number; gid: number };
  /** The uid is nobody's else: what it may touch by its name alone (shared memory, terminals) is the command's own. */
  alone: boolean;
}

/** Debian keeps 30000 to 59999 free of users (policy 9.2.2); the part above 40000 lies below what a container without own uid map has. */
const FIRST = 40_000;
const COUNT = 19_000;

export function isPrivate(uid: number): boolean {
  return uid >= FIRST && uid < FIRST + COUNT;
}

/**
 * Root is never the one who runs the command: Landlock says nothing about modes and owners of files, and the kernel does not bound the
 * processes of uid 0. In a workspace of somebody else's it is the owner; in one of root's, an unprivileged uid that nobody
 * has, the same one for the same workspace.
 *
 * @param workspace real path
 */
export function runnerFor(workspace: string): Runner {
  if (process.geteuid?.() !== 0) return { alone: false };
  const owner = statSync(workspace);
  if (owner.uid !== 0 && !isPrivate(owner.uid)) return { dropTo: { uid: owner.uid, gid: owner.gid }, alone: false };
  const uid = freeUid(workspace);
  return { dropTo: { uid, gid: uid }, alone: true };
}

function freeUid(workspace: string): number {
  const taken = new Set(['/etc/passwd', '/etc/group'].flatMap((file) => readFileSync(file, 'utf8').split('\n').map((line) => Number(line.split(':')[2]))));
  const { dev, ino } = statSync(workspace);
  for (let step = 0; step < COUNT; step += 1) {
    const uid = FIRST + ((dev * 31 + ino + step) % COUNT);
    if (!taken.has(uid)) return uid;
  }
  throw new Error(`every user number from ${FIRST} to ${FIRST + COUNT - 1} is taken`);
}

/** Processes and threads that the uid has already; RLIMIT_NPROC counts them too. */
export function tasksOf(uid: number): number {
  let tasks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (statSync(`/proc/${name}`).uid === uid) tasks += readdirSync(`/proc/${name}/task`).length;
    } catch {
      // It ended.
    }
  }
  return tasks;
}
