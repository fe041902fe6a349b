import type TS from 'typescript6';
import { compiler, scriptKind, type Ts } from '../../languages/javascript/ast.ts';
import type { Replacement } from '../edits-for.ts';

/** One thing that has the name: where it is declared, and every place that means it. */
export interface Meaning {
  /** `src/shapes.ts:3` */
  place: string;
  path: string;
  /** Declared at the top of a file or as a member, and so visible to others. */
  outer: boolean;
  parts: Map<string, Replacement[]>;
}

/** A language service over files in memory: no library, nothing of the disk, so that only the project's own names are told apart. */
function service(ts: Ts, files: ReadonlyMap<string, string>): TS.LanguageService {
  const at = (name: string): string | undefined => files.get(name.replace(/^\//, ''));
  const folders = new Set(['/']);
  for (const path of files.keys()) for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) folders.add(`/${path.slice(0, end)}`);
  return ts.createLanguageService({
    getCompilationSettings: () => ({
      allowJs: true, noLib: true, noEmit: true, types: [], target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true, jsx: ts.JsxEmit.Preserve,
    }),
    getScriptFileNames: () => [...files.keys()].map((path) => `/${path}`),
    getScriptVersion: () => '1',
    getScriptKind: (name) => scriptKind(ts, name),
    getScriptSnapshot: (name) => {
      const text = at(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib.d.ts',
    fileExists: (name) => at(name) !== undefined,
    readFile: at,
    directoryExists: (name) => folders.has(name),
    getDirectories: () => [],
    useCaseSensitiveFileNames: () => true,
  });
}

/** Places of a name in the code of one file, with whether one declares something that others can see. */
function occurrences(ts: Ts, tree: TS.SourceFile, name: string): { start: number; outer: boolean }[] {
  const found: { start: number; outer: boolean }[] = [];
  const visit = (node: TS.Node, inside: boolean): void => {
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const declares = 'name' in parent && parent.name === node && !ts.isPropertyAccessExpression(parent) && !ts.isImportSpecifier(parent) && !ts.isParameter(parent);
      found.push({ start: node.getStart(tree), outer: declares && !inside });
    }
    // The name of a function stands outside of it.
    const body = ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, inside || (body && !('name' in node && node.name === child))));
  };
  visit(tree, false);
  return found;
}

/**
 * Everything in JavaScript and TypeScript files that has a name, told apart by TypeScript's own rename: imports, exports, members
 * and shorthand properties included, comments and strings not.
 *
 * @param files text by path
 */
export async function nodeMeanings(files: ReadonlyMap<string, string>, name: string, instead: string): Promise<Meaning[]> {
  const ts = await compiler();
  const languageService = service(ts, files);
  const program = languageService.getProgram();
  const meanings: Meaning[] = [];
  const known = new Set<string>();
  for (const [path, text] of files) {
    const tree = text.includes(name) ? program?.getSourceFile(`/${path}`) : undefined;
    for (const { start, outer } of tree ? occurrences(ts, tree, name) : []) {
      if (known.has(`${path}:${start}`)) {
        const mine = outer && meanings.find((m) => m.parts.get(path)?.some((p) => p.start === start));
        if (mine && !mine.outer) Object.assign(mine, { outer, path, place: placeOf(tree!, path, start) });
        continue;
      }
      const locations = languageService.findRenameLocations(`/${path}`, start, false, false, { providePrefixAndSuffixTextForRename: false }) ?? [];
      const parts = new Map<string, Replacement[]>();
      for (const { fileName, textSpan } of locations) {
        const file = fileName.slice(1);
        // A shorthand property is named twice: as the property and as the value.
        if (parts.get(file)?.some((p) => p.start === textSpan.start)) continue;
        known.add(`${file}:${textSpan.start}`);
        parts.set(file, [...(parts.get(file) ?? []), { start: textSpan.start, end: textSpan.start + textSpan.length, text: instead }]);
      }
      if (parts.size) meanings.push({ place: placeOf(tree!, path, start), path, outer, parts });
    }
  }
  languageService.dispose();
  return meanings;
}

function placeOf(tree: TS.SourceFile, path: string, start: number): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(start).line + 1}`;
}

/** Whether a name stands anywhere in the code of a file. */
export async function nodeHasName(path: string, text: string, name: string): Promise<boolean> {
  if (!text.includes(name)) return false;
  const ts = await compiler();
  return occurrences(ts, ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, scriptKind(ts, path)), name).length > 0;
}
