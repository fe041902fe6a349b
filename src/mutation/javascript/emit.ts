import { posix } from 'node:path';
import type TS from 'typescript6';
import { compiler, parseTree, scriptKind, type Ts } from '../../languages/javascript/ast.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';

const CODE = /\.[cm]?[jt]sx?$/;
/** What Node does not run as it stands. */
const FOREIGN = /\.(?:[cm]?tsx?|jsx)$/;
const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const RUNNERS = new Set(['node:test', 'vitest']);

/** How a project's files are made into what Node runs. */
export interface Setting {
  files: ReadonlySet<RelativePath>;
  /** What TypeScript becomes: CommonJS is the more lenient one, `import.meta` and `await` at the top need the other. */
  module: 'commonjs' | 'esm';
  /** `paths` of the project's tsconfig.json: `@/*` → `src/*`. */
  aliases: readonly (readonly [string, string])[];
}

export interface Emitted {
  path: RelativePath;
  text: string;
  /** A syntax error. */
  problem?: string;
}

/** Where the file that Node runs in place of a source file stands. */
export function emittedPath(path: RelativePath, { module }: Pick<Setting, 'module'>): RelativePath {
  if (!FOREIGN.test(path)) return path;
  const ending = /\.m[jt]sx?$/.test(path) ? '.mjs' : /\.c[jt]sx?$/.test(path) || module === 'commonjs' ? '.cjs' : '.mjs';
  return path.replace(/\.[cm]?[jt]sx?$/, ending);
}

/**
 * A source file as Node runs it: types taken off by the compiler, imports led to the emitted files, and those of a test runner to `runner` where
 * one is given. Nothing of the project is executed.
 */
export async function emit(path: RelativePath, source: string, setting: Setting, runner?: string): Promise<Emitted> {
  const { ts, tree } = await parseTree(path, source);
  const out = emittedPath(path, setting);
  let text = '';
  let last = 0;
  for (const literal of specifiersIn(ts, tree)) {
    const by = rewritten(literal.text, path, out, setting, runner);
    if (by === undefined) continue;
    text += source.slice(last, literal.getStart(tree)) + JSON.stringify(by);
    last = literal.end;
  }
  text += source.slice(last);
  const kind = scriptKind(ts, path);
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: kind === ts.ScriptKind.JSX ? path.replace(CODE, '.jsx') : path,
    reportDiagnostics: true,
    compilerOptions: {
      allowJs: true, esModuleInterop: true, isolatedModules: true, removeComments: true, target: ts.ScriptTarget.ES2022, jsx: ts.JsxEmit.ReactJSX, importHelpers: false,
      module: out.endsWith('.cjs') ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
    },
  });
  const error = diagnostics.find((one) => one.category === ts.DiagnosticCategory.Error && one.file !== undefined);
  return { path: out, text: FOREIGN.test(path) ? outputText : text, ...(error && { problem: ts.flattenDiagnosticMessageText(error.messageText, ' ') }) };
}

/** String literals that name a module. */
function specifiersIn(ts: Ts, tree: TS.SourceFile): TS.StringLiteralLike[] {
  const found: TS.StringLiteralLike[] = [];
  const visit = (node: TS.Node): void => {
    const given = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
      : ts.isExternalModuleReference(node) ? node.expression
      : ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require')) ? node.arguments[0]
      : undefined;
    if (given && ts.isStringLiteralLike(given)) found.push(given);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function rewritten(specifier: string, from: RelativePath, out: RelativePath, setting: Setting, runner: string | undefined): string | undefined {
  if (RUNNERS.has(specifier)) return runner;
  const target = resolved(specifier, from, setting);
  if (target === undefined) return undefined;
  const emitted = emittedPath(target, setting);
  // What Node finds by itself stays as it is.
  if (emitted === target && from === out) return undefined;
  const path = posix.relative(posix.dirname(out), emitted);
  return path.startsWith('.') ? path : `./${path}`;
}

/** The file of the project that an import names. */
export function resolved(specifier: string, from: RelativePath, { files, aliases }: Setting): RelativePath | undefined {
  const bases: string[] = [];
  if (/^\.\.?(?:\/|$)/.test(specifier)) bases.push(posix.join(posix.dirname(from), specifier));
  for (const [pattern, target] of aliases) {
    const star = pattern.endsWith('*');
    const head = star ? pattern.slice(0, -1) : pattern;
    if (star ? specifier.startsWith(head) : specifier === head) bases.push(posix.normalize(target.replace('*', specifier.slice(head.length))));
  }
  for (const base of bases) {
    const swapped = base.replace(/\.([cm]?)jsx?$/, '.$1ts');
    const found = [base, swapped, swapped.replace(/ts$/, 'tsx'), ...ENDINGS.map((ending) => base + ending), ...ENDINGS.map((ending) => posix.join(base, `index${ending}`))].find((path) => files.has(path));
    if (found !== undefined && CODE.test(found)) return found;
  }
  return undefined;
}

/**
 * The files that differ from what stands in the project, for all that `roots` import from it, directly or not.
 *
 * @param given texts that take the place of files
 */
export async function overlayOf(bench: Workbench, roots: readonly RelativePath[], setting: Setting, given: ReadonlyMap<RelativePath, string>, runner?: string): Promise<Record<RelativePath, string>> {
  const overlay: Record<RelativePath, string> = {};
  const queue = [...roots];
  const seen = new Set(queue);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const { text: plain } = await bench.readText(path);
    const source = given.get(path) ?? plain;
    const emitted = await emit(path, source, setting, runner);
    if (emitted.path !== path || emitted.text !== plain) overlay[emitted.path] = emitted.text;
    const { ts, tree } = await parseTree(path, source);
    for (const { text } of specifiersIn(ts, tree)) {
      const next = resolved(text, path, setting);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return overlay;
}

/** Reads what decides how a project's TypeScript is made into JavaScript. */
export async function settingOf(bench: Workbench, files: ReadonlySet<RelativePath>, root: RelativePath | ''): Promise<Setting> {
  const ts = await compiler();
  const inside = root === '' ? '' : `${root}/`;
  const typed = [...files].filter((path) => path.startsWith(inside) && /\.m?tsx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path));
  let module: Setting['module'] = 'commonjs';
  for (const path of typed) {
    if (/\bimport\.meta\b|^(?:export )?(?:(?:const|let|var) [^\n=]*= )?await\b/m.test((await bench.readText(path)).text)) module = 'esm';
    if (module === 'esm') break;
  }
  const config = `${inside}tsconfig.json`;
  const aliases: [string, string][] = [];
  if (files.has(config)) {
    const read: unknown = ts.parseConfigFileTextToJson(config, (await bench.readText(config)).text).config;
    const options = (read as { compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> } } | undefined)?.compilerOptions;
    const base = posix.join(root === '' ? '.' : root, options?.baseUrl ?? '.');
    for (const [pattern, [first]] of Object.entries(options?.paths ?? {})) if (typeof first === 'string') aliases.push([pattern, posix.join(base, first)]);
  }
  return { files, module, aliases };
}
