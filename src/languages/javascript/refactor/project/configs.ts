import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { isCode } from '../../test-paths.ts';
import { type ProjectFiles, toRelative, toVirtual } from './files.ts';

/** A `tsconfig.json` or `jsconfig.json` with its `extends` resolved. */
export interface Config {
  path: RelativePath;
  folder: RelativePath | '';
  options: ts.CompilerOptions;
  files: ReadonlySet<RelativePath>;
  /** Project references, as paths of configurations. */
  references: RelativePath[];
}

type MatchFiles = (
  path: string, extensions: readonly string[] | undefined, excludes: readonly string[] | undefined, includes: readonly string[] | undefined, caseSensitive: boolean,
  current: string, depth: number | undefined, entries: (path: string) => { files: readonly string[]; directories: readonly string[] }, realpath: (path: string) => string,
) => string[];
// Exported by the compiler, though not declared: the one reading of `include` patterns.
const { matchFiles } = ts as unknown as { matchFiles: MatchFiles };

export function parseHost(files: ProjectFiles): ts.ParseConfigHost {
  return {
    useCaseSensitiveFileNames: true,
    fileExists: (name) => files.fileExists(name),
    readFile: (name) => files.readFile(name),
    readDirectory: (root, extensions, excludes, includes, depth) => matchFiles(root, extensions, excludes, includes, true, '/', depth, (name) => files.entries(name), (name) => name),
  };
}

/** Every configuration of the project: those that editors look for, and those that these refer to. */
export function readConfigs(files: ProjectFiles): Config[] {
  const found = new Map<RelativePath, Config>();
  const read = (path: RelativePath): void => {
    if (found.has(path) || !files.has(path)) return;
    const json = ts.readConfigFile(toVirtual(path), (name) => files.readFile(name));
    if (json.error && json.config === undefined) return;
    const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
    const parsed = ts.parseJsonConfigFileContent(json.config, parseHost(files), toVirtual(folder), undefined, toVirtual(path));
    const references = (parsed.projectReferences ?? []).flatMap((r) => toRelative(ts.resolveProjectReferencePath(r)) ?? []);
    const own = new Set(parsed.fileNames.flatMap((name) => toRelative(name) ?? []));
    found.set(path, { path, folder, options: modern(parsed.options), files: own, references });
    references.forEach(read);
  };
  const paths = files.paths().filter((p) => /(^|\/)[tj]sconfig\.json$/.test(p) && !/(^|\/)node_modules\//.test(p));
  // A folder with both is read by its tsconfig.json alone.
  paths.filter((p) => !p.endsWith('jsconfig.json') || !paths.includes(p.replace(/jsconfig\.json$/, 'tsconfig.json'))).forEach(read);
  return [...found.values()];
}

/** TypeScript 6 no longer takes in `@types` unasked, as the versions did that most projects are written for. */
function modern(options: ts.CompilerOptions): ts.CompilerOptions {
  return { ...options, types: options.types ?? ['*'], ignoreDeprecations: '6.0' };
}

/** The configuration under which a file is compiled: the nearest that takes it in, else the nearest. */
export function configFor(configs: readonly Config[], path: RelativePath): Config | undefined {
  const above = configs.filter((c) => c.folder === '' || path.startsWith(`${c.folder}/`)).toSorted((a, b) => b.folder.length - a.folder.length);
  return above.find((c) => c.files.has(path)) ?? above[0];
}

/**
 * Options for one program over the whole project: those of the configuration with the most files, without output and without what would
 * leave JavaScript out. Modules are resolved file by file under each file's own configuration.
 */
export function commonOptions(configs: readonly Config[], paths: readonly RelativePath[]): ts.CompilerOptions {
  const main = configs.toSorted((a, b) => b.files.size - a.files.size)[0];
  const { paths: _paths, baseUrl: _baseUrl, outDir: _outDir, outFile: _outFile, rootDir: _rootDir, rootDirs: _rootDirs, composite: _composite, incremental: _incremental, tsBuildInfoFile: _info, declaration: _declaration, declarationMap: _map, emitDeclarationOnly: _only, sourceMap: _source, plugins: _plugins, isolatedDeclarations: _isolated, declarationDir: _dir, erasableSyntaxOnly: _erasable, checkJs: _check, noEmitOnError: _onError, ...kept } = main?.options ?? {};
  const libraries = configs.map((c) => c.options.lib);
  const jsx = kept.jsx ?? configs.find((c) => c.options.jsx !== undefined)?.options.jsx ?? ts.JsxEmit.Preserve;
  const typed = paths.some((p) => /\.[cm]?tsx?$/.test(p));
  return {
    ...(main ? {} : { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: ['*'], strict: typed, esModuleInterop: true }),
    ...kept,
    lib: libraries.length && libraries.every((l) => l !== undefined) ? [...new Set(libraries.flatMap((l) => l ?? []))] : undefined,
    jsx,
    noEmit: true, allowJs: true, checkJs: true, skipLibCheck: true, resolveJsonModule: true, allowImportingTsExtensions: true, noUnusedLocals: false, noUnusedParameters: false,
    maxNodeModuleJsDepth: 0, ignoreDeprecations: '6.0',
  };
}

/** How a file's imports are resolved; without a configuration as a bundler does, which is the most lenient. */
export function resolutionOptions(config: Config | undefined, common: ts.CompilerOptions): ts.CompilerOptions {
  if (!config) return { ...common, ...(common.moduleResolution === undefined && { moduleResolution: ts.ModuleResolutionKind.Bundler }) };
  return { ...config.options, allowJs: true, resolveJsonModule: true, allowImportingTsExtensions: true, noEmit: true };
}

/** Code that people write: what is looked through for names and imports. */
export function isSource(path: RelativePath): boolean {
  return isCode(path) || /\.d\.[cm]?ts$/.test(path);
}
