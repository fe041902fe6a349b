import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { Project } from '../project/project.ts';
import { leads, requiredModule } from './model.ts';

export type Graph = Map<RelativePath, Set<RelativePath>>;

/** Which module loads which: type-only imports, and those of which only types are taken, load nothing. */
export function loadGraph(project: Project): Graph {
  const checker = project.checker();
  const graph: Graph = new Map();
  for (const { path, tree } of project.trees()) {
    const targets = new Set<RelativePath>();
    graph.set(path, targets);
    if (/\.d\.[cm]?ts$/.test(path)) continue;
    for (const statement of tree.statements) {
      const literal = loads(checker, statement);
      const target = literal && leads(project, path, literal);
      if (target !== undefined && target !== path) targets.add(target);
      if (!ts.isVariableStatement(statement)) continue;
      for (const { initializer } of statement.declarationList.declarations) {
        const call = initializer && requiredModule(initializer);
        const required = call && leads(project, path, call);
        if (required !== undefined && required !== path) targets.add(required);
      }
    }
  }
  return graph;
}

function loads(checker: ts.TypeChecker, statement: ts.Statement): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
    const { importClause: clause, moduleSpecifier } = statement;
    if (!clause) return moduleSpecifier;
    if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
    const names = [...(clause.name ? [clause.name] : []), ...(clause.namedBindings ? (ts.isNamespaceImport(clause.namedBindings) ? [clause.namedBindings.name] : clause.namedBindings.elements.filter((e) => !e.isTypeOnly).map((e) => e.name)) : [])];
    return names.some((n) => isValue(checker, n)) ? moduleSpecifier : undefined;
  }
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier) || statement.isTypeOnly) return undefined;
  const clause = statement.exportClause;
  if (clause && ts.isNamedExports(clause) && clause.elements.every((e) => e.isTypeOnly || !isValue(checker, e.name))) return undefined;
  return statement.moduleSpecifier;
}

function isValue(checker: ts.TypeChecker, name: ts.Node): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol) return true;
  const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return real.escapedName === 'unknown' || (real.flags & ts.SymbolFlags.Value) !== 0;
}

/** The circle of modules that each one is in; alone: itself. */
function circles(graph: Graph): Map<RelativePath, RelativePath[]> {
  const index = new Map<RelativePath, number>();
  const low = new Map<RelativePath, number>();
  const stack: RelativePath[] = [];
  const on = new Set<RelativePath>();
  const found = new Map<RelativePath, RelativePath[]>();
  // Tarjan's strongly connected components, without recursion: chains of imports are longer than the stack is deep.
  for (const root of graph.keys()) {
    if (index.has(root)) continue;
    const work: { node: RelativePath; next: Iterator<RelativePath> }[] = [];
    const enter = (node: RelativePath): void => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      on.add(node);
      work.push({ node, next: (graph.get(node) ?? new Set<RelativePath>()).values() });
    };
    enter(root);
    while (work.length) {
      const { node, next } = work.at(-1)!;
      const step = next.next();
      if (!step.done) {
        if (!index.has(step.value)) enter(step.value);
        else if (on.has(step.value)) low.set(node, Math.min(low.get(node)!, index.get(step.value)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(node)!));
      if (low.get(node) !== index.get(node)) continue;
      const circle: RelativePath[] = [];
      for (let last = stack.pop()!; ; last = stack.pop()!) {
        on.delete(last);
        circle.push(last);
        if (last === node) break;
      }
      for (const member of circle) found.set(member, circle);
    }
  }
  return found;
}

/**
 * @param parts modules whose imports changed
 * @param stands for a new module, the one that it was taken out of: a circle that held that one may hold both
 * @throws `refactoring_refused` (`import_cycle`) where modules load each other that did not before
 */
export function refuseNewCircles(before: Graph, after: Graph, parts: ReadonlySet<RelativePath>, stands: ReadonlyMap<RelativePath, RelativePath> = new Map()): void {
  const old = circles(before);
  for (const circle of new Set(circles(after).values())) {
    if (circle.length < 2 || !circle.some((p) => parts.has(p))) continue;
    const were = new Set(circle.map((p) => (before.has(p) ? p : (stands.get(p) ?? p))));
    const [one] = were;
    const known = new Set(one === undefined ? [] : old.get(one));
    if (were.size > 1 && [...were].every((p) => known.has(p))) continue;
    const shown = circle.toSorted().slice(0, 6).join(', ');
    throw refuse('import_cycle', `${shown} would import each other in a circle.`, { modules: circle.toSorted() }, 'Move what they have in common to a module of its own, or move more along.');
  }
}
