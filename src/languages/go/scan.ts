import type { RelativePath } from '../../workspace/types.ts';
import { newFindings, tidyFindings } from '../shared/findings.ts';
import type { Finding } from '../types.ts';
import { scanByLines } from './lines.ts';
import { isTestFile } from './paths.ts';
import { askReader } from './syntax.ts';

/** Findings of `after` that `before` did not have. */
export async function scan(path: RelativePath, before: string | undefined, after: string): Promise<Finding[]> {
  const now = await findingsOf(path, after);
  return before === undefined || !now.length ? now : newFindings(await findingsOf(path, before), now);
}

async function findingsOf(path: RelativePath, source: string): Promise<Finding[]> {
  const lines = source.split(/\r?\n/);
  const answer = await askReader<{ problem?: unknown; findings: Omit<Finding, 'path' | 'excerpt'>[] }>('scan', { source, isTest: isTestFile(path) });
  const found = (answer?.findings ?? []).map((one) => ({ ...one, path, excerpt: lines[one.line - 1]?.trim() ?? '' }));
  // What could not be read to its end is also looked at line by line.
  return tidyFindings(answer && !answer.problem ? found : [...found, ...scanByLines(path, source)]);
}
