import { posix } from 'node:path';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { sha256 } from '../../core/hash.ts';
import { isOwnPython, isTestFile } from './paths.ts';
import { peek } from './detect.ts';
import { applyFixes, check, syntaxError, type RuffOptions } from './ruff.ts';
import { styleOf } from './style.ts';
import { symbolsOf } from './syntax.ts';

/**
 * Adds imports of missing names that exactly one module of the project defines, drops unused imports, and sorts what is left
 * by the project's settings. Unchanged where it does not parse.
 *
 * Kept although ruff calls them unused: everything in `__init__.py` (re-exports), names that only doctests, type comments or
 * fixture arguments use, names that another file imports from here, and lines with `# noqa`.
 */
export async function organiseImports(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  if (await syntaxError(source)) return source;
  const mark = source.startsWith('\uFEFF') ? '\uFEFF' : '';
  const { options } = await styleOf(path, bench);
  const files = (await bench.list()).map((file) => file.path).filter(isOwnPython);
  const plain = source.slice(mark.length);
  const project: Project = { files, read: reader(bench) };
  const added = await addMissing(path, plain, project, options);
  const dropped = await dropUnused(path, added, project, options);
  return mark + (await sorted(dropped, { ...options, ...firstParty(files, options) }));
}

/** The source with its imports sorted by the project's settings; nothing else is changed. Without byte order mark. `files`: the paths of the project, those that are to come among them. */
export async function sortedImports(path: RelativePath, source: string, bench: Workbench, files: readonly RelativePath[]): Promise<string> {
  const { options } = await styleOf(path, bench);
  return sorted(source, { ...options, ...firstParty(files.filter(isOwnPython), options) });
}

/** The project's Python files, each read at most once. */
interface Project {
  files: readonly RelativePath[];
  read(path: RelativePath): Promise<string>;
}

function reader(bench: Workbench): Project['read'] {
  const texts = new Map<RelativePath, Promise<string>>();
  return (path) => {
    let text = texts.get(path);
    if (!text) texts.set(path, (text = peek(bench, path)));
    return text;
  };
}

const lint = (options: RuffOptions, select: string[]): RuffOptions => ({ ...options, lint: { ...(options['lint'] as RuffOptions | undefined), select } });

async function sorted(source: string, options: RuffOptions): Promise<string> {
  return applyFixes(source, await check(source, lint(options, ['I001'])));
}

