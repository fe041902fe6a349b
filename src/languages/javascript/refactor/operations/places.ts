import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { FileEdits } from '../project/edits.ts';
import { toRelative, toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';

/** One place where a name stands. */
export interface NamePlace {
  path: RelativePath;
  start: number;
  end: number;
  node: ts.Node;
}

/** The smallest node that starts and ends at these positions. */
export function nodeAt(tree: ts.SourceFile, start: number, end: number): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < end) return;
    if (node.getStart(tree) <= start) found = node;
    ts.forEachChild(node, visit);
    for (const doc of (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? []) visit(doc);
  };
  visit(tree);
  return found;
}

/**
 * Every place that means what the identifier at a position declares, once each. The names that patterns bind from a property keep their
 * name, so they and their uses are no places; names bound from `require` or `import()` follow.
 *
 * @returns undefined where the compiler does not rename it (a library's, a keyword)
 */
export function placesOf(project: Project, path: RelativePath, position: number): NamePlace[] | undefined {
  const info = project.service.getRenameInfo(toVirtual(path), position, {});
  if (!info.canRename) return undefined;
  const tree = project.tree(path);
  const start = nodeAt(tree, position, position + 1);
  const bound = start !== undefined && ts.isBindingElement(start.parent) && start.parent.name === start && !fromModule(start.parent);
  const locations = project.service.findRenameLocations(toVirtual(path), position, false, false, { providePrefixAndSuffixTextForRename: bound }) ?? [];
  const seen = new Set<string>();
  const places: NamePlace[] = [];
  for (const { fileName, textSpan } of locations) {
    const file = toRelative(fileName);
    const key = `${fileName}:${textSpan.start}`;
    if (file === undefined || !project.files.has(file) || seen.has(key)) continue;
    seen.add(key);
    const node = nodeAt(project.tree(file), textSpan.start, textSpan.start + textSpan.length);
    if (node) places.push({ path: file, start: textSpan.start, end: textSpan.start + textSpan.length, node });
  }
  return bound ? places : withoutLocals(project, places);
}

/** Drops the uses of local names that a pattern binds from a renamed property; the pattern itself stays as a place. */
function withoutLocals(project: Project, places: readonly NamePlace[]): NamePlace[] {
  const checker = project.checker();
  const locals = new Set<ts.Symbol>();
  for (const { node } of places) {
    if (!isShorthandBinding(node) || fromModule(node.parent as ts.BindingElement)) continue;
    const local = checker.getSymbolAtLocation(node);
    if (local) locals.add(local);
  }
  return places.filter(({ node }) => {
    if (isShorthandBinding(node)) return true;
    const symbol = ts.isShorthandPropertyAssignment(node.parent) ? undefined : checker.getSymbolAtLocation(node);
    return symbol === undefined || !locals.has(symbol);
  });
}

export function isShorthandBinding(node: ts.Node): boolean {
  return ts.isBindingElement(node.parent) && node.parent.name === node && node.parent.propertyName === undefined && ts.isObjectBindingPattern(node.parent.parent) && node.parent.dotDotDotToken === undefined;
}

/** Bound from `require('…')` or `await import('…')`: the property is an export, and the local name goes with it. */
export function fromModule(element: ts.BindingElement): boolean {
  const declaration = element.parent.parent;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  let value: ts.Expression = declaration.initializer;
  while (ts.isAwaitExpression(value) || ts.isParenthesizedExpression(value)) value = value.expression;
  return ts.isCallExpression(value) && (value.expression.kind === ts.SyntaxKind.ImportKeyword || value.expression.getText() === 'require');
}

/** Edits that put another name to places: shorthand properties and patterns are written out. `inner`: how far into its edit a name then stands, where it is not 0. */
export function renaming(project: Project, places: readonly NamePlace[], to: string): { edits: FileEdits; inner: Map<string, number> } {
  const edits = new FileEdits();
  const inner = new Map<string, number>();
  const checker = project.checker();
  const all = new Set(places.map((p) => `${p.path}:${p.start}`));
  for (const { path, start, end, node } of places) {
    const old = project.text(path).slice(start, end);
    let text = to;
    if (ts.isPrivateIdentifier(node)) text = `#${to.replace(/^#/, '')}`;
    else if (isShorthandBinding(node)) {
      const element = node.parent as ts.BindingElement;
      const isLocal = !fromModule(element) && localOnly(project, element, all, path);
      text = fromModule(element) ? to : isLocal ? `${old}: ${to}` : `${to}: ${old}`;
    } else if (ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node) {
      const value = checker.getShorthandAssignmentValueSymbol(node.parent);
      const valueRenamed = value?.declarations?.some((d) => {
        const name = ts.getNameOfDeclaration(d);
        const file = toRelative(d.getSourceFile().fileName);
        return name !== undefined && !(ts.isBindingElement(d) && isShorthandBinding(name) && !fromModule(d) && !localOnly(project, d, all, file ?? '')) && all.has(`${file}:${name.getStart()}`);
      }) ?? false;
      text = valueRenamed ? (isExportsObject(node.parent.parent) ? to : `${old}: ${to}`) : `${to}: ${old}`;
    } else if (ts.isStringLiteralLike(node)) text = to;
    if (text === `${old}: ${to}`) inner.set(`${path}:${start}`, old.length + 2);
    edits.add(path, start, end, text);
  }
  return { edits, inner };
}

/** `module.exports = { area }`: the property is the export and goes with the name. */
export function isExportsObject(node: ts.Node): boolean {
  return ts.isObjectLiteralExpression(node) && ts.isBinaryExpression(node.parent) && /^(module\.)?exports$/.test(node.parent.left.getText());
}

/** Whether what is renamed is the local name that a pattern binds, not the property that it reads. */
function localOnly(project: Project, element: ts.BindingElement, all: ReadonlySet<string>, path: RelativePath): boolean {
  const property = project.checker().getTypeAtLocation(element.parent).getProperty(element.name.getText());
  const declared = property?.declarations?.some((d) => {
    const name = ts.getNameOfDeclaration(d);
    return name !== undefined && all.has(`${toRelative(d.getSourceFile().fileName)}:${name.getStart()}`);
  });
  return all.has(`${path}:${element.name.getStart()}`) && !declared;
}
