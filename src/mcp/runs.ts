import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a run leaves behind, by the word of its resource. */
export const EVIDENCE = {
  receipt: { file: 'receipt.json', mimeType: 'application/json', says: 'what was changed, tested and spent, as data' },
  report: { file: 'report.md', mimeType: 'text/markdown', says: 'the same for people' },
  diff: { file: 'change.diff', mimeType: 'text/x-diff', says: 'the change as a unified diff' },
} as const;
export type EvidenceName = keyof typeof EVIDENCE;

export const isEvidence = (word: string): word is EvidenceName => Object.hasOwn(EVIDENCE, word);

export const runUri = (run: string, name: EvidenceName): string => `untilgreen://runs/${run}/${name}`;

/** A file of a run's folder; undefined where the run did not come so far. */
export async function readEvidence(folder: string, name: EvidenceName): Promise<string | undefined> {
  try {
    return await readFile(join(folder, EVIDENCE[name].file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
