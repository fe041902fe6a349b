import { dirname } from 'node:path/posix';
import type { RelativePath } from '../../workspace/types.ts';
import { guessedName } from '../facts/go-heads.ts';
import type { ImportFact } from '../facts/types.ts';
import type { Binding, ProjectFile } from './types.ts';

/** Finds packages of a project's own Go modules by their import paths. */
export class GoPackages {
  readonly #folders = new Map<string, ProjectFile[]>();
  /** Module paths with their folders, the longest first. */
  readonly #modules: { path: string; folder: string }[];

  /** @param manifests  texts of the `go.mod` files by path */
  constructor(files: readonly ProjectFile[], manifests: ReadonlyMap<RelativePath, string>) {
    for (const file of files) {
      if (file.facts.language !== 'go') continue;
      const folder = dirname(file.path);
      this.#folders.set(folder, [...(this.#folders.get(folder) ?? []), file]);
    }
    this.#modules = [...manifests].flatMap(([path, text]) => {
      const module = /^\s*module\s+"?([^\s"]+)/m.exec(text)?.[1];
      return module ? [{ path: module, folder: dirname(path) }] : [];
    }).toSorted((a, b) => b.path.length - a.path.length);
  }

  /** Files of the package that an import path names, tests left out. */
  files(importPath: string): RelativePath[] {
    const module = this.#modules.find(({ path }) => importPath === path || importPath.startsWith(`${path}/`));
    if (!module) return [];
    const rest = importPath.slice(module.path.length + 1);
    const folder = [module.folder === '.' ? '' : module.folder, rest].filter(Boolean).join('/') || '.';
    return (this.#folders.get(folder) ?? []).filter((file) => !file.path.endsWith('_test.go')).map((file) => file.path);
  }

  /** Files that share a package with a file, itself left out: their names need no import. */
  beside(file: ProjectFile): RelativePath[] {
    return (this.#folders.get(dirname(file.path)) ?? []).filter((other) => other.path !== file.path && other.facts.package === file.facts.package).map((other) => other.path);
  }

  bind(item: ImportFact): { local: string; binding: Binding }[] {
    const files = this.files(item.module);
    if (files.length === 0) return [];
    const own = this.#folders.get(dirname(files[0]!))?.find((file) => file.path === files[0])?.facts.package;
    const written = item.names[0]!.local;
    // Without an alias the package clause says the name, whatever the path's last part is.
    const local = own !== undefined && written === guessedName(item.module) ? own : written;
    return [{ local, binding: { files, imported: '*' } }];
  }
}
