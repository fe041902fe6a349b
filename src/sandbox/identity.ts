import { statSync } from 'node:fs';

/**
 * Who runs the command.
 *
 * An ordinary user's commands run as that user. Root's run as the owner of the workspace where that is somebody else:
 * root is dropped before bubblewrap starts, so nothing inside was ever root.
 *
 * Where root owns the workspace too (a container, a CI machine), the command keeps kernel uid 0, in a user namespace that maps
 * it to uid 1000, without one capability, with /proc and the root remounted read-only, a synthetic /etc and the system
 * call filter. Dropping to an unprivileged uid would be stronger in name, but it would have to give the workspace's files away and
 * back around each command, and interpreters under /root (mode 700) could not be reached. The canaries of the probe
 * are run in exactly this form: host files, /proc/sys and the outside must be out of reach. The kernel does not hold uid 0 to
 * RLIMIT_NPROC, so this form is used only with a cgroup that counts processes (rung A), else refused.
 */
export interface Identity {
  /** Set where root is dropped before anything of the sandbox starts. */
  dropTo?: { uid: number; gid: number };
  /** Kernel uid 0 inside; only a cgroup bounds its processes. */
  kernelRoot: boolean;
  /** Uid and gid as the command sees them. */
  inside: { uid: number; gid: number };
}

/** Shown instead of 0 where the command is kernel root: programs change their behaviour when they believe to be root. */
const SHOWN_UID = 1000;

/** The identity for a command in a workspace, by the owner of its root directory. */
export function identityFor(workspace: string): Identity {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  if (uid !== 0) return { kernelRoot: false, inside: { uid, gid } };
  const owner = statSync(workspace);
  if (owner.uid !== 0) return { dropTo: { uid: owner.uid, gid: owner.gid }, kernelRoot: false, inside: { uid: owner.uid, gid: owner.gid } };
  return { kernelRoot: true, inside: { uid: SHOWN_UID, gid: SHOWN_UID } };
}
