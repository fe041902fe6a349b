import type { Diagnostic, Workspace } from '@astral-sh/ruff-wasm-nodejs';

type RuffModule = typeof import('@astral-sh/ruff-wasm-nodejs');
/** Ruff's settings in the form of `[tool.ruff]`. */
export type RuffOptions = Record<string, unknown>;
export type { Diagnostic };

let loading: Promise<RuffModule> | undefined;
/** Loaded on first use: 10 MB of wasm that most commands never need. */
function load(): Promise<RuffModule> {
  loading ??= import('@astral-sh/ruff-wasm-nodejs').then((m) => ('default' in m ? (m.default as RuffModule) : m));
  return loading;
}

const workspaces = new Map<string, Workspace>();
/** Kept workspaces; one is a few kilobytes, and a project has one or two settings. */
const KEPT = 32;

async function workspace(options: RuffOptions): Promise<Workspace> {
  const key = JSON.stringify(options);
  const known = workspaces.get(key);
  if (known) return known;
  const { Workspace, PositionEncoding } = await load();
  const made = new Workspace(options, PositionEncoding.Utf16);
  if (workspaces.size >= KEPT) {
    for (const old of workspaces.values()) old.free();
    workspaces.clear();
  }
  workspaces.set(key, made);
  return made;
}

/** The newest syntax is accepted, whatever Python is installed: ruff is the judge of what parses. */
const NEWEST = 'py314';

/** Statements that the parser accepts and the compiler does not: `break`, `continue`, `yield` and `return` where none may stand. */
const MISPLACED = ['F701', 'F702', 'F704', 'F706'];

/** The first syntax error of a file, by ruff's parser; undefined for a file that parses. */
export async function syntaxError(source: string): Promise<{ line: number; message: string } | undefined> {
  const found = await check(source, { 'target-version': NEWEST, lint: { select: MISPLACED } });
  const [error] = found.sort((a, b) => a.start_location.row - b.start_location.row);
  return error && { line: error.start_location.row, message: error.message.replace(/^SyntaxError: /, '') };
}

/** Diagnostics under the given settings. Positions are 1-based rows and columns in UTF-16 units. */
export async function check(source: string, options: RuffOptions): Promise<Diagnostic[]> {
  return (await workspace(options)).check(source) as Diagnostic[];
}

/** Formats as `ruff format` does. Throws for a file that does not parse. */
export async function formatted(source: string, options: RuffOptions): Promise<string> {
  return (await workspace(options)).format(source);
}

/** Can ruff read these settings? Projects may hold newer or misspelt keys. */
export async function accepts(options: RuffOptions): Promise<boolean> {
  try {
    await workspace(options);
    return true;
  } catch {
    return false;
  }
}

/** Applies the edits of fixes from the last to the first; a fix that overlaps one already applied is left out. */
export function applyFixes(source: string, diagnostics: readonly Diagnostic[]): string {
  const starts = lineStarts(source);
  const offset = (at: { row: number; column: number }) => Math.min((starts[at.row - 1] ?? source.length) + at.column - 1, source.length);
  const edits = diagnostics.flatMap(
    (d, group) => d.fix?.edits.map((edit) => ({ group, from: offset(edit.location), to: offset(edit.end_location), text: edit.content ?? '' })) ?? [],
  );
  const taken: { from: number; to: number }[] = [];
  const kept: typeof edits = [];
  for (let group = 0; group < diagnostics.length; group += 1) {
    const mine = edits.filter((edit) => edit.group === group);
    if (mine.some((edit) => taken.some((t) => edit.from < t.to && t.from < edit.to))) continue;
    // Removing the same line twice (two names of one import) is one edit.
    for (const edit of mine) {
      taken.push(edit);
      kept.push(edit);
    }
  }
  return kept.sort((a, b) => b.from - a.from || b.to - a.to).reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), source);
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (const match of source.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
