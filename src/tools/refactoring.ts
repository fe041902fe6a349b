import { carryOut, operationText, preview, withPaths, type Note, type Operation } from '../refactor/index.ts';
import { assertTaken } from './existing.ts';
import { done } from './outcome.ts';
import { insidePath } from './paths.ts';
import { count } from './text.ts';
import type { ToolContext, ToolResult } from './types.ts';

/** Notes that a result holds; the whole list can be thousands of lines of documentation. */
const NOTES = 200;

/** An operation with its paths tidied. @throws `path_outside`, `path_unsafe` */
export function insideProject(operation: Operation): Operation {
  return withPaths(operation, insidePath);
}

/**
 * Carries out a refactoring in the copy and holds it against the gates.
 * Refusals: `refactoring_refused` with the reason, `path_outside`, `path_unsafe`.
 */
export async function runRefactoring(given: Operation, context: ToolContext): Promise<ToolResult> {
  const operation = insideProject(given);
  withPaths(operation, (path) => {
    assertTaken(path, context);
    return path;
  });
  const { bench, sandbox, emit, signal } = context;
  const { summary, notes, changed, gates } = await carryOut(operation, { bench, sandbox, emit, ...(signal && { signal }) });
  const data = { operation: operationText(operation), notes: notes.slice(0, NOTES), ...(notes.length > NOTES ? { moreNotes: notes.length - NOTES } : {}), gates };
  if (!changed.length) return done(data, summary || 'There was nothing to do.', []);
  return done(data, `${summary} ${count(changed.length, 'file')}: ${changed.slice(0, 20).join(', ')}${changed.length > 20 ? ', …' : ''}.${notesText(notes)}`, changed);
}

/** What it would do, computed and not written. @throws `refactoring_refused`, `path_outside`, `path_unsafe` */
export async function previewed(given: Operation, { bench, sandbox, signal }: ToolContext): Promise<string> {
  const { summary, edits } = await preview(insideProject(given), { bench, sandbox, ...(signal && { signal }) });
  return edits.length ? `Would refactor. ${summary} It would write ${edits.map((edit) => edit.path).join(', ')}.` : 'Would refactor, and find nothing to do.';
}

/** What a person should still look at, in a sentence a kind; nothing where there is nothing. */
function notesText(notes: readonly Note[]): string {
  const said: string[] = [];
  for (const [kind, one, several] of OPEN) {
    const places = [...new Set(notes.filter((note) => note.kind === kind).map((note) => `${note.path}:${note.line}`))];
    if (places.length) said.push(` ${places.length === 1 ? one : several}: ${places.slice(0, 5).join(', ')}${places.length > 5 ? ` and ${places.length - 5} more` : ''}.`);
  }
  return said.join('');
}

const OPEN: readonly [Note['kind'], string, string][] = [
  ['mention', 'Prose that names it stays', 'Prose that names it stays'],
  ['string', 'A string that may mean it stays', 'Strings that may mean it stay'],
  ['dynamic', 'A use by a computed name stays', 'Uses by a computed name stay'],
  ['kept', 'Left as it was', 'Left as they were'],
];
