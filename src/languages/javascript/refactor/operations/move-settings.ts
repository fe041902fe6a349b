import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import type { TextEdit } from '../project/edits.ts';
import type { Project } from '../project/project.ts';

/** Keys whose strings are paths from the folder of the file. */
const PACKAGE_KEYS = new Set(['main', 'module', 'browser', 'types', 'typings', 'bin', 'exports', 'imports', 'files', 'sideEffects', 'workspaces', 'source', 'typesVersions', 'directories', 'man', 'unpkg', 'jsdelivr']);
const CONFIG_KEYS = new Set(['files', 'include', 'exclude', 'references', 'extends', 'paths', 'rootDir', 'rootDirs', 'baseUrl', 'typeRoots', 'outDir', 'declarationDir']);
const BUILT = /^(\.\/)?(dist|lib|build|out)\//;

type Goes = (path: RelativePath) => RelativePath;

/** Edits of package.json and tsconfig.json files for files that went elsewhere; built files follow their sources. */
export function movedSettings(project: Project, goes: Goes, moved: ReadonlyMap<RelativePath, RelativePath>): Map<RelativePath, TextEdit[]> {
  const found = new Map<RelativePath, TextEdit[]>();
  for (const path of project.files.paths()) {
    if (/(^|\/)node_modules\//.test(path)) continue;
    const manifest = posix.basename(path) === 'package.json';
    if (!manifest && !/(^|\/)[tj]sconfig[\w.-]*\.json$/.test(path)) continue;
    const text = project.files.text(path);
    if (text === undefined) continue;
    const tree = ts.parseJsonText(path, text);
    const edits = stringsOf(tree, manifest ? PACKAGE_KEYS : CONFIG_KEYS, manifest).flatMap(({ node, script }): TextEdit[] => {
      const next = script ? scriptAfter(node.text, path, goes, moved) : pathAfter(node.text, path, goes, moved);
      const written = node.getText(tree).slice(1, -1);
      // Escapes in a path are so rare that such a string is left alone.
      return next === node.text || written !== node.text ? [] : [{ start: node.getStart(tree) + 1, end: node.end - 1, text: next }];
    });
    if (edits.length) found.set(path, edits);
  }
  return found;
}

/** Strings under the given keys, at any depth; for package.json the scripts too. */
function stringsOf(tree: ts.JsonSourceFile, keys: ReadonlySet<string>, manifest: boolean): { node: ts.StringLiteral; script: boolean }[] {
  const found: { node: ts.StringLiteral; script: boolean }[] = [];
  const visit = (node: ts.Node, inside: 'no' | 'path' | 'script'): void => {
    if (ts.isPropertyAssignment(node)) {
      const key = ts.isStringLiteral(node.name) ? node.name.text : '';
      const next = inside !== 'no' ? inside : keys.has(key) ? 'path' : manifest && key === 'scripts' ? 'script' : !manifest && key === 'compilerOptions' ? 'no' : 'no';
      visit(node.initializer, next);
    } else if (ts.isStringLiteral(node)) {
      if (inside !== 'no') found.push({ node, script: inside === 'script' });
    } else ts.forEachChild(node, (child) => visit(child, inside));
  };
  for (const statement of tree.statements) visit(statement, 'no');
  return found;
}

function pathAfter(text: string, file: RelativePath, goes: Goes, moved: ReadonlyMap<RelativePath, RelativePath>): string {
  if (text.startsWith('#') || /^[a-z]+:/.test(text)) return text;
  const folder = posix.dirname(file) === '.' ? '' : posix.dirname(file);
  const nextFolder = posix.dirname(goes(file)) === '.' ? '' : posix.dirname(goes(file));
  const negated = text.startsWith('!') ? '!' : '';
  const glob = text.slice(negated.length).search(/[*?{[]/);
  const fixed = glob < 0 ? text.slice(negated.length) : text.slice(negated.length, negated.length + text.slice(negated.length, negated.length + glob).lastIndexOf('/') + 1);
  const rest = glob < 0 ? '' : text.slice(negated.length + fixed.length);
  if (fixed === '' && glob >= 0) return text;
  const absolute = posix.normalize(posix.join(folder, fixed)).replace(/\/$/, '');
  const target = placeAfter(absolute, goes, moved) ?? builtAfter(absolute, folder, moved);
  if (target === undefined && folder === nextFolder) return text;
  // What does not start with a dot in `extends` and its like is a package.
  if (target === undefined && !text.startsWith('.')) return text;
  const relative = posix.relative(nextFolder, target ?? absolute);
  const dotted = fixed.startsWith('./') && !relative.startsWith('.') ? `./${relative}` : relative;
  const next = negated + dotted + (fixed.endsWith('/') && dotted !== '' ? '/' : '') + rest;
  return next === '' ? '.' : next;
}

/** Where a path, with or without its extension, or a folder whose files all went, is now. */
function placeAfter(path: RelativePath, goes: Goes, moved: ReadonlyMap<RelativePath, RelativePath>): RelativePath | undefined {
  if (goes(path) !== path) return goes(path);
  for (const ending of ['.js', '.ts', '/index.js', '/index.ts', '.json', '.cjs', '.mjs']) if (goes(path + ending) !== path + ending && goes(path + ending).endsWith(ending)) return goes(path + ending).slice(0, -ending.length);
  for (const [from, to] of moved) {
    if (!from.startsWith(`${path}/`)) continue;
    const rest = from.slice(path.length);
    // Only a folder that went as a whole leads elsewhere.
    const whole = to.endsWith(rest) && to !== from && [...moved].every(([f, t]) => !f.startsWith(`${path}/`) || t === to.slice(0, -rest.length) + f.slice(path.length));
    if (whole && goes(`${path}/`) === `${path}/` && moved.size > 1) return to.slice(0, -rest.length);
  }
  return undefined;
}

/** `dist/cli.js` is made of `src/cli.ts`, and goes where that goes. */
function builtAfter(path: RelativePath, folder: string, moved: ReadonlyMap<RelativePath, RelativePath>): RelativePath | undefined {
  const local = folder === '' ? path : path.slice(folder.length + 1);
  const out = BUILT.exec(local)?.[0];
  if (out === undefined) return undefined;
  const ending = /(\.d)?\.[cm]?[jt]s$/.exec(local)?.[0];
  if (ending === undefined) return undefined;
  const source = posix.join(folder, `src/${local.slice(out.length, -ending.length)}`);
  for (const [from, to] of moved) {
    const bare = from.replace(/\.[cm]?tsx?$/, '');
    const inSource = posix.join(folder, 'src/');
    if (bare === source && bare !== from && to.startsWith(inSource)) return posix.join(folder, out, to.slice(inSource.length).replace(/\.[cm]?tsx?$/, '')) + ending;
  }
  return undefined;
}

/** A command line: whole words that are paths of moved files. */
function scriptAfter(text: string, file: RelativePath, goes: Goes, moved: ReadonlyMap<RelativePath, RelativePath>): string {
  return text.replace(/[^\s'"=;&|]+/g, (word) => (/[/.]/.test(word) && !word.startsWith('-') && !word.includes('*') ? pathAfter(word, file, goes, moved) : word));
}
