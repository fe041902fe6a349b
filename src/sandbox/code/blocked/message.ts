import type { BlockedImport } from '../types.ts';

/** What is said of a blocked name, the same in every language. */
export function blockedMessage({ name, line }: BlockedImport): string {
  return `BlockedImport: ${name} is blocked here${line === undefined ? '' : ` (line ${line})`}; do without it.`;
}
