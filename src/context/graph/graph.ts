import type { RelativePath } from '../../workspace/types.ts';
import { unpackCalls } from '../facts/packed.ts';
import type { CallFact, SymbolFact } from '../facts/types.ts';
import { GoPackages } from './resolve-go.ts';
import { PythonModules } from './resolve-python.ts';
import { ScriptModules } from './resolve-script.ts';
import { symbolId, type Binding, type ProjectFile, type ResolvedCall, type ResolvedImport } from './types.ts';

/** Re-exports and base classes are followed this far: longer chains are cycles. */
const MOST_STEPS = 8;

/** Texts beside the sources that say where modules lie and what is started. */
export const MANIFEST = /(^|\/)(package\.json|[jt]sconfig(\.[\w-]+)?\.json|go\.mod|pyproject\.toml|setup\.cfg)$/;

interface Linked {
  imports: ResolvedImport[];
  bindings: Map<string, Binding>;
  /** Files whose public names are all in reach: star imports, the rest of a Go package. */
  open: RelativePath[];
}

export interface Defined {
  file: ProjectFile;
  symbol: SymbolFact;
}

/** Files of a project with the links between them. Links are found when they are first asked for; the graph itself never changes. */
export class ProjectGraph {
  readonly #files: Map<RelativePath, ProjectFile>;
  readonly #linked = new Map<RelativePath, Linked>();
  readonly #topLevel = new Map<RelativePath, Map<string, SymbolFact>>();
  readonly #python: PythonModules;
  readonly #scripts: ScriptModules;
  readonly #go: GoPackages;
  #methods: Map<string, Defined[]> | undefined;

