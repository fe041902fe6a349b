import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Note, RemoveUnused } from '../../../refactor/types.ts';
import { refusalReason, refuse } from '../../../refactor/refuse.ts';
import { lineOf, syntaxErrorIn, UNUSED } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { type ImportBinding, readModule } from '../move/model.ts';
import { importRemovals } from '../move/old-home.ts';
import { isExportList } from '../move/plan.ts';
import { referencesIn } from '../move/references.ts';
import { extentOf, hasGaps, removal, withoutElements, withoutGaps } from '../move/text.ts';
import { applied, type TextEdit } from '../project/edits.ts';
import { toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import type { Outcome } from './outcome.ts';

/** Rounds after which what fell out of use with other things is left for the next time. */
const ROUNDS = 10;

/**
 * Removes unused imports, and functions, classes, types and constants that are not exported and that nothing in their file names. What has an
 * effect when the module loads stays.
 */
export function removeUnused(project: Project, { paths, what = 'symbols' }: RemoveUnused): Outcome {
  const files = (paths ?? project.sources()).filter((p) => !/\.d\.[cm]?ts$/.test(p));
  for (const path of paths ?? []) project.tree(path);
  const notes: Note[] = [];
  const removed = { imports: 0, symbols: 0 };
  const changed = new Set<RelativePath>();
  const first = new Map<RelativePath, string>();
  for (const path of files) {
    const broken = syntaxErrorIn(project, path);
    if (broken && paths) throw refuse('broken_file', `${path} does not parse.`, { path }, 'Mend the file first.');
    if (broken || !mayHaveUnused(project, path)) continue;
    const start = stateOf(project, [path], { imports: false });
    for (let round = 0; round < ROUNDS; round += 1) {
      const edits = unusedIn(project, path, what, removed, notes);
      if (!edits.length) break;
      const text = project.text(path);
      if (!first.has(path)) first.set(path, text);
      const next = applied(text, edits);
      project.stage(new Map([[path, hasGaps(first.get(path)!) ? next : withoutGaps(next)]]));
      changed.add(path);
    }
    const original = first.get(path);
    if (original === undefined) continue;
    try {
      verified(project, [path], start, { imports: false });
    } catch (thrown) {
      if (refusalReason(thrown) === undefined) throw thrown;
      project.stage(new Map([[path, original]]));
      changed.delete(path);
      notes.push({ kind: 'kept', path, line: 1, text: `stays as it is: ${(thrown as Error).message}` });
    }
  }
  const parts = [`${removed.imports} unused ${removed.imports === 1 ? 'import' : 'imports'}`, ...(what === 'symbols' ? [`${removed.symbols} unused ${removed.symbols === 1 ? 'declaration' : 'declarations'}`] : [])];
  return { notes, summary: changed.size ? `Removed ${parts.join(' and ')} in ${changed.size} ${changed.size === 1 ? 'file' : 'files'}.` : 'Nothing is unused.' };
}

function mayHaveUnused(project: Project, path: RelativePath): boolean {
  return project.service.getSuggestionDiagnostics(toVirtual(path)).some((d) => UNUSED.has(d.code));
}

function unusedIn(project: Project, path: RelativePath, what: 'imports' | 'symbols', removed: { imports: number; symbols: number }, notes: Note[]): TextEdit[] {
  const tree = project.tree(path);
  const module = readModule(project, path);
  const marks = project.service.getSuggestionDiagnostics(toVirtual(path)).filter((d) => UNUSED.has(d.code));
  const marked = (node: ts.Node): boolean => marks.some((d) => d.start !== undefined && d.start <= node.getStart(tree) && node.end <= d.start + (d.length ?? 0));
  const imports = module.imports.filter((b) => !b.required && marked(b.name) && !keptForJsx(tree, b));
  removed.imports += imports.length;
  const edits = importRemovals(tree, module.imports, imports);
  // A file that is no module shares its names with all others.
  if (what === 'imports' || (!module.commonJs && !module.imports.length && !module.exported.size)) return edits;
  const uses = referencesIn(project, module, tree.statements.filter((s) => !isExportList(s)));
  const inside = (name: string, statement: ts.Statement): boolean => uses.every((u) => u.name !== name || (statement.pos <= u.id.pos && u.id.end <= statement.end));
  for (const { statement, names } of module.units) {
    if (!names.length || names.some((n) => module.exported.has(n) || n === 'default')) continue;
    const gone = names.filter((n) => inside(n, statement) && module.units.every((u) => u.statement === statement || !u.names.includes(n)));
    if (!gone.length) continue;
    if (ts.isVariableStatement(statement)) {
      const { declarations } = statement.declarationList;
      const out = declarations.filter((d) => ts.isIdentifier(d.name) && gone.includes(d.name.text) && !uses.some((u) => u.name === (d.name as ts.Identifier).text));
      const harmless = out.filter((d) => !d.initializer || isHarmless(d.initializer));
      for (const d of out.filter((x) => !harmless.includes(x))) notes.push({ kind: 'kept', path, line: lineOf(tree, d.getStart(tree)), text: `${d.name.getText(tree)} is unused, and what it is given may have an effect` });
      if (!harmless.length) continue;
      removed.symbols += harmless.length;
      if (harmless.length === declarations.length) edits.push(removal(tree.text, extentOf(tree, statement).start, extentOf(tree, statement).end));
      else edits.push(...withoutElements(tree, declarations, new Set(harmless)));
    } else if (gone.length === names.length && !ts.isModuleDeclaration(statement) && !hasEffect(statement)) {
      removed.symbols += gone.length;
      edits.push(removal(tree.text, extentOf(tree, statement).start, extentOf(tree, statement).end));
    }
  }
  return edits;
}

/** The classic transform of JSX calls it by name. */
function keptForJsx(tree: ts.SourceFile, { local }: ImportBinding): boolean {
  return /^(React|h|Fragment|jsx)$/.test(local) && /\.[jt]sx$|\.js$/.test(tree.fileName) && /<[A-Za-z>]/.test(tree.text);
}

/** What runs nothing when it is evaluated. */
function isHarmless(node: ts.Expression): boolean {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isLiteralExpression(node) || ts.isIdentifier(node) || ts.isRegularExpressionLiteral(node)) return true;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)) return true;
  if (ts.isArrayLiteralExpression(node)) return node.elements.every((e) => !ts.isSpreadElement(e) && isHarmless(e));
  if (ts.isObjectLiteralExpression(node)) return node.properties.every((p) => ts.isShorthandPropertyAssignment(p) || ts.isMethodDeclaration(p) || (ts.isPropertyAssignment(p) && !ts.isComputedPropertyName(p.name) && isHarmless(p.initializer)));
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return isHarmless(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return isHarmless(node.operand);
  return ts.isBinaryExpression(node) && node.operatorToken.kind !== ts.SyntaxKind.EqualsToken && isHarmless(node.left) && isHarmless(node.right);
}

/** A class that runs something when it is declared: decorators, static blocks and fields. */
function hasEffect(statement: ts.Statement): boolean {
  if (!ts.isClassDeclaration(statement)) return false;
  const decorated = (n: ts.Node): boolean => ts.canHaveDecorators(n) && (ts.getDecorators(n)?.length ?? 0) > 0;
  return decorated(statement) || statement.members.some((m) => decorated(m) || ts.isClassStaticBlockDeclaration(m) || (ts.isPropertyDeclaration(m) && m.modifiers?.some((x) => x.kind === ts.SyntaxKind.StaticKeyword) && m.initializer !== undefined && !isHarmless(m.initializer)));
}
