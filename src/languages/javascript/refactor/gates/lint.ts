import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Problem } from '../../../refactor/types.ts';
import { BINDING, problemOf, UNUSED } from '../check/diagnostics.ts';
import { isSource } from '../project/configs.ts';
import { toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';

/** Syntax errors, names and modules that are not there, and what is imported or declared for nothing. */
export function lintProblems(project: Project, paths: readonly RelativePath[]): Problem[] {
  const problems: Problem[] = [];
  for (const path of paths) {
    const name = toVirtual(path);
    if (!isSource(path) || !project.program().getSourceFile(name)) continue;
    const found = [
      ...project.service.getSyntacticDiagnostics(name),
      ...project.service.getSemanticDiagnostics(name).filter((d) => d.category === ts.DiagnosticCategory.Error && BINDING.has(d.code)),
      ...project.service.getSuggestionDiagnostics(name).filter((d) => UNUSED.has(d.code) && !isParameter(project, name, d)),
    ];
    for (const d of found) problems.push(...[problemOf(d)].filter((p) => p !== undefined));
  }
  return problems;
}

/** A parameter that is not used yet is what adding one leaves. */
function isParameter(project: Project, name: string, { start }: ts.Diagnostic): boolean {
  const tree = project.program().getSourceFile(name);
  let inside = false;
  const visit = (node: ts.Node): void => {
    if (start === undefined || start < node.pos || start >= node.end) return;
    inside ||= ts.isParameter(node) && start >= node.name.getStart() && start < node.name.end;
    ts.forEachChild(node, visit);
  };
  if (tree) visit(tree);
  return inside;
}
