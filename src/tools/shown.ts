import type { Language } from '../languages/types.ts';
import type { TextFile } from '../workspace/types.ts';
import { languageOf } from './paths.ts';
import { linesOf } from './text.ts';

/** A file up to this size is shown whole: about 8 thousand tokens. */
const WHOLE = 28_000;

/** A fence longer than any in the text, so that the file cannot close it. */
function fenced(path: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((m) => m[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${path}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

/**
 * A file as a prompt shows it: whole with its outline when small, else the outline and, verbatim, the symbols that the
 * request names.
 */
export async function shownFile(file: TextFile, request: string, languages: readonly Language[]): Promise<string> {
  const language = languageOf(file.path, languages);
  const text = file.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const outline = language ? await language.outline(file.path, file.text) : '';
  if (text.length <= WHOLE) return fenced(file.path, text);
  const words = new Set(request.match(/[\w$]+/g) ?? []);
  const lines = linesOf(text);
  const parsed = language ? await language.parse(file.path, file.text) : undefined;
  const named = (parsed?.symbols ?? []).filter((s) => words.has(s.name) && s.kind !== 'class');
  let left = WHOLE;
  const regions: string[] = [];
  for (const symbol of named.length ? named : [{ fromLine: 1, toLine: lines.length }]) {
    const from = Math.max(1, symbol.fromLine - 3);
    const region = lines.slice(from - 1, symbol.toLine + 3).join('\n').slice(0, left);
    left -= region.length;
    if (region) regions.push(fenced(`${file.path}, from line ${from}`, region));
  }
  return `Outline of ${file.path} (${lines.length} lines; only the parts below are shown verbatim):\n${outline}\n\n${regions.join('\n')}`;
}
