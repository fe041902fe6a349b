import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Holds the mounts of one command, in a mount namespace of its own: on the host it stays an empty directory. */
const STAGE = '/run/untilgreen';

/** Who looks: root's identity after the drop, with no further groups. */
interface User {
  uid: number;
  gid: number;
}

/** The nearest directory above `path` that the user may not enter, if there is one. Access lists beyond the mode are not looked at. */
export function barrier(path: string, { uid, gid }: User): string | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    const info = statSync(at);
    const bit = info.uid === uid ? 0o100 : info.gid === gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return at;
    if (at === '/') return undefined;
  }
}

/**
 * Shows a command that root runs as another user what lies behind directories that this user may not enter, such as a workbench below
 * /root: while still root, the sources are mounted where the user reaches them, in a mount namespace that only this command has.
 * Nothing else of such a directory becomes reachable, and no permission on the host changes.
 */
export class Reach {
  readonly #sources: string[] = [];
  readonly barriers = new Set<string>();

  /** @param user  undefined where root is not dropped: everything is within reach then */
  constructor(private readonly user: User | undefined) {}

  /** The path at which bubblewrap finds `source`. */
  from(source: string): string {
    const closed = this.user && barrier(source, this.user);
    if (closed === undefined) return source;
    this.barriers.add(closed);
    const known = this.#sources.indexOf(source);
    return `${STAGE}/${known >= 0 ? known : this.#sources.push(source) - 1}`;
  }

  /**
   * Words to put in front of the rest of the launcher, which they become.
   *
   * @param program  absolute path of a system program
   */
  words(program: (name: 'setpriv' | 'unshare') => string): string[] {
    if (this.#sources.length === 0) return [];
    mkdirSync(STAGE, { recursive: true, mode: 0o711 });
    return [program('setpriv'), '--pdeathsig', 'KILL', '--', program('unshare'), '--mount', '--propagation', 'private', '--', '/bin/sh', '-c', SCRIPT, 'sh', STAGE, ...this.#sources, '--'];
  }

  /** The launcher's complaint, with what to do where it may come from such mounts. */
  explain(error: string, workspace: string): string {
    if (this.barriers.size === 0) return error;
    const uid = this.user?.uid;
    return `${error.replace(/[.\s]+$/, '')}. User ${uid}, who owns ${workspace} and runs its commands, may not enter ${[...this.barriers].join(', ')}, and root could not mount here what lies there. Run untilgreen as that user, or set UNTILGREEN_HOME to a directory that user ${uid} may enter.`;
  }
}

const SCRIPT = `set -e
stage=$1; shift
mount -t tmpfs -o mode=0711,size=1m tmpfs "$stage"
n=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$stage/$n"; else : > "$stage/$n"; fi
  mount --bind -- "$1" "$stage/$n"
  n=$((n + 1)); shift
done
shift
exec "$@"`;
