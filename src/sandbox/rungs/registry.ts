import type { Rung } from '../types.ts';
import { bwrapAlone } from './bwrap.ts';
import { bwrapCgroup } from './bwrap-cgroup.ts';
import { container } from './container.ts';
import { landlock } from './landlock.ts';
import { macos } from './macos.ts';
import { noSandbox } from './none.ts';
import type { RungBackend } from './types.ts';

/** Strongest first; the first whose canaries all hold is used. */
export const RUNGS: readonly RungBackend[] = [bwrapCgroup, container, bwrapAlone, landlock, macos];

export const UNSANDBOXED: RungBackend = noSandbox;

/** Order of strength for `minRung`. */
const STRENGTH: Record<Rung, number> = { A: 5, C: 4, B: 3, M: 2, D: 2, none: 0 };

/** Is `rung` at least as strong as `least`. */
export function isAtLeast(rung: Rung, least: Rung): boolean {
  return STRENGTH[rung] >= STRENGTH[least];
}
