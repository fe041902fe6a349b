import type { Finding } from '../types.ts';

/**
 * Findings of `after` that `before` did not have. Two findings are the same when rule and excerpt agree, whatever the line;
 * they are counted, so a second `eval` beside an old one is new.
 */
export function newFindings(before: readonly Finding[], after: readonly Finding[]): Finding[] {
  const known = new Map<string, number>();
  for (const finding of before) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return after.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    if (left > 0) known.set(keyOf(finding), left - 1);
    return left === 0;
  });
}

function keyOf(finding: Finding): string {
  return `${finding.rule}\0${finding.excerpt.replace(/\s+/g, '')}`;
}

/** Each finding once: same rule, same line. Sorted by line, blocking ones first. */
export function tidyFindings(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}\0${finding.line}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()].sort((a, b) => a.line - b.line || a.severity.localeCompare(b.severity) || a.rule.localeCompare(b.rule));
}