/** The wasm build sees no files, so it is told which packages are the project's. */
function firstParty(files: readonly RelativePath[], options: RuffOptions): RuffOptions {
  const settings = options['lint'] as { isort?: RuffOptions } | undefined;
  const known = (settings?.isort?.['known-first-party'] as string[] | undefined) ?? [];
  const tops = files.map((file) => file.replace(/^src\//, '').split('/')[0]!.replace(/\.py$/, '')).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return { lint: { ...settings, isort: { ...settings?.isort, 'known-first-party': [...new Set([...known, ...tops])].sort() } } };
}

async function dropUnused(path: RelativePath, source: string, project: Project, options: RuffOptions): Promise<string> {
  if (/(^|\/)(__init__|conftest)\.py$/.test(path)) return source;
  const unused = (await check(source, lint(options, ['F401']))).filter((d) => d.code === 'F401' && d.fix);
  const kept: string[] = [];
  for (const diagnostic of unused) {
    const name = boundName(source, diagnostic.message);
    if (name && (await usedUnseen(name, path, source, project))) kept.push(name);
  }
  if (!kept.length) return applyFixes(source, distinct(unused));
  // A use at the end of the file makes ruff work out the edits with these names in place.
  const withUses = `${source}${source.endsWith('\n') ? '' : '\n'}(${kept.join(', ')},)\n`;
  const still = (await check(withUses, lint(options, ['F401']))).filter((d) => d.code === 'F401' && d.fix);
  return applyFixes(source, distinct(still));
}

/** Two names of one import statement come with the same edit. */
function distinct<D extends { fix: unknown }>(diagnostics: D[]): D[] {
  const seen = new Set<string>();
  return diagnostics.filter((d) => {
    const key = JSON.stringify((d.fix as { edits: unknown }).edits);
    return !seen.has(key) && seen.add(key);
  });
}

/** `a.b as c` binds `c`, `from a import b` binds `b`, `import a.b` binds `a`. */
function boundName(source: string, message: string): string | undefined {
  const full = /^`([^`]+)` imported but unused/.exec(message)?.[1];
  if (!full) return undefined;
  const alias = /\bas\s+(\w+)$/.exec(full)?.[1];
  if (alias) return alias;
  const last = full.split('.').pop()!;
  return new RegExp(`^\\s*import\\s[^#\\n]*\\b${full.replace(/\./g, '\\.')}\\b`, 'm').test(source) ? full.split('.')[0] : last;
}

async function usedUnseen(name: string, path: RelativePath, source: string, project: Project): Promise<boolean> {
  const word = new RegExp(`\\b${name}\\b`);
  const lines = source.split(/\r?\n/);
  if (lines.some((line) => /^\s*(>>>|\.\.\.) /.test(line) && word.test(line))) return true;
  if (lines.some((line) => word.test(/#\s*type:(.*)$/.exec(line)?.[1] ?? ''))) return true;
  if (isTestFile(path) && new RegExp(`\\bdef\\s+\\w+\\s*\\([^)]*\\b${name}\\b|usefixtures\\([^)]*['"]${name}['"]`).test(source)) return true;
  const stem = posix.basename(path, '.py');
  const origin = new RegExp(`\\b${stem}\\b`);
  for (const file of project.files) {
    if (file === path) continue;
    const text = await project.read(file);
    if (word.test(text) && origin.test(text) && importsFrom(text, stem, name)) return true;
  }
  return false;
}

function importsFrom(text: string, stem: string, name: string): boolean {
  return (
    new RegExp(`^\\s*from\\s+[\\w.]*\\b${stem}\\s+import\\s+(\\([^)]*|[^\\n]*)\\b${name}\\b`, 'm').test(text) ||
    new RegExp(`\\b${stem}\\.${name}\\b`).test(text) ||
    new RegExp(`^\\s*from\\s+[\\w.]*\\b${stem}\\s+import\\s+\\*`, 'm').test(text)
  );
}

async function addMissing(path: RelativePath, source: string, project: Project, options: RuffOptions): Promise<string> {
  const found = (await check(source, lint(options, ['F821']))).filter((d) => d.code === 'F821');
  const names = [...new Set(found.flatMap((d) => /Undefined name `([^`]+)`/.exec(d.message)?.[1] ?? []))];
  const lines: string[] = [];
  for (const name of names) {
    const module = await definingModule(name, path, project);
    if (module) lines.push(`from ${module} import ${name}`);
  }
  return lines.length ? insertImports(source, lines) : source;
}

/** The one module of the project that defines a name; test files are asked only where the name is missing in a test. */
async function definingModule(name: string, path: RelativePath, { files, read }: Project): Promise<string | undefined> {
  const definition = new RegExp(`^(async\\s+def|def|class|type)\\s+${name}\\b|^${name}\\s*[:=]`, 'm');
  const owners: RelativePath[] = [];
  for (const file of files) {
    if (file === path || isTestFile(file) || /(^|\/)(setup|conftest|noxfile|__main__)\.py$/.test(file)) continue;
    const text = await read(file);
    if (definition.test(text) && (await definedIn(text)).includes(name)) owners.push(file);
    if (owners.length > 1) return undefined;
  }
  const owner = owners[0];
  if (!owner) return undefined;
  const module = moduleName(owner, files);
  // The owner imports this file at its top: importing it back would be a cycle.
  const back = moduleName(path, files);
  if (module === undefined || (back && new RegExp(`^(from|import)\\s+${back.replace(/\./g, '\\.')}\\b`, 'm').test(await read(owner)))) return undefined;
  return module;
}

const definitions = new Map<string, Promise<string[]>>();
/** Files whose definitions are remembered, by content. */
const REMEMBERED = 2000;
function definedIn(text: string): Promise<string[]> {
  const key = sha256(text);
  let known = definitions.get(key);
  if (!known) {
    if (definitions.size >= REMEMBERED) definitions.clear();
    known = symbolsOf(text).then((s) => s.defines);
    definitions.set(key, known);
  }
  return known;
}

/** The name under which a file is imported: from the folder above its outermost package, or from `src` or the root. */
export function moduleName(path: RelativePath, files: readonly RelativePath[]): string | undefined {
  const parts = path.replace(/\.py$/, '').split('/');
  let top = parts.length - 1;
  while (top > 0 && files.includes([...parts.slice(0, top), '__init__.py'].join('/'))) top -= 1;
  if (top === parts.length - 1 && top > 0) top = parts[0] === 'src' ? 1 : 0; // no package: a namespace below src or the root
  const names = parts.slice(top);
  if (names.at(-1) === '__init__') names.pop();
  return names.length && names.every((name) => /^[A-Za-z_]\w*$/.test(name)) ? names.join('.') : undefined;
}

/** Puts import lines behind the first block of imports, or behind docstring and head comments; sorting does the rest. */
async function insertImports(source: string, lines: readonly string[]): Promise<string> {
  const { importsEnd } = await symbolsOf(source);
  if (!importsEnd) return source; // no Python here to say where the docstring ends
  const [line, afterImport] = importsEnd;
  const end = source.includes('\r\n') ? '\r\n' : '\n';
  const all = source.split(/\r?\n/);
  const gap = line > 0 && !afterImport ? [''] : [];
  return [...all.slice(0, line), ...gap, ...lines, ...all.slice(line)].join(end);
}
