import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import { commonOptions, type Config, configFor, isSource, readConfigs, resolutionOptions } from './configs.ts';
import { type Listing, LIBRARY, ProjectFiles, toRelative, toVirtual } from './files.ts';
import { type Manifest, manifests, moduleHost, resolvedModule } from './resolve.ts';

/** Files of code in one program. Measured: 900 files take 7 s of CPU time and 500 MB; a program of this many stays below 3 GB. */
const MOST_FILES = 6_000;
const RESOLUTION = /(^|\/)(package\.json|[tj]sconfig[\w.-]*\.json)$/;

/** One project in the compiler, kept warm: an operation parses only what changed since the last. */
export class Project {
  readonly files = new ProjectFiles();
  readonly service: ts.LanguageService;
  readonly host: ts.ModuleResolutionHost = moduleHost(this.files);
  #configs: Config[] | undefined;
  #packages: Manifest[] | undefined;
  #options: ts.CompilerOptions | undefined;
  #nearest = new Map<RelativePath, Config | undefined>();
  #caches = new Map<string, ts.ModuleResolutionCache>();
  #fresh = true;
  #listed: { paths: readonly RelativePath[]; sources: readonly RelativePath[] } | undefined;
  #generation = 0;

  constructor() {
    this.service = ts.createLanguageService(this.#serviceHost());
  }

  /**
   * Takes over the files as they are now; changes in memory are forgotten.
   *
   * @throws `refactoring_refused` (`unsupported`) for a project of too many files
   */
  sync(listing: Listing): void {
    this.files.unstage();
    const { shape, changed } = this.files.sync(listing);
    if (shape || changed.some((p) => RESOLUTION.test(p))) this.#forget();
    const count = this.sources().length;
    if (count > MOST_FILES) throw refuse('unsupported', `The project has ${count} files of JavaScript and TypeScript; up to ${MOST_FILES} are treated.`, { files: count }, 'Open a package of it alone.');
    this.#generation += 1;
  }

  /** Puts changes over the files, in memory. */
  stage(changes: ReadonlyMap<RelativePath, string | null>): void {
    const shape = [...changes].some(([path, text]) => this.files.has(path) !== (text !== null) || RESOLUTION.test(path));
    this.files.stage(changes);
    if (shape) this.#forget();
    this.#generation += 1;
  }

  unstage(): void {
    const shape = [...this.files.staged()].some(([path, text]) => (this.files.committed(path) !== undefined) !== (text !== null) || RESOLUTION.test(path));
    this.files.unstage();
    if (shape) this.#forget();
    this.#generation += 1;
  }

  /** Every file of code, sorted. */
  sources(): readonly RelativePath[] {
    const paths = this.files.paths();
    if (this.#listed?.paths !== paths) this.#listed = { paths, sources: paths.filter((p) => isSource(p) && !/(^|\/)node_modules\//.test(p)) };
    return this.#listed.sources;
  }

  get configs(): readonly Config[] {
    return (this.#configs ??= readConfigs(this.files));
  }

  get packages(): readonly Manifest[] {
    return (this.#packages ??= manifests(this.files));
  }

  get options(): ts.CompilerOptions {
    return (this.#options ??= commonOptions(this.configs, this.sources()));
  }

  program(): ts.Program {
    const program = this.service.getProgram();
    if (!program) throw new Error('the language service has no program');
    return program;
  }

  checker(): ts.TypeChecker {
    return this.program().getTypeChecker();
  }

  /** @throws `refactoring_refused` (`not_found`) */
  tree(path: RelativePath): ts.SourceFile {
    const tree = this.program().getSourceFile(toVirtual(path));
    if (tree) return tree;
    throw refuse('not_found', `${path} is not in the project, or is no file of JavaScript or TypeScript.`, { path }, 'Give a path relative to the project.');
  }

  /** @throws `refactoring_refused` (`not_found`) */
  text(path: RelativePath): string {
    const text = this.files.text(path);
    if (text !== undefined) return text;
    throw refuse('not_found', `${path} is not in the project, or is no text.`, { path }, 'Give a path relative to the project.');
  }

  /** The project's trees, without libraries and dependencies. */
  trees(): { path: RelativePath; tree: ts.SourceFile }[] {
    const program = this.program();
    return this.sources().flatMap((path) => {
      const tree = program.getSourceFile(toVirtual(path));
      return tree ? [{ path, tree }] : [];
    });
  }

  /** The file of the project that a specifier means; `external` for a dependency; undefined where it leads nowhere. */
  resolve(specifier: string, from: RelativePath, mode?: ts.ResolutionMode): RelativePath | 'external' | undefined {
    const found = this.#resolved(specifier, from, mode);
    if (!found) return undefined;
    const path = toRelative(found.resolvedFileName);
    return path !== undefined && this.files.has(path) ? path : 'external';
  }

  configOf(path: RelativePath): Config | undefined {
    if (!this.#nearest.has(path)) this.#nearest.set(path, configFor(this.configs, path));
    return this.#nearest.get(path);
  }

  #forget(): void {
    this.#configs = undefined;
    this.#nearest = new Map();
    this.#packages = undefined;
    this.#options = undefined;
    this.#caches = new Map();
    this.#fresh = true;
  }

  #resolved(specifier: string, from: RelativePath, mode: ts.ResolutionMode): ts.ResolvedModuleFull | undefined {
    const config = this.configOf(from);
    const options = resolutionOptions(config, this.options);
    const key = config?.path ?? '';
    return resolvedModule(specifier, from, options, mode, this.host, this.#cache(key, options), this.packages, this.files);
  }

  #cache(key: string, options: ts.CompilerOptions): ts.ModuleResolutionCache {
    const known = this.#caches.get(key) ?? ts.createModuleResolutionCache('/', (name) => name, options);
    this.#caches.set(key, known);
    return known;
  }

  #serviceHost(): ts.LanguageServiceHost {
    const { files } = this;
    // Known to the compiler, though not declared: resolutions of unchanged files are taken over only while no file came, went, or changed what modules mean.
    const invalidated = {
      hasInvalidatedResolutions: () => this.#fresh,
      // Without it the compiler parses package.json anew for every file.
      getModuleResolutionCache: () => this.#cache('common', this.options),
    };
    return {
      ...invalidated,
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => this.sources().filter((p) => files.text(p) !== undefined).map(toVirtual),
      getScriptVersion: (name) => {
        const path = toRelative(name);
        return path !== undefined && files.has(path) ? files.version(path) : '1';
      },
      getScriptSnapshot: (name) => {
        const text = files.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getProjectVersion: () => `${this.#generation}`,
      getCurrentDirectory: () => '/project',
      getDefaultLibFileName: (options) => `${LIBRARY}/${ts.getDefaultLibFileName(options)}`,
      fileExists: (name) => files.fileExists(name),
      readFile: (name) => files.readFile(name),
      directoryExists: (name) => files.directoryExists(name),
      getDirectories: (name) => files.entries(name).directories,
      realpath: (name) => files.realpath(name),
      useCaseSensitiveFileNames: () => true,
      resolveModuleNameLiterals: (literals, containing, _redirected, options, tree) => {
        const from = toRelative(containing);
        this.#fresh = false;
        return literals.map((literal) => {
          const mode = tree ? ts.getModeForUsageLocation(tree, literal, options) : undefined;
          if (from !== undefined && files.has(from)) return { resolvedModule: this.#resolved(literal.text, from, mode) };
          return { resolvedModule: ts.resolveModuleName(literal.text, containing, options, this.host, undefined, undefined, mode).resolvedModule };
        });
      },
    };
  }
}
