import type TS from 'typescript6';
import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { compiler, parseTree, scriptKind, syntaxError, type Ts } from '../ast.ts';
import { packageFor, packagesOf } from '../project.ts';
import { soloOptions } from '../program.ts';
import { habitsOf, lineEnd } from '../formatting/habits.ts';
import { exportersOf, specifierFor, unknownNames } from './missing.ts';

/**
 * Adds imports of names that exactly one file of the package exports, drops unused imports, merges and sorts the rest.
 * Imports for their side effects keep their place: where there are any, nothing is sorted. `require` calls stay.
 * Unchanged where the file does not parse.
 */
export async function organiseImports(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  if (await syntaxError(path, source)) return source;
  return tidy(path, await addMissing(path, source, bench));
}

async function addMissing(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  const unknown = await unknownNames(path, source);
  if (!unknown.size) return source;
  const exporters = await exportersOf(new Set(unknown.keys()), path, bench);
  const commonjs = await isCommonJs(path, source, bench);
  const habits = await habitsOf(path, source);
  const quote = habits.singleQuote === false && /"/.test(source) ? '"' : "'";
  const end = habits.semi === false ? '' : ';';
  const typescript = /\.[cm]?tsx?$/.test(path);
  const byFile = new Map<string, string[]>();
  for (const [name] of unknown) {
    const [only, ...others] = exporters.get(name) ?? [];
    // An ES module cannot be required, and a type does not exist in JavaScript.
    if (!only || others.length || (commonjs && !only.commonjs) || (only.type && !typescript)) continue;
    byFile.set(only.path, [...(byFile.get(only.path) ?? []), only.type ? `type ${name}` : name]);
  }
  const lines: string[] = [];
  for (const [file, names] of byFile) {
    const from = await specifierFor(path, file, source, bench, commonjs);
    const list = names.toSorted((a, b) => a.localeCompare(b));
    const allTypes = list.every((n) => n.startsWith('type '));
    const inner = (allTypes ? list.map((n) => n.slice(5)) : list).join(', ');
    lines.push(commonjs ? `const { ${inner} } = require(${quote}${from}${quote})${end}` : `import ${allTypes ? 'type ' : ''}{ ${inner} } from ${quote}${from}${quote}${end}`);
  }
  if (!lines.length) return source;
  const at = await insertionPoint(path, source, commonjs);
  const newline = lineEnd(source) === 'crlf' ? '\r\n' : '\n';
  const text = lines.join(newline);
  if (at.after) return source.slice(0, at.position) + newline + text + source.slice(at.position);
  return source.slice(0, at.position) + text + newline + (source[at.position] === '\n' || source[at.position] === '\r' ? '' : newline) + source.slice(at.position);
}

async function isCommonJs(path: RelativePath, source: string, bench: Workbench): Promise<boolean> {
  const { ts, tree } = await parseTree(path, source);
  if (tree.statements.some((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s) || ts.isExportAssignment(s) || (ts.canHaveModifiers(s) && ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)))) return false;
  if (/\bmodule\.exports\b|\bexports\.\w|\brequire\(/.test(source)) return true;
  if (/\.(mjs|mts|tsx?|jsx)$/.test(path)) return false;
  if (/\.c[jt]s$/.test(path)) return true;
  return packageFor(await packagesOf(bench), path)?.json?.type !== 'module';
}

/** After the last import of the file's head, else after its shebang, directives and leading comment. */
async function insertionPoint(path: string, source: string, commonjs: boolean): Promise<{ position: number; after: boolean }> {
  const { ts, tree } = await parseTree(path, source);
  let last: TS.Node | undefined;
  for (const s of tree.statements) {
    const required = commonjs && ts.isVariableStatement(s) && /\brequire\(/.test(s.getText(tree));
    if (ts.isImportDeclaration(s) || required || (ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression))) last = s;
  }
  if (last) return { position: last.end, after: true };
  const [first] = tree.statements;
  const comments = ts.getLeadingCommentRanges(source, first ? first.getFullStart() : 0) ?? [];
  // A comment that touches the first statement is about that statement.
  const head = comments.filter((c, i) => {
    const next = comments[i + 1]?.pos ?? first?.getStart(tree) ?? source.length;
    return /\n\s*\n/.test(source.slice(c.end, next));
  }).at(-1);
  const shebang = /^#!.*\r?\n/.exec(source)?.[0].length ?? 0;
  if (!head) return { position: shebang, after: false };
  return { position: head.end, after: true };
}

/** Drops unused imports, and merges and sorts the rest, by TypeScript's own service on this file alone. */
async function tidy(path: RelativePath, source: string): Promise<string> {
  const ts = await compiler();
  const name = `/${path}`;
  const { tree } = await parseTree(path, source);
  const imports = tree.statements.filter((s): s is TS.ImportDeclaration => ts.isImportDeclaration(s));
  if (!imports.length) return source;
  const sideEffects = imports.some((i) => !i.importClause);
  const habits = await habitsOf(path, source);
  const service = ts.createLanguageService(serviceHost(ts, name, source, path), ts.createDocumentRegistry());
  try {
    const format: TS.FormatCodeSettings = {
      ...ts.getDefaultFormatCodeSettings(lineEnd(source) === 'crlf' ? '\r\n' : '\n'),
      semicolons: habits.semi === false ? ts.SemicolonPreference.Remove : ts.SemicolonPreference.Insert,
      convertTabsToSpaces: !habits.useTabs,
      indentSize: habits.tabWidth ?? 2,
    };
    const mode = sideEffects ? ts.OrganizeImportsMode.RemoveUnused : ts.OrganizeImportsMode.All;
    const changes = service.organizeImports({ type: 'file', fileName: name, mode }, format, { quotePreference: habits.singleQuote === false ? 'double' : 'single' });
    const edits = changes.flatMap((c) => c.textChanges).toSorted((a, b) => b.span.start - a.span.start);
    const out = edits.reduce((text, e) => text.slice(0, e.span.start) + e.newText + text.slice(e.span.start + e.span.length), source);
    return (await syntaxError(path, out)) ? source : out;
  } finally {
    service.dispose();
  }
}

function serviceHost(ts: Ts, name: string, source: string, path: string): TS.LanguageServiceHost {
  return {
    getCompilationSettings: () => soloOptions(ts),
    getScriptFileNames: () => [name],
    getScriptVersion: () => '1',
    getScriptKind: () => scriptKind(ts, path),
    getScriptSnapshot: (file) => (file === name ? ts.ScriptSnapshot.fromString(source) : undefined),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib.d.ts',
    fileExists: (file) => file === name,
    readFile: (file) => (file === name ? source : undefined),
  };
}
