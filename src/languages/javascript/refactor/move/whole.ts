import ts from 'typescript6';

/** Uses of a name that stands for a whole module. */
export interface WholeUses {
  /** `m.area`. */
  members: { node: ts.Node; name: ts.Identifier }[];
  /** Anything else. */
  bare: ts.Node[];
}

export function usesOfWhole(checker: ts.TypeChecker, tree: ts.SourceFile, binding: ts.Identifier): WholeUses {
  const uses: WholeUses = { members: [], bare: [] };
  const symbol = checker.getSymbolAtLocation(binding);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === binding.text && node !== binding) {
      const { parent } = node;
      const means = ts.isShorthandPropertyAssignment(parent) ? checker.getShorthandAssignmentValueSymbol(parent) : ts.isExportSpecifier(parent) ? checker.getExportSpecifierLocalTargetSymbol(parent) : checker.getSymbolAtLocation(node);
      const own = means === symbol && !(ts.isPropertyAccessExpression(parent) && parent.name === node);
      if (own) {
        if (ts.isPropertyAccessExpression(parent) && parent.expression === node && ts.isIdentifier(parent.name)) uses.members.push({ node: parent, name: parent.name });
        else if (ts.isQualifiedName(parent) && parent.left === node) uses.members.push({ node: parent, name: parent.right });
        else uses.bare.push(node);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return uses;
}

/** How the value of `import('…')` or `require('…')` is used. `none`: for its effects alone. `unknown`: as a whole, or in a way that is not followed. */
export type ModuleUse = { kind: 'none' } | { kind: 'unknown' } | { kind: 'members'; names: string[]; pattern?: ts.ObjectBindingPattern };

export function wholeModule(tree: ts.SourceFile, call: ts.CallExpression): ModuleUse {
  let node: ts.Node = call;
  let { parent } = node;
  while (ts.isAwaitExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent)) {
    node = parent;
    parent = node.parent;
  }
  if (ts.isExpressionStatement(parent)) return { kind: 'none' };
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
    if (parent.name.text === 'then' && ts.isCallExpression(parent.parent) && node === call) return thenUse(tree, parent.parent);
    if (node === call && call.expression.kind === ts.SyntaxKind.ImportKeyword) return { kind: 'unknown' };
    return { kind: 'members', names: [parent.name.text] };
  }
  if (ts.isVariableDeclaration(parent) && parent.initializer === node) {
    if (ts.isObjectBindingPattern(parent.name)) return patternUse(tree, parent.name);
    if (ts.isIdentifier(parent.name)) return nameUse(tree, parent.name, parent.parent.parent.parent);
  }
  return { kind: 'unknown' };
}

function patternUse(tree: ts.SourceFile, pattern: ts.ObjectBindingPattern): ModuleUse {
  if (pattern.elements.some((e) => e.dotDotDotToken || (e.propertyName && !ts.isIdentifier(e.propertyName)))) return { kind: 'unknown' };
  return { kind: 'members', names: pattern.elements.map((e) => (e.propertyName ?? e.name).getText(tree)), ...(ts.isVariableDeclaration(pattern.parent) && { pattern }) };
}

/** `.then((m) => m.area)`, `.then(({ area }) => …)`. */
function thenUse(tree: ts.SourceFile, then: ts.CallExpression): ModuleUse {
  const [callback] = then.arguments;
  if (!callback || !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))) return { kind: 'unknown' };
  const parameter = callback.parameters[0]?.name;
  if (!parameter) return { kind: 'none' };
  if (ts.isObjectBindingPattern(parameter)) {
    const use = patternUse(tree, parameter);
    return use.kind === 'members' ? { kind: 'members', names: use.names } : use;
  }
  return ts.isIdentifier(parameter) ? nameUse(tree, parameter, callback) : { kind: 'unknown' };
}

/** A local name for the module: every word of that name in its scope has to be `m.member`. */
function nameUse(_tree: ts.SourceFile, name: ts.Identifier, scope: ts.Node): ModuleUse {
  const names: string[] = [];
  let bare = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name.text && node !== name) {
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.name === node) return;
      if ((ts.isPropertyAccessExpression(parent) && parent.expression === node) || (ts.isQualifiedName(parent) && parent.left === node)) names.push((ts.isQualifiedName(parent) ? parent.right : parent.name).text);
      else bare = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(scope);
  return bare ? { kind: 'unknown' } : { kind: 'members', names: [...new Set(names)] };
}
