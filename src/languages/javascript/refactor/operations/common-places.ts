import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { lineOf } from '../check/diagnostics.ts';
import { readModule } from '../move/model.ts';
import { usesOfWhole, wholeModule } from '../move/whole.ts';
import type { Project } from '../project/project.ts';
import { specifiersOf, targetOf } from '../project/specifiers.ts';
import { isExportsObject, type NamePlace, placesOf } from './places.ts';

/**
 * All places of a name, those beyond `module.exports = { area }` included: the compiler takes that property for another thing than the
 * function, and whoever requires it means the function.
 *
 * @throws `refactoring_refused` (`dynamic_use`) where it is required in a form that is not followed
 */
export function everyPlace(project: Project, path: RelativePath, position: number): NamePlace[] | undefined {
  const places = placesOf(project, path, position);
  if (!places) return undefined;
  const all = new Map(places.map((p) => [`${p.path}:${p.start}`, p]));
  const add = (list: readonly NamePlace[]): void => list.forEach((p) => all.set(`${p.path}:${p.start}`, p));
  for (const { path: home, node } of places) {
    if (!ts.isIdentifier(node) || !ts.isShorthandPropertyAssignment(node.parent) || !isExportsObject(node.parent.parent)) continue;
    for (const file of project.sources()) if (file !== home && (project.files.text(file) ?? '').includes(node.text)) add(requirersIn(project, file, home, node.text));
  }
  return [...all.values()];
}

function requirersIn(project: Project, path: RelativePath, home: RelativePath, name: string): NamePlace[] {
  const tree = project.tree(path);
  const found: NamePlace[] = [];
  const at = (node: ts.Node): NamePlace => ({ path, start: node.getStart(tree), end: node.end, node });
  const followed = new Set<ts.Node>();
  const module = readModule(project, path);
  for (const b of module.imports.filter((x) => x.target === home)) {
    for (let up: ts.Node = b.name; up !== tree; up = up.parent) followed.add(up);
    if (b.imported === '*') found.push(...usesOfWhole(project.checker(), tree, b.name).members.filter((m) => m.name.text === name).map((m) => at(m.name)));
    else if (b.imported === name) {
      const { propertyName } = b.name.parent as ts.BindingElement | ts.ImportSpecifier;
      if (propertyName) found.push(at(propertyName));
      else found.push(...(placesOf(project, path, b.name.getStart(tree)) ?? []).filter((p) => p.path === path));
    }
  }
  for (const s of specifiersOf(tree, project.options)) {
    if (!s.node || (s.kind !== 'require' && s.kind !== 'dynamic' && s.kind !== 'export') || targetOf(project, path, s) !== home) continue;
    let up: ts.Node = s.node;
    while (up !== tree && !followed.has(up.parent)) up = up.parent;
    if (up !== tree && followed.has(up.parent) && !ts.isSourceFile(up.parent)) continue;
    const call = s.node.parent;
    const direct = call.parent;
    if (s.kind === 'require' && ts.isPropertyAccessExpression(direct) && direct.expression === call) {
      if (direct.name.text === name) found.push(at(direct.name));
      continue;
    }
    const use = ts.isCallExpression(call) ? wholeModule(tree, call) : { kind: 'unknown' as const };
    if (use.kind === 'none' || (use.kind === 'members' && !use.names.includes(name))) continue;
    throw refuse('dynamic_use', `${path}:${lineOf(tree, s.start)} takes ${name} from ${home} in a form that is not followed.`, { path, symbol: name }, 'Take it apart where it is required first.');
  }
  return found;
}
