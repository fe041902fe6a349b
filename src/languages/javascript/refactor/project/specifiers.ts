import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { Project } from './project.ts';

/**
 * How a string names a module. `mock`: `vi.mock`, `jest.mock` and their like; `resolve`: `require.resolve`, `import.meta.resolve`;
 * `url`: `new URL('./x', import.meta.url)`; `augment`: `declare module './x'`; `reference`: `/// <reference path>`.
 */
export type SpecifierKind = 'import' | 'export' | 'dynamic' | 'require' | 'type' | 'mock' | 'resolve' | 'url' | 'augment' | 'reference';

/** A string that names a module. */
export interface Specifier {
  kind: SpecifierKind;
  text: string;
  /** Of the text inside the quotes. */
  start: number;
  end: number;
  node: ts.StringLiteralLike | undefined;
  mode: ts.ResolutionMode;
}

const MOCKS = new Set(['mock', 'unmock', 'doMock', 'doUnmock', 'dontMock', 'setMock', 'requireActual', 'requireMock', 'importActual', 'importMock', 'unstable_mockModule', 'createMockFromModule']);

/** Every string of a file that names a module. */
export function specifiersOf(tree: ts.SourceFile, options: ts.CompilerOptions): Specifier[] {
  const found: Specifier[] = [];
  const add = (kind: SpecifierKind | undefined, node: ts.Node | undefined): void => {
    if (!kind || !node || !ts.isStringLiteralLike(node)) return;
    found.push({ kind, text: node.text, start: node.getStart(tree) + 1, end: node.end - 1, node, mode: kind === 'url' ? undefined : ts.getModeForUsageLocation(tree, node, options) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add('import', node.moduleSpecifier);
    else if (ts.isExportDeclaration(node)) add('export', node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add('require', node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add('type', node.argument.literal);
    else if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) add('augment', node.name);
    else if (ts.isCallExpression(node)) add(callKind(node), node.arguments[0]);
    else if (ts.isNewExpression(node) && isImportMetaUrl(node)) add('url', node.arguments?.[0]);
    ts.forEachChild(node, visit);
    for (const doc of ts.isJSDoc(node) ? [] : ((node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? [])) visit(doc);
  };
  visit(tree);
  for (const { fileName, pos, end } of tree.referencedFiles) found.push({ kind: 'reference', text: fileName, start: pos, end, node: undefined, mode: undefined });
  return found;
}

function callKind(node: ts.CallExpression): SpecifierKind | undefined {
  const { expression } = node;
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return 'dynamic';
  if (ts.isIdentifier(expression)) return expression.text === 'require' ? 'require' : undefined;
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const name = expression.name.text;
  const on = expression.expression.getText();
  if (name === 'resolve' && (on === 'require' || on === 'import.meta')) return 'resolve';
  if ((on === 'jest' || on === 'vi') && MOCKS.has(name)) return 'mock';
  return undefined;
}

function isImportMetaUrl(node: ts.NewExpression): boolean {
  return ts.isIdentifier(node.expression) && node.expression.text === 'URL' && node.arguments?.[1]?.getText() === 'import.meta.url';
}

/** The file of the project that a specifier of `from` means; undefined for dependencies and for nothing. */
export function targetOf(project: Project, from: RelativePath, specifier: Specifier): RelativePath | undefined {
  const { kind, text } = specifier;
  if (kind === 'url' || kind === 'reference') {
    const path = posix.normalize(posix.join(posix.dirname(from), text));
    return project.files.has(path) ? path : undefined;
  }
  const found = project.resolve(text, from, specifier.mode);
  return found === 'external' ? undefined : found;
}

/** How a file ends its relative specifiers: as written on disk, as emitted, or not at all. */
export type Ending = 'own' | 'emitted' | 'none';

const CODE = /(\.d)?\.[cm]?[jt]sx?$/;

/** The ending of one specifier that leads to a file; undefined where it tells nothing (a folder, another kind of file). */
export function endingOf(specifier: string, target: RelativePath): Ending | undefined {
  const name = posix.basename(specifier);
  if (!CODE.test(target)) return undefined;
  if (name === posix.basename(target)) return /\.[cm]?jsx?$/.test(target) ? 'emitted' : 'own';
  if (/\.[cm]?jsx?$/.test(name)) return 'emitted';
  return name === posix.basename(target).replace(CODE, '') ? 'none' : undefined;
}

/** The habit of a file, else of its neighbours, else what its resolution asks for. */
export function endingHabit(project: Project, path: RelativePath): Ending {
  const own = counted(project, [path]);
  if (own) return own;
  const folder = posix.dirname(path);
  const sources = project.sources().filter((p) => p !== path);
  const near = counted(project, sources.filter((p) => posix.dirname(p) === folder).slice(0, 40)) ?? counted(project, sources.slice(0, 200));
  if (near) return near;
  const options = project.configOf(path)?.options ?? {};
  const node = options.moduleResolution ?? ((options.module ?? 0) >= ts.ModuleKind.Node16 && (options.module ?? 0) <= ts.ModuleKind.NodeNext ? ts.ModuleResolutionKind.NodeNext : undefined);
  if (node === ts.ModuleResolutionKind.NodeNext || node === ts.ModuleResolutionKind.Node16) return 'emitted';
  const pack = project.packages.filter((p) => p.folder === '' || path.startsWith(`${p.folder}/`)).toSorted((a, b) => b.folder.length - a.folder.length)[0];
  const plain = /\.[cm]?jsx?$/.test(path);
  return plain && (path.endsWith('.mjs') || pack?.json['type'] === 'module') ? 'own' : 'none';
}

function counted(project: Project, paths: readonly RelativePath[]): Ending | undefined {
  const count = { own: 0, emitted: 0, none: 0 };
  for (const path of paths) {
    const text = project.files.text(path) ?? '';
    for (const [, specifier = ''] of text.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"](\.{1,2}\/[^'"\n]+)['"]/g)) {
      if (/\.[cm]?tsx?$/.test(specifier)) count.own += 1;
      else if (/\.[cm]?jsx?$/.test(specifier)) count[/\.[cm]?tsx?$/.test(path) ? 'emitted' : 'own'] += 1;
      else if (!/\.(json|css|scss|svg|png|wasm|node)$/.test(specifier)) count.none += 1;
    }
  }
  const [best] = (Object.entries(count) as [Ending, number][]).toSorted((a, b) => b[1] - a[1]);
  return best && best[1] > 0 ? best[0] : undefined;
}

/** The relative specifier from one file to another, with a given ending. */
export function relativeSpecifier(from: RelativePath, target: RelativePath, ending: Ending, folderIndex = true): string {
  const to = (path: string): string => {
    const r = posix.relative(posix.dirname(from), path);
    return r.startsWith('.') ? r : `./${r}`;
  };
  const bare = target.replace(CODE, '');
  const extension = CODE.exec(target)?.[0] ?? '';
  if (extension === '' || ending === 'own') return to(target);
  if (ending === 'none') {
    // Without its extension such a file is not found.
    if (/^\.[cm][jt]s$/.test(extension)) return to(bare + extension.replace('t', 'j'));
    const isIndex = folderIndex && posix.basename(bare) === 'index';
    if (!isIndex) return to(bare);
    const folder = to(posix.dirname(bare) === '.' ? '' : posix.dirname(bare));
    return folder === './' ? '.' : folder;
  }
  return to(bare + extension.replace('.d', '').replace('t', 'j').replace('.jsx', extension.endsWith('.tsx') ? '.js' : '.jsx'));
}
