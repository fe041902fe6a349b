import { posix } from 'node:path';
import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { type ProjectFiles, toRelative, toVirtual } from './files.ts';

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
const BUILT = /^(?:dist|lib|build|out|esm|cjs)\//;

/** What a package.json says of modules; anything else in it is of no concern here. */
export interface Manifest {
  folder: RelativePath | '';
  name?: string;
  json: Record<string, unknown>;
}

/** The package.json files of the project that parse. */
export function manifests(files: ProjectFiles): Manifest[] {
  return files.paths().filter((p) => /(^|\/)package\.json$/.test(p) && !/(^|\/)node_modules\//.test(p)).flatMap((path) => {
    const { config } = ts.parseConfigFileTextToJson(path, files.text(path) ?? '');
    if (typeof config !== 'object' || config === null) return [];
    const json = config as Record<string, unknown>;
    return [{ folder: posix.dirname(path) === '.' ? '' : posix.dirname(path), json, ...(typeof json['name'] === 'string' && { name: json['name'] }) }];
  });
}

export function moduleHost(files: ProjectFiles): ts.ModuleResolutionHost {
  return {
    fileExists: (name) => files.fileExists(name),
    readFile: (name) => files.readFile(name),
    directoryExists: (name) => files.directoryExists(name),
    getDirectories: (name) => files.entries(name).directories,
    realpath: (name) => files.realpath(name),
    getCurrentDirectory: () => '/',
    useCaseSensitiveFileNames: true,
  };
}

/**
 * The source file of a package of this workspace that a bare specifier names, where its package.json leads to files that are only there
 * after a build.
 */
export function workspaceSource(specifier: string, packages: readonly Manifest[], files: ProjectFiles): RelativePath | undefined {
  const pack = packages.find((p) => p.name !== undefined && (specifier === p.name || specifier.startsWith(`${p.name}/`)));
  if (!pack?.name) return undefined;
  const inner = specifier.slice(pack.name.length + 1);
  const at = (path: string): RelativePath => posix.join(pack.folder, path);
  const targets = inner === '' ? [...targetsOf(pack.json['exports'], '.'), pack.json['types'], pack.json['module'], pack.json['main'], 'src/index', 'index'] : [...targetsOf(pack.json['exports'], `./${inner}`), inner, `src/${inner}`];
  for (const target of targets) {
    if (typeof target !== 'string') continue;
    const clean = posix.normalize(target).replace(/^\.\//, '');
    const bare = clean.replace(/\.d\.[cm]?ts$|\.[cm]?[jt]sx?$/, '');
    for (const stem of [bare, bare.replace(BUILT, 'src/'), bare.replace(BUILT, '')]) {
      for (const ending of [...ENDINGS, ...ENDINGS.map((e) => `/index${e}`)]) if (files.has(at(stem + ending))) return at(stem + ending);
    }
  }
  return undefined;
}

/** Every file that `exports` names for a subpath, whatever the condition. */
function targetsOf(exports: unknown, subpath: string): string[] {
  const leaves = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(leaves) : typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
  if (typeof exports !== 'object' || exports === null || !Object.keys(exports).some((k) => k.startsWith('.'))) return subpath === '.' ? leaves(exports) : [];
  for (const [key, value] of Object.entries(exports)) {
    if (key === subpath) return leaves(value);
    const [head = '', tail = ''] = key.split('*');
    if (key.includes('*') && subpath.startsWith(head) && subpath.endsWith(tail)) return leaves(value).map((t) => t.replaceAll('*', subpath.slice(head.length, subpath.length - tail.length)));
  }
  return [];
}

/** Resolves under one file's options; a path of the project, `external` for a dependency, undefined for nothing. */
export function resolvedModule(
  specifier: string, from: RelativePath, options: ts.CompilerOptions, mode: ts.ResolutionMode, host: ts.ModuleResolutionHost, cache: ts.ModuleResolutionCache | undefined, packages: readonly Manifest[], files: ProjectFiles,
): ts.ResolvedModuleFull | undefined {
  const { resolvedModule: found } = ts.resolveModuleName(specifier, toVirtual(from), options, host, cache, undefined, mode);
  const own = found && toRelative(found.resolvedFileName);
  const inProject = own !== undefined && files.has(own) && !/\/(?:dist|build|out)\/.*\.d\.[cm]?ts$/.test(own);
  if (inProject || specifier.startsWith('.')) return found;
  const source = workspaceSource(specifier, packages, files);
  if (source === undefined) return found;
  return { resolvedFileName: toVirtual(source), extension: posix.extname(source), isExternalLibraryImport: false };
}
