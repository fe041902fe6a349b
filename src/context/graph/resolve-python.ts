import { dirname } from 'node:path/posix';
import type { RelativePath } from '../../workspace/types.ts';
import type { ImportFact } from '../facts/types.ts';
import type { Binding } from './types.ts';

const ENDINGS = ['/__init__.py', '.py', '.pyi', '/__init__.pyi'];

/** Finds modules of a project the way Python would, without running it: packages by `__init__.py`, `src` folders, and siblings of a script. */
export class PythonModules {
  readonly #paths: Set<RelativePath>;
  /** Dotted names, with every file that may be meant. */
  readonly #modules = new Map<string, RelativePath[]>();
  /** What was found, by the folder of the importer and the name: a package imports the same modules over and over. */
  readonly #found = new Map<string, Map<string, RelativePath | undefined>>();

  constructor(paths: readonly RelativePath[]) {
    const own = paths.filter((path) => /\.pyi?$/.test(path));
    this.#paths = new Set(own);
    // Sources before stubs of the same name.
    for (const path of own.toSorted((a, b) => (a.endsWith('i') ? 1 : 0) - (b.endsWith('i') ? 1 : 0))) {
      const parts = path.replace(/(\/__init__)?\.pyi?$/, '').split('/');
      for (const name of new Set([this.#packaged(path, parts), parts.join('.'), parts[0] === 'src' ? parts.slice(1).join('.') : ''])) {
        if (name !== '' && name !== '__init__') this.#modules.set(name, [...(this.#modules.get(name) ?? []), path]);
      }
    }
  }

  /** The dotted name from the outermost folder that is still a package. */
  #packaged(path: RelativePath, parts: readonly string[]): string {
    let first = parts.length - 1;
    let folder = /\/__init__\.pyi?$/.test(path) ? dirname(dirname(path)) : dirname(path);
    while (folder !== '.' && (this.#paths.has(`${folder}/__init__.py`) || this.#paths.has(`${folder}/__init__.pyi`))) {
      first -= 1;
      folder = dirname(folder);
    }
    return parts.slice(Math.max(0, first)).join('.');
  }

  /** The file of a module, as a file imports it. */
  module(name: string, from: RelativePath): RelativePath | undefined {
    const folder = dirname(from);
    let known = this.#found.get(folder);
    if (!known) this.#found.set(folder, (known = new Map()));
    if (known.has(name)) return known.get(name);
    const found = this.#find(name, from);
    // A file is no neighbour of itself: what holds for it need not hold for the next one.
    if (found !== from) known.set(name, found);
    return found;
  }

  #find(name: string, from: RelativePath): RelativePath | undefined {
    const dots = /^\.*/.exec(name)![0].length;
    const rest = name.slice(dots).split('.').filter(Boolean).join('/');
    if (dots > 0) {
      let folder = dirname(from);
      for (let i = 1; i < dots; i += 1) folder = dirname(folder);
      return this.#at([folder === '.' ? '' : folder, rest].filter(Boolean).join('/'));
    }
    // A script finds its neighbours first.
    const beside = dirname(from) === '.' ? rest : `${dirname(from)}/${rest}`;
    const inPackage = this.#paths.has(`${dirname(from)}/__init__.py`);
    const sibling = inPackage ? undefined : this.#at(beside);
    if (sibling && sibling !== from) return sibling;
    return nearest(this.#modules.get(name) ?? [], from);
  }

  #at(base: string): RelativePath | undefined {
    const plain = base.startsWith('/') ? base.slice(1) : base;
    for (const ending of ENDINGS) if (this.#paths.has(plain + ending)) return plain + ending;
    return this.#paths.has('__init__.py') && plain === '' ? '__init__.py' : undefined;
  }

  /** What each name of an import stands for; names from outside the project are left out. */
  bind(item: ImportFact, from: RelativePath): { local: string; binding: Binding }[] {
    const file = this.module(item.module, from);
    return item.names.flatMap(({ imported, local }): { local: string; binding: Binding }[] => {
      if (imported === '*') return file ? [{ local, binding: { files: [file], imported } }] : [];
      const child = this.module(item.module.endsWith('.') ? item.module + imported : `${item.module}.${imported}`, from);
      // A package may define a name that one of its modules has too; the module is the likelier one.
      if (child) return [{ local, binding: { files: [child], imported: '*' } }];
      return file ? [{ local, binding: { files: [file], imported } }] : [];
    });
  }
}

/** Of several files with one name, the one that shares the longest path with the importer. */
function nearest(paths: readonly RelativePath[], from: RelativePath): RelativePath | undefined {
  const shared = (path: RelativePath): number => {
    let at = 0;
    while (at < path.length && path[at] === from[at]) at += 1;
    return path.lastIndexOf('/', at);
  };
  return paths.length < 2 ? paths[0] : paths.reduce((best, path) => (shared(path) > shared(best) ? path : best));
}