  /**
   * @param files      sorted by path
   * @param manifests  texts of files that MANIFEST matches
   */
  constructor(readonly files: readonly ProjectFile[], readonly manifests: ReadonlyMap<RelativePath, string>) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    const paths = files.map((file) => file.path);
    const only = (pattern: RegExp) => new Map([...manifests].filter(([path]) => pattern.test(path)));
    this.#python = new PythonModules(paths);
    this.#scripts = new ScriptModules(paths, only(/\.json$/));
    this.#go = new GoPackages(files, only(/go\.mod$/));
  }

  file(path: RelativePath): ProjectFile | undefined {
    return this.#files.get(path);
  }

  /** Every import of a file, with the project files that it reaches. */
  imports(path: RelativePath): readonly ResolvedImport[] {
    return this.#links(path).imports;
  }

  /** Names of a file that stand for something elsewhere in the project. */
  bindings(path: RelativePath): ReadonlyMap<string, Binding> {
    return this.#links(path).bindings;
  }

  /** Files that a file imports, itself left out, sorted. */
  importedFiles(path: RelativePath): RelativePath[] {
    const found = new Set(this.imports(path).flatMap((item) => item.files));
    found.delete(path);
    return [...found].sort();
  }

  #links(path: RelativePath): Linked {
    const known = this.#linked.get(path);
    if (known) return known;
    const file = this.#files.get(path);
    const linked: Linked = { imports: [], bindings: new Map(), open: [] };
    this.#linked.set(path, linked);
    if (!file) return linked;
    const { language } = file.facts;
    for (const item of file.facts.imports) {
      const found = language === 'python' ? this.#python.bind(item, path) : language === 'go' ? this.#go.bind(item) : this.#scripts.bind(item, path);
      linked.imports.push({ ...item, files: [...new Set(found.flatMap(({ binding }) => binding.files))] });
      for (const { local, binding } of found) {
        if (local !== '') linked.bindings.set(local, binding);
        else if (binding.imported === '*' && (item.kind === 'star' || item.kind === 'reexport')) linked.open.push(...binding.files);
      }
      // An import for its effects, or of a module without names of interest, still reaches its file.
      if (found.length === 0 && language !== 'go') {
        const target = language === 'python' ? this.#python.module(item.module, path) : this.#scripts.module(item.module, path);
        if (target) linked.imports.at(-1)!.files.push(target);
      }
    }
    if (language === 'go') linked.open.push(...this.#go.beside(file));
    return linked;
  }

  /** Whether names can come into a file without being named there: by star imports, or from the rest of a Go package. */
  isOpen(path: RelativePath): boolean {
    return this.#links(path).open.length > 0;
  }

  /** Top-level symbols of a file by name; of overloads and redefinitions the last, as the program sees it. */
  topLevel(path: RelativePath): ReadonlyMap<string, SymbolFact> {
    let found = this.#topLevel.get(path);
    if (!found) {
      found = new Map(this.#files.get(path)?.facts.symbols.filter((symbol) => symbol.parents.length === 0).map((symbol) => [symbol.name, symbol]));
      this.#topLevel.set(path, found);
    }
    return found;
  }

  /** The definition of a name as one of these files gives it to others: its own, or passed on from where it was imported. */
  lookup(files: readonly RelativePath[], name: string, steps = MOST_STEPS): Defined | undefined {
    for (const path of files) {
      const symbol = this.topLevel(path).get(name) ?? (name === 'default' ? this.#soleDefault(path) : undefined);
      if (symbol) return { file: this.#files.get(path)!, symbol };
    }
    if (steps === 0) return undefined;
    for (const path of files) {
      const { bindings, open } = this.#links(path);
      const bound = bindings.get(name);
      const found = bound && bound.imported !== '*' ? this.lookup(bound.files, bound.imported, steps - 1) : undefined;
      if (found) return found;
      for (const other of open) {
        const passed = other === path ? undefined : this.lookup([other], name, this.#files.get(path)!.facts.language === 'go' ? 0 : Math.min(steps - 1, 3));
        if (passed) return passed;
      }
    }
    return undefined;
  }

  /** `export default f` names its symbol elsewhere in the file; where a single one is exported, it is that. */
  #soleDefault(path: RelativePath): SymbolFact | undefined {
    const exported = [...this.topLevel(path).values()].filter((symbol) => symbol.exported && (symbol.kind === 'class' || symbol.kind === 'function'));
    return exported.length === 1 ? exported[0] : undefined;
  }

  /** A method of a class, or of one of its bases in the project. */
  method(file: ProjectFile, owner: string, name: string, steps = MOST_STEPS): Defined | undefined {
    const scope = file.facts.language === 'go' ? [file.path, ...this.#go.beside(file)] : [file.path];
    for (const path of scope) {
      const own = this.#files.get(path)!.facts.symbols.find((symbol) => symbol.name === name && symbol.parents.at(-1) === owner);
      if (own) return { file: this.#files.get(path)!, symbol: own };
    }
    if (steps === 0) return undefined;
    const declared = file.facts.symbols.find((symbol) => symbol.name === owner && symbol.kind === 'class');
    for (const base of declared?.bases ?? []) {
      const parent = this.named(file, base);
      const found = parent && parent.symbol !== declared ? this.method(parent.file, parent.symbol.name, name, steps - 1) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  /** What a dotted name means at the top level of a file: `Base`, `models.Model`. */
  named(file: ProjectFile, name: string): Defined | undefined {
    const own = this.topLevel(file.path).get(name);
    if (own) return { file, symbol: own };
    const bindings = this.bindings(file.path);
    const bound = bindings.get(name);
    if (bound) return bound.imported === '*' ? undefined : this.lookup(bound.files, bound.imported);
    const dot = name.lastIndexOf('.');
    if (dot < 0) return this.lookup([file.path], name);
    const before = name.slice(0, dot);
    const module = bindings.get(before);
    if (module?.imported === '*') return this.lookup(module.files, name.slice(dot + 1));
    const owner = this.named(file, before);
    return owner ? this.method(owner.file, owner.symbol.name, name.slice(dot + 1)) : undefined;
  }

  /** Every call out of a file, with the symbol that it reaches where imports and scopes say so. */
  calls(path: RelativePath): ResolvedCall[] {
    const file = this.#files.get(path);
    return unpackCalls(file?.facts.calls ?? '').map((call) => {
      const target = this.#target(file!, call);
      return target ? { ...call, to: symbolId(target.file.path, target.symbol) } : call;
    });
  }

  #target(file: ProjectFile, call: CallFact): Defined | undefined {
    const { symbols } = file.facts;
    const from = symbols[call.from];
    if (call.on === '?') return undefined;
    if (call.on === '') {
      // The innermost function around that defines a function of the name; classes are no scope for their methods.
      for (let depth = from ? from.parents.length + 1 : 0; depth > 0; depth -= 1) {
        const scope = [...from!.parents, from!.name].slice(0, depth).join('.');
        const inner = symbols.find((symbol) => symbol.name === call.name && symbol.kind !== 'method' && symbol.parents.join('.') === scope);
        if (inner) return { file, symbol: inner };
      }
      return this.named(file, call.name);
    }
    const owner = this.#ownerOf(file, call);
    return owner === undefined ? this.named(file, `${call.on}.${call.name}`) : this.method(file, owner, call.name);
  }

  /** The class that `self`, `cls`, `this` or a Go receiver stands for. */
  #ownerOf(file: ProjectFile, call: CallFact): string | undefined {
    const { symbols, language } = file.facts;
    const from = symbols[call.from];
    if (!from) return undefined;
    if (language === 'go') return from.receiver === call.on ? from.bases?.[0] : undefined;
    if (!/^(self|cls|this|super)$/.test(call.on)) return undefined;
    return from.parents.findLast((parent) => symbols.some((symbol) => symbol.name === parent && symbol.kind === 'class'));
  }

  /** Every symbol of a name in files of one family of languages, in the order of the files. */
  definitions(name: string): readonly Defined[] {
    if (!this.#methods) {
      this.#methods = new Map();
      for (const file of this.files) {
        for (const symbol of file.facts.symbols) {
          const list = this.#methods.get(symbol.name);
          if (list) list.push({ file, symbol });
          else this.#methods.set(symbol.name, [{ file, symbol }]);
        }
      }
    }
    return this.#methods.get(name) ?? [];
  }

  /** Finds a symbol by its id, or by the part after `#`, or by its bare name. In the order of the files. */
  find(word: string): Defined[] {
    const [path, dotted] = word.includes('#') ? [word.slice(0, word.indexOf('#')), word.slice(word.indexOf('#') + 1)] : [undefined, word];
    const name = dotted.split('.').at(-1)!;
    return this.definitions(name).filter(({ file, symbol }) => (path === undefined || file.path === path) && (dotted === name ? true : `.${[...symbol.parents, symbol.name].join('.')}`.endsWith(`.${dotted}`)));
  }
}
