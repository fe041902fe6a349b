import { diff3Merge } from 'node-diff3';

/** A part that both sides changed, each in its own way. Lines are 1-based in the file as the other side has it. */
export interface MergeConflict {
  line: number;
  base: string[];
  ours: string[];
  theirs: string[];
}

export type MergeOutcome = { ok: true; content: string } | { ok: false; conflicts: MergeConflict[] };

/**
 * Three-way merge by lines, endings included: a line whose ending alone changed is a changed line. Nothing is ever marked up
 * in the text; where both sides changed the same lines differently the answer is the list of conflicts.
 *
 * @param base   what both sides started from
 * @param ours   our change
 * @param theirs the file as it is now
 * @example
 * merge3('a\nb\n', 'A\nb\n', 'a\nb\nc\n'); // { ok: false, … } where the changes touch, else the merged text
 */
export function merge3(base: string, ours: string, theirs: string): MergeOutcome {
  const regions = diff3Merge(withEnding(ours), withEnding(base), withEnding(theirs), { excludeFalseConflicts: true });
  const conflicts: MergeConflict[] = [];
  let content = '';
  let line = 1;
  for (const region of regions) {
    if (region.ok) {
      content += region.ok.join('');
      line += region.ok.length;
    } else if (region.conflict) {
      const { a, o, b } = region.conflict;
      conflicts.push({ line, base: bare(o), ours: bare(a), theirs: bare(b) });
      line += b.length;
    }
  }
  return conflicts.length > 0 ? { ok: false, conflicts } : { ok: true, content };
}

function withEnding(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function bare(lines: readonly string[]): string[] {
  return lines.map((l) => l.replace(/\r?\n$/, ''));
}
