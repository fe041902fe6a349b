import { UntilgreenError } from '../core/errors.ts';
import { findOmission } from '../edit/omission.ts';
import type { Language, ParsedFile } from '../languages/types.ts';
import type { ContentHash, RelativePath } from '../workspace/types.ts';
import { assertTaken } from './existing.ts';
import { languageOf } from './paths.ts';
import { linesOf, numbered } from './text.ts';
import type { ToolContext } from './types.ts';

/** One file's new content, computed and not yet written. `before` undefined: a new file. */
export interface ComputedChange {
  path: RelativePath;
  before?: { text: string; hash: ContentHash };
  after: string;
}

/** An exported symbol that a change removed, and the other files that still name it. */
export interface Vanished {
  path: RelativePath;
  name: string;
  referencedIn: RelativePath[];
}

/**
 * A mark of left-out code in the content of a whole file (`# ... rest unchanged`), in words; undefined where there is none.
 * Marks that the replaced file holds already may stay, and new files of prose may hold what they like.
 */
export function leftOut(path: RelativePath, content: string, before: string | undefined, languages: readonly Language[]): string | undefined {
  if (before === undefined && !languageOf(path, languages)) return undefined;
  const found = findOmission(content.replaceAll('\r\n', '\n'), (before ?? '').replaceAll('\r\n', '\n'));
  return found && `${path}, line ${found.line}: "${found.text.slice(0, 80)}" stands for code that was left out. Give the complete file, or use edit_file for a part of it.`;
}

/** @throws `omission` where a whole file's content leaves code out */
export function assertWhole(change: ComputedChange, context: Pick<ToolContext, 'languages'>): void {
  const problem = leftOut(change.path, change.after, change.before?.text, context.languages);
  if (problem) throw new UntilgreenError('omission', problem, { path: change.path });
}

async function parsed(path: RelativePath, text: string, context: ToolContext): Promise<ParsedFile | undefined> {
  return languageOf(path, context.languages)?.parse(path, text);
}

/**
 * Refuses a change after which a file that parsed, or a new file, no longer parses. A file that was already
 * broken may stay so: an edit that repairs half of it is progress.
 * @throws `breaks_syntax` with the line, `too_large`
 */
export async function assertSound(change: ComputedChange, context: ToolContext): Promise<void> {
  const bytes = Buffer.byteLength(change.after);
  if (bytes > context.settings.maxFileBytes) {
    throw new UntilgreenError('too_large', `${change.path} would hold ${bytes} bytes; the limit is ${context.settings.maxFileBytes}.`, { path: change.path, bytes });
  }
  const after = await parsed(change.path, change.after, context);
  if (!after || after.ok) return;
  if (change.before && !(await parsed(change.path, change.before.text, context))?.ok) return;
  const line = after.error?.line ?? 1;
  const lines = linesOf(change.after);
  const excerpt = numbered(lines, Math.max(1, line - 2), Math.min(lines.length, line + 2));
  throw new UntilgreenError(
    'breaks_syntax',
    `${change.path} would not parse: line ${line}: ${after.error?.message ?? 'syntax error'}.\n${excerpt}\n`,
    { path: change.path, line, error: after.error?.message },
    'Nothing was written; send a change that leaves the file whole.',
  );
}

/** Writes all computed changes at once after every one was found sound. Files that stay as they are are not written. */
export async function commit(changes: readonly ComputedChange[], context: ToolContext): Promise<RelativePath[]> {
  for (const change of changes) {
    assertTaken(change.path, context);
    await assertSound(change, context);
  }
  const real = changes.filter((change) => change.before?.text !== change.after);
  if (real.length) {
    await context.bench.write(real.map((c) => ({ kind: 'write', path: c.path, content: c.after, expect: c.before?.hash ?? null })));
  }
  return real.map((c) => c.path);
}

const MAX_REFERENCE_FILES = 2_000;

/** Exported symbols that were in `before` and are in none of the changed files any more, with who still names them. */
export async function vanishedSymbols(changes: readonly ComputedChange[], context: ToolContext): Promise<Vanished[]> {
  const gone: Vanished[] = [];
  const present = new Set<string>();
  for (const change of changes) {
    const after = await parsed(change.path, change.after, context);
    for (const symbol of after?.symbols ?? []) if (symbol.parents.length === 0) present.add(symbol.name);
  }
  for (const change of changes) {
    if (!change.before) continue;
    const before = await parsed(change.path, change.before.text, context);
    const names = (before?.symbols ?? []).filter((s) => s.exported && s.parents.length === 0).map((s) => s.name);
    for (const name of new Set(names)) if (!present.has(name)) gone.push({ path: change.path, name, referencedIn: [] });
  }
  if (gone.length === 0) return gone;
  const files = (await context.bench.list()).filter((f) => !f.link && languageOf(f.path, context.languages)).slice(0, MAX_REFERENCE_FILES);
  for (const file of files) {
    const changedText = changes.find((c) => c.path === file.path)?.after;
    const text = changedText ?? Buffer.from(await context.bench.readBytes(file.path)).toString('utf8');
    for (const symbol of gone) {
      const escaped = symbol.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      if (new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`).test(text)) symbol.referencedIn.push(file.path);
    }
  }
  return gone;
}

/** One line about vanished symbols for a summary, or an empty text. */
export function vanishedText(gone: readonly Vanished[]): string {
  if (gone.length === 0) return '';
  const parts = gone.map((s) => (s.referencedIn.length ? `${s.name} (still named in ${s.referencedIn.slice(0, 5).join(', ')})` : s.name));
  return ` No longer defined: ${parts.join(', ')}.`;
}
