import { posix } from 'node:path';
import type TS from 'typescript6';
import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { parseTree, type Ts } from '../ast.ts';
import { resolveFile } from '../program.ts';
import { packageFor, packagesOf } from '../project.ts';
import { isCode, isTestPath } from '../test-paths.ts';
import { globalNames } from './globals.ts';

/** Cannot find name, … did you mean, … namespace, … in a shorthand property, … in JSX. */
const UNKNOWN_NAME = new Set([2304, 2552, 2503, 18004, 2686, 2583, 2580, 2581, 2582, 2584, 2591, 2592, 2593]);

/** Names used in the file that nothing in it defines and no environment has. */
export async function unknownNames(path: string, source: string): Promise<Map<string, 'value' | 'type'>> {
  const { ts, tree, program } = await resolveFile(path, source);
  const globals = await globalNames();
  const found = new Map<string, 'value' | 'type'>();
  for (const d of program.getSemanticDiagnostics(tree)) {
    if (!UNKNOWN_NAME.has(d.code) || d.start === undefined) continue;
    const name = source.slice(d.start, d.start + (d.length ?? 0));
    if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) || globals.has(name)) continue;
    const kind = inType(ts, tree, d.start) ? 'type' : 'value';
    if (found.get(name) !== 'value') found.set(name, kind);
  }
  return found;
}

function inType(ts: Ts, tree: TS.SourceFile, position: number): boolean {
  let at: TS.Node = tree;
  for (;;) {
    const child: TS.Node | undefined = at.getChildren(tree).find((c) => c.getStart(tree) <= position && position < c.end);
    if (!child) return false;
    if (ts.isTypeNode(child) && !ts.isExpressionWithTypeArguments(child)) return true;
    at = child;
  }
}

export interface Exported {
  path: RelativePath;
  /** Only a type: to be imported as one. */
  type: boolean;
  /** By `module.exports` rather than `export`. */
  commonjs: boolean;
}

/** Where each of the names is defined and exported in the package: one entry a file; re-exports do not count. */
export async function exportersOf(names: ReadonlySet<string>, path: RelativePath, bench: Workbench): Promise<Map<string, Exported[]>> {
  const packages = await packagesOf(bench);
  const pack = packageFor(packages, path);
  const found = new Map<string, Exported[]>();
  const fromTest = isTestPath(path);
  for (const file of (pack?.files ?? []).filter((f) => isCode(f) && f !== path && (fromTest || !isTestPath(f)))) {
    const { text } = await bench.readText(file).catch(() => ({ text: '' }));
    if (![...names].some((n) => text.includes(n))) continue;
    for (const [name, entry] of await exportsOf(file, text)) {
      if (names.has(name)) found.set(name, [...(found.get(name) ?? []), { path: file, ...entry }]);
    }
  }
  return found;
}

async function exportsOf(path: string, source: string): Promise<Map<string, Omit<Exported, 'path'>>> {
  const { ts, tree } = await parseTree(path, source);
  const found = new Map<string, Omit<Exported, 'path'>>();
  const types = new Set<string>();
  const own = new Set<string>();
  const nameOf = (n: TS.Node | undefined) => (n && ts.isIdentifier(n) ? n.text : undefined);
  for (const s of tree.statements) {
    const exported = ts.canHaveModifiers(s) && ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) && !ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
    const isType = ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s);
    const names = ts.isVariableStatement(s) ? s.declarationList.declarations.map((d) => nameOf(d.name)) : ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s) || isType || ts.isEnumDeclaration(s) ? [nameOf(s.name)] : [];
    for (const name of names) {
      if (name === undefined) continue;
      if (!(ts.isVariableStatement(s) && /=\s*require\(/.test(s.getText(tree)))) own.add(name);
      if (isType) types.add(name);
      if (exported) found.set(name, { type: isType, commonjs: false });
    }
  }
  for (const s of tree.statements) {
    if (ts.isExportDeclaration(s) && !s.moduleSpecifier && s.exportClause && ts.isNamedExports(s.exportClause)) {
      for (const e of s.exportClause.elements) {
        const local = (e.propertyName ?? e.name).text;
        if (own.has(local)) found.set(e.name.text, { type: s.isTypeOnly || e.isTypeOnly || types.has(local), commonjs: false });
      }
    } else if (ts.isExpressionStatement(s) && ts.isBinaryExpression(s.expression)) {
      const target = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(s.expression.left.getText(tree));
      const { right } = s.expression;
      if (target?.[1]) found.set(target[1], { type: false, commonjs: true });
      else if (target && ts.isObjectLiteralExpression(right)) {
        for (const p of right.properties) {
          const name = p.name && nameOf(p.name);
          const local = ts.isPropertyAssignment(p) && ts.isIdentifier(p.initializer) ? p.initializer.text : name;
          if (name && (own.has(local ?? '') || ts.isMethodDeclaration(p) || (ts.isPropertyAssignment(p) && !ts.isIdentifier(p.initializer)))) found.set(name, { type: false, commonjs: true });
        }
      }
    }
  }
  return found;
}

/** A relative specifier by the habit of the file, then of the package: with the written, the emitted, or no extension. */
export async function specifierFor(from: RelativePath, target: RelativePath, source: string, bench: Workbench, commonjs: boolean): Promise<string> {
  const bare = target.replace(/\.[cm]?[jt]sx?$/, '');
  const extension = target.slice(bare.length);
  const relative = (p: string) => {
    const r = posix.relative(posix.dirname(from), p);
    return r.startsWith('.') ? r : `./${r}`;
  };
  const habit = (await extensionHabit([source])) ?? (await packageHabit(from, bench));
  const style = habit ?? (commonjs ? 'none' : /^\.[cm]?jsx?$/.test(extension) ? 'own' : 'emitted');
  if (style === 'none') return relative(extension === '.mjs' || extension === '.cjs' ? target : bare.replace(/\/index$/, '') || '.');
  if (style === 'own') return relative(target);
  return relative(bare + extension.replace('t', 'j').replace(/^\.jsx$/, extension === '.tsx' ? '.js' : '.jsx'));
}

async function packageHabit(from: RelativePath, bench: Workbench): Promise<'own' | 'emitted' | 'none' | undefined> {
  const pack = packageFor(await packagesOf(bench), from);
  const files = (pack?.files ?? []).filter(isCode).slice(0, 60);
  const sources = await Promise.all(files.map((f) => bench.readText(f).then((r) => r.text, () => '')));
  const found = await extensionHabit(sources);
  if (found) return found;
  return pack?.typescript && pack.json?.type !== 'module' ? 'none' : undefined;
}

async function extensionHabit(sources: readonly string[]): Promise<'own' | 'emitted' | 'none' | undefined> {
  const count = { own: 0, emitted: 0, none: 0 };
  for (const source of sources) {
    for (const [, specifier] of source.matchAll(/(?:from|import|require\()\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      if (/\.[cm]?tsx?$/.test(specifier!)) count.own += 1;
      else if (/\.[cm]?jsx?$/.test(specifier!)) count.emitted += 1;
      else if (!/\.\w+$/.test(specifier!)) count.none += 1;
    }
  }
  const [best] = (Object.entries(count) as [keyof typeof count, number][]).toSorted((a, b) => b[1] - a[1]);
  return best && best[1] > 0 ? best[0] : undefined;
}
