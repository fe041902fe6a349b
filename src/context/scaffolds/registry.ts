import { readFile } from 'node:fs/promises';

/** A kind of project that is often made from nothing. What is not in the list is made just as well, without a hint. */
export interface Scaffold {
  name: string;
  /** Words of a request that mean it. */
  means: RegExp;
  /** A hint for the planner, beside this file: how such a project is usually laid out. Its files come from the model. */
  hint: string;
  /** Packages that belong to it. */
  packages: readonly string[];
}

/** Kinds of projects, the first that fits counts. A new one is a text and an entry here. */
export const scaffolds: readonly Scaffold[] = [
  { name: 'fastapi', means: /\bfast[ -]?api\b/i, hint: 'fastapi.md', packages: ['fastapi', 'uvicorn', 'httpx', 'pytest'] },
  { name: 'flask', means: /\bflask\b/i, hint: 'flask.md', packages: ['flask', 'gunicorn', 'pytest'] },
  { name: 'go-service', means: /\b(?:go|golang)\b.*\b(?:service|server|api|app)\b|\b(?:service|server|api)\b.*\b(?:in|with) (?:go|golang)\b/i, hint: 'go-service.md', packages: [] },
  { name: 'node-api', means: /\b(?:express|hono)\b/i, hint: 'node-api.md', packages: ['express', 'hono', '@hono/node-server'] },
  { name: 'typescript-library', means: /\b(?:typescript|ts)\b.*\b(?:library|package|module)\b/i, hint: 'typescript-library.md', packages: ['typescript', 'vitest', 'tsx', '@types/node'] },
  { name: 'csv-pipeline', means: /\bcsv\b/i, hint: 'csv-pipeline.md', packages: [] },
  { name: 'cli', means: /\b(?:cli|command[ -]line|terminal)\b/i, hint: 'cli.md', packages: [] },
];

/** The kind of project that a request asks for, or undefined. */
export function scaffoldFor(request: string): Scaffold | undefined {
  return scaffolds.find(({ means }) => means.test(request));
}

/** The text of its hint. */
export async function hintOf(scaffold: Scaffold): Promise<string> {
  return (await readFile(new URL(scaffold.hint, import.meta.url), 'utf8')).trim();
}

/** Whether a request names a package, or a kind of project to which it belongs. */
export function asksForPackage(request: string, name: string): boolean {
  const words = request.toLowerCase().match(/@?[a-z0-9][\w./-]*/g) ?? [];
  const wanted = name.toLowerCase();
  return words.some((word) => word.replace(/[./-]+$/, '') === wanted) || (scaffoldFor(request)?.packages.includes(wanted) ?? false);
}
