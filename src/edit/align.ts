import { diffArrays } from 'diff';

/** Beyond this many line pairs only the common head and tail are aligned; the middle counts as rewritten. */
const MOST_PAIRS = 4_000_000;

/**
 * Which old line each new line is: `same[i]` where the texts are equal, `instead[i]` where the new line stands in the
 * place of a changed old one. -1 for a line without such a partner.
 */
export function alignLines(old: readonly string[], now: readonly string[]): { same: number[]; instead: number[] } {
  const same = Array.from<number>({ length: now.length }).fill(-1);
  const instead = Array.from<number>({ length: now.length }).fill(-1);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) {
    same[head] = head;
    head += 1;
  }
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) {
    same[now.length - 1 - tail] = old.length - 1 - tail;
    tail += 1;
  }
  const oldMiddle = old.slice(head, old.length - tail);
  const nowMiddle = now.slice(head, now.length - tail);
  const small = oldMiddle.length * nowMiddle.length <= MOST_PAIRS;
  const parts = small
    ? diffArrays(oldMiddle, nowMiddle)
    : [{ removed: true, added: false, count: oldMiddle.length }, { removed: false, added: true, count: nowMiddle.length }];
  let o = head;
  let n = head;
  let free: number[] = [];
  let waiting: number[] = [];
  const pair = () => {
    for (let i = 0; i < Math.min(free.length, waiting.length); i += 1) instead[waiting[i]!] = free[i]!;
    free = [];
    waiting = [];
  };
  for (const part of parts) {
    if (part.removed) for (let i = 0; i < part.count; i += 1) free.push(o++);
    else if (part.added) for (let i = 0; i < part.count; i += 1) waiting.push(n++);
    else {
      pair();
      for (let i = 0; i < part.count; i += 1) same[n++] = o++;
    }
  }
  pair();
  return { same, instead };
}
