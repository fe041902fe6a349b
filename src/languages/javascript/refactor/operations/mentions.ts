import ts from 'typescript6';
import type { Note } from '../../../refactor/types.ts';
import { isSource } from '../project/configs.ts';
import type { Project } from '../project/project.ts';
import type { NamePlace } from './places.ts';

/** Notes of one operation; a common word would fill pages. */
const MOST = 100;
const PROSE = /\.(md|mdx|txt|rst|adoc|ya?ml|json|jsonc|toml|html?|vue|svelte|astro|css|scss|hbs|ejs)$/i;
/** Lock files and change logs tell of other things, or of the past. */
const NOT_READ = /(^|\/)(package-lock\.json|pnpm-lock\.yaml|yarn\.lock|CHANGELOG[^/]*|node_modules\/.*)$/i;
const PROSE_BYTES = 512 * 1024;

/** Where prose, comments and strings name something and stay as they are. Words that say nothing by themselves (`a`, `id`) are left out. */
export function mentionsOf(project: Project, name: string, places: readonly NamePlace[], words: RegExp = new RegExp(`(?<![\\w$.-])${name.replace(/[$.]/g, '\\$&')}(?![\\w$-])`, 'g')): Note[] {
  if (name.length < 3) return [];
  const taken = new Set(places.map((p) => `${p.path}:${p.start}`));
  const notes: Note[] = [];
  for (const path of project.files.paths()) {
    if (notes.length >= MOST) break;
    if (NOT_READ.test(path) || project.files.size(path) > PROSE_BYTES) continue;
    const code = isSource(path);
    if (!code && !PROSE.test(path)) continue;
    const text = project.files.text(path);
    if (text === undefined || !text.includes(name)) continue;
    const kinds = code ? quotedIn(project.tree(path)) : undefined;
    for (const match of text.matchAll(words)) {
      if (taken.has(`${path}:${match.index}`)) continue;
      const kind = kinds ? kinds.find(([start, end]) => start <= match.index && match.index < end)?.[2] : 'mention';
      if (kind && notes.length < MOST) notes.push({ kind, path, line: text.slice(0, match.index).split('\n').length, text: lineAround(text, match.index) });
    }
  }
  return notes;
}

/** Strings and comments of a file by their positions. */
function quotedIn(tree: ts.SourceFile): [number, number, 'string' | 'mention'][] {
  const found: [number, number, 'string' | 'mention'][] = [];
  const seen = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) found.push([node.getStart(tree), node.end, 'string']);
    else if (ts.isJsxText(node)) found.push([node.pos, node.end, 'string']);
    for (const c of [...(ts.getLeadingCommentRanges(tree.text, node.pos) ?? []), ...(ts.getTrailingCommentRanges(tree.text, node.end) ?? [])]) {
      if (seen.has(c.pos) || ts.isJsxText(node)) continue;
      seen.add(c.pos);
      found.push([c.pos, c.end, 'mention']);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  visit(tree.endOfFileToken);
  return found;
}

function lineAround(text: string, position: number): string {
  const start = text.lastIndexOf('\n', position) + 1;
  const end = text.indexOf('\n', position);
  return text.slice(start, end < 0 ? undefined : end).trim().slice(0, 160);
}
