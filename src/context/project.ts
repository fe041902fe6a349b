import type { CheckReport, Detection, Language } from '../languages/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';
import type { Located } from './locate.ts';
import { estimateTokens } from './tokens.ts';

const MAX_LISTED = 300;

/** What a prompt says of the whole project: languages, checks, and its files, folded by directory when there are many. */
export async function projectOverview(bench: Workbench, detections: readonly Detection[]): Promise<string> {
  const paths = (await bench.list()).map((f) => f.path);
  const lines: string[] = [];
  for (const d of detections) {
    const where = d.root === '' ? '' : ` in ${d.root}`;
    lines.push(`${d.language}${where}; tests: ${d.checks.map((c) => c.id).join(', ') || 'none yet'}${d.packageManager ? `; packages: ${d.packageManager}` : ''}`);
  }
  if (!detections.length) lines.push('no known language yet');
  lines.push(paths.length ? `files (${paths.length}):` : 'The directory is empty.');
  lines.push(...(paths.length <= MAX_LISTED ? paths : folded(paths)));
  return lines.join('\n');
}

function folded(paths: readonly string[]): string[] {
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path.slice(path.lastIndexOf('/') + 1)]);
  }
  return [...byFolder].slice(0, MAX_LISTED).map(([folder, names]) => `${folder}/: ${names.slice(0, 8).join(' ')}${names.length > 8 ? ` … ${names.length - 8} more` : ''}`);
}

/**
 * Files for a prompt within a token budget, the most relevant first: whole where they fit, else as outline.
 */
export async function fileSections(located: readonly Located[], languages: readonly Language[], budget: number): Promise<string> {
  return (await fileParts(located, languages, budget)).text;
}

/** The same, and which files the text shows whole or in outline. */
export async function fileParts(located: readonly Located[], languages: readonly Language[], budget: number): Promise<{ text: string; shown: Set<RelativePath> }> {
  const parts: string[] = [];
  const shown = new Set<RelativePath>();
  let left = budget;
  for (const file of located) {
    if (left < 200) break;
    const whole = `### ${file.path}\n${fence(file.text)}`;
    const cost = estimateTokens(whole);
    // A file may take half of what is left, so that one large file does not crowd out the rest.
    if (cost <= Math.max(left / 2, 1_500) && cost <= left) {
      parts.push(whole);
      shown.add(file.path);
      left -= cost;
      continue;
    }
    const language = languages.find((l) => l.extensions.some((e) => file.path.endsWith(e)));
    if (!language) continue;
    const outline = `### ${file.path} (outline; the file is too long to show whole)\n${fence(await language.outline(file.path, file.text))}`;
    if (estimateTokens(outline) <= left) {
      parts.push(outline);
      shown.add(file.path);
      left -= estimateTokens(outline);
    }
  }
  return { text: parts.join('\n\n'), shown };
}

/** A fence longer than any inside. */
export function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((m) => m[0].length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}\n${text}${text.endsWith('\n') ? '' : '\n'}${ticks}`;
}

/** Failing tests with expected and got, and what could not be collected; at most `limit` of them in full. */
export function failureSection(reports: readonly CheckReport[], limit = 12): string {
  const lines: string[] = [];
  for (const report of reports) {
    const failing = report.tests.filter((t) => t.outcome === 'failed' || t.outcome === 'error');
    const passed = report.tests.filter((t) => t.outcome === 'passed').length;
    lines.push(`${report.check.id}: ${report.status}, ${passed} passed, ${failing.length} failing, ${report.collected} collected`);
    for (const e of report.errors.slice(0, limit)) lines.push(`- cannot run${e.file ? ` ${e.file}${e.line ? `:${e.line}` : ''}` : ''}: ${cut(e.message, 1_200)}`);
    for (const t of failing.slice(0, limit)) {
      lines.push(`- FAIL ${t.id}${t.line ? ` (line ${t.line})` : ''}: ${cut(t.message ?? t.errorClass ?? 'failed', 1_200)}`);
      if (t.expected !== undefined || t.got !== undefined) lines.push(`  expected: ${cut(t.expected ?? '?', 400)}\n  got: ${cut(t.got ?? '?', 400)}`);
      const frame = t.frames?.[0];
      if (frame) lines.push(`  at ${frame.file}:${frame.line}`);
    }
    if (failing.length > limit) lines.push(`  … and ${failing.length - limit} more`);
  }
  return lines.join('\n');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most / 2)} … ${text.slice(-most / 2)}`;
}
