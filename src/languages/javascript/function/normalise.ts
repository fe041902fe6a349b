import type TS from 'typescript6';
import { compiler, type Ts } from '../ast.ts';
import { treeOf } from './dialect.ts';
import { boundNames, declaredNames, parseErrors } from './find.ts';

/**
 * A text that is the same for codes that differ in layout, comments, types and local names only; undefined when it does not parse. Names at top
 * level stay: they are what others call.
 */
export async function normalise(code: string): Promise<string | undefined> {
  const ts = await compiler();
  if (parseErrors(treeOf(ts, code)).length > 0) return undefined;
  const { outputText } = ts.transpileModule(code, {
    fileName: 'solution.ts',
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true, alwaysStrict: false },
  });
  const tree = ts.createSourceFile('solution.js', outputText, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  return tokens(ts, tree).join(' ');
}

const DROPPED = new Set(['', ';', 'export', 'default']);

function tokens(ts: Ts, tree: TS.SourceFile): string[] {
  const top = new Set(tree.statements.flatMap((s) => declaredNames(ts, s)));
  const local = new Set<string>();
  const collect = (node: TS.Node): void => {
    if ((ts.isParameter(node) || ts.isVariableDeclaration(node)) && node.name) for (const name of boundNames(ts, node.name)) local.add(name);
    if ((ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isClassDeclaration(node)) && node.name) local.add(node.name.text);
    ts.forEachChild(node, collect);
  };
  collect(tree);
  for (const name of top) local.delete(name);

  const found: string[] = [];
  const numbered = new Map<string, string>();
  const renamed = (name: string): string => {
    if (!local.has(name)) return name;
    if (!numbered.has(name)) numbered.set(name, `v${numbered.size}`);
    return numbered.get(name)!;
  };
  const visit = (node: TS.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) {
      found.push(node.name.text, ':', renamed(node.name.text));
      return;
    }
    // `{ a }` takes the property a, whatever it is called here.
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.propertyName && !node.dotDotDotToken && ts.isIdentifier(node.name)) found.push(node.name.text, ':');
    const children = node.getChildren(tree);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const text = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? JSON.stringify(node.text) : node.getText(tree);
    if (DROPPED.has(text)) return;
    if (/^[)\]}]$/.test(text)) while (found.at(-1) === ',') found.pop();
    if (ts.isIdentifier(node)) found.push(isProperty(ts, node) ? node.text : renamed(node.text));
    else found.push(text === 'const' || text === 'var' ? 'let' : text);
  };
  visit(tree);
  return found;
}

function isProperty(ts: Ts, node: TS.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isGetAccessorDeclaration(parent) || ts.isSetAccessorDeclaration(parent)) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}
