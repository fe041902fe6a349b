// Numbers for people.
import { seededRandom } from '../../src/selection/random.ts';

const DRAWS = 2_000;

/** 95 % interval of a ratio of two sums, tasks drawn anew with repetition. */
export function interval(pairs: readonly (readonly [number, number])[]): [number, number] {
  const random = seededRandom(1);
  const ratios = Array.from({ length: DRAWS }, () => {
    let [above, below] = [0, 0];
    for (let at = 0; at < pairs.length; at += 1) {
      const pair = random.pick(pairs);
      above += pair[0];
      below += pair[1];
    }
    return above / below;
  }).sort((a, b) => a - b);
  return [ratios[Math.floor(DRAWS * 0.025)]!, ratios[Math.floor(DRAWS * 0.975)]!];
}

export const percent = (share: number): string => (Number.isNaN(share) ? '' : `${Math.round(share * 100)} %`);

/** A Markdown table, with an empty line after it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}\n`;
}
