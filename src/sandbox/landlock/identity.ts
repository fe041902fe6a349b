import { readFileSync, readdirSync, statSync } from 'node:fs';

/** Debian keeps 30000 to 59999 free of users (policy 9.2.2); the part above 40000 lies below what a container without own uid map has. */
const FIRST = 40_000;
const COUNT = 19_000;

/** Is this a uid that root's commands are given under Landlock. */
export function isPrivate(uid: number): boolean {
  return uid >= FIRST && uid < FIRST + COUNT;
}

/**
 * The uid for root's commands in a workspace: one that nobody has, always the same for the same workspace. Undefined where this process is
 * not root: its commands run as its own user then.
 *
 * Neither root nor the workspace's owner will do. Landlock says nothing about modes, times and owners of files, nor about shared memory and
 * terminals, for which only the uid counts; and the kernel does not bound the processes of uid 0.
 *
 * @param workspace real path
 */
export function privateUid(workspace: string): number | undefined {
  if (process.geteuid?.() !== 0) return undefined;
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
