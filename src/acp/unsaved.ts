import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sameText } from './text.ts';
import type { Editor } from './types.ts';

/** Files that are asked about, and how long the editor may take for all of them. */
const MOST_FILES = 30;
const PATIENCE_MS = 3_000;

/**
 * Those of the files whose text in the editor is not the one on disk, which is all that a run sees. None where the editor cannot be
 * asked; an editor that does not answer is not waited for.
 */
export async function unsaved(editor: Editor, sessionId: string, directory: string, files: readonly string[]): Promise<string[]> {
  if (!editor.readsFiles) return [];
  const cancellationSignal = AbortSignal.timeout(PATIENCE_MS);
  const looked = files.slice(0, MOST_FILES).map(async (file) => {
    const path = join(directory, file);
    try {
      const [{ content }, disk] = await Promise.all([
        editor.client.request('fs/read_text_file', { sessionId, path }, { cancellationSignal, stopWaitingOnCancel: true }),
        readFile(path, 'utf8'),
      ]);
      return sameText(content, disk) ? [] : [file];
    } catch {
      return []; // not open, not there, or no answer: nothing is known of it
    }
  });
  return (await Promise.all(looked)).flat();
}
