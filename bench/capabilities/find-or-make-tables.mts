import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// The data has tools that do the same under other names; written down by reading the pairs whose descriptions are nearest.
const groups = (JSON.parse(readFileSync(join(import.meta.dirname, 'same-effect.json'), 'utf8')) as string[][]).map((names) => new Set(names));

export const haveSameEffect = (one: string, other: string): boolean => groups.some((names) => names.has(one) && names.has(other));

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';
}
