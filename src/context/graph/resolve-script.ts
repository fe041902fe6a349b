import { dirname, join } from 'node:path/posix';
import type { RelativePath } from '../../workspace/types.ts';
import type { ImportFact } from '../facts/types.ts';
import type { Binding } from './types.ts';

const ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.json', '/index.ts', '/index.tsx', '/index.mts', '/index.js', '/index.jsx', '/index.mjs', '/index.cjs', '/index.d.ts'];
/** What TypeScript lets a specifier say for a source of another ending. */
const COMPILED: [RegExp, string[]][] = [[/\.js$/, ['.ts', '.tsx', '.d.ts']], [/\.jsx$/, ['.tsx']], [/\.mjs$/, ['.mts', '.d.mts']], [/\.cjs$/, ['.cts', '.d.cts']]];

interface Alias {
  /** Folder whose files it holds for. */
  folder: string;
  /** With at most one `*`. */
  pattern: string;
  targets: string[];
}

/** Finds modules of a project the way Node and TypeScript do: relative paths, `paths` and `baseUrl`, `imports`, and packages of a workspace. */
export class ScriptModules {
  readonly #paths: ReadonlySet<RelativePath>;
  readonly #aliases: Alias[] = [];
  readonly #packages = new Map<string, { folder: string; exports: unknown; main: string[] }>();

  /** @param manifests  texts of `package.json`, `tsconfig*.json` and `jsconfig.json` files by path */
  constructor(paths: readonly RelativePath[], manifests: ReadonlyMap<RelativePath, string>) {
    this.#paths = new Set(paths);
    for (const [path, text] of manifests) {
      const value = jsonWithComments(text);
      if (!isRecord(value)) continue;
      const folder = dirname(path) === '.' ? '' : dirname(path);
      if (path.endsWith('package.json')) this.#package(folder, value);
      else this.#config(folder, value);
    }
    this.#aliases.sort((a, b) => b.folder.length - a.folder.length || b.pattern.length - a.pattern.length);
  }

  #package(folder: string, value: Record<string, unknown>): void {
    if (typeof value['name'] === 'string') {
      const main = ['source', 'types', 'module', 'main'].map((key) => value[key]).filter((entry): entry is string => typeof entry === 'string');
      this.#packages.set(value['name'], { folder, exports: value['exports'], main });
    }
    if (isRecord(value['imports'])) {
      for (const [pattern, target] of Object.entries(value['imports'])) this.#aliases.push({ folder, pattern, targets: targetsOf(target).map((t) => join(folder, t)) });
    }
  }

  #config(folder: string, value: Record<string, unknown>): void {
    const options = isRecord(value['compilerOptions']) ? value['compilerOptions'] : {};
    const base = typeof options['baseUrl'] === 'string' ? join(folder, options['baseUrl']) : undefined;
    if (isRecord(options['paths'])) {
      for (const [pattern, targets] of Object.entries(options['paths'])) {
        if (Array.isArray(targets)) this.#aliases.push({ folder, pattern, targets: targets.filter((t) => typeof t === 'string').map((t) => join(base ?? folder, t)) });
      }
    }
    if (base !== undefined) this.#aliases.push({ folder, pattern: '*', targets: [join(base, '*')] });
  }

  /** The file that a specifier means; undefined for packages from outside. */
  module(specifier: string, from: RelativePath): RelativePath | undefined {
    const plain = specifier.replace(/[?#].*$/, specifier.startsWith('#') ? '$&' : '');
    if (/^\.{1,2}(\/|$)/.test(plain)) return this.#at(join(dirname(from), plain));
    for (const alias of this.#aliases) {
      if (alias.folder !== '' && !from.startsWith(`${alias.folder}/`)) continue;
      const star = matched(alias.pattern, plain);
      if (star === undefined) continue;
      for (const target of alias.targets) {
        const found = this.#at(target.replace('*', star));
        if (found) return found;
      }
    }
    return this.#fromPackage(plain);
  }

  #fromPackage(specifier: string): RelativePath | undefined {
    const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1] ?? '';
    const found = this.#packages.get(name);
    if (!found) return undefined;
    const rest = specifier.slice(name.length + 1);
    const key = rest === '' ? '.' : `./${rest}`;
    const said = isRecord(found.exports) ? Object.entries(found.exports).flatMap(([pattern, target]) => {
      const star = matched(pattern, key);
      return star === undefined ? [] : targetsOf(target).map((t) => t.replace('*', star));
    }) : rest === '' ? targetsOf(found.exports) : [];
    const guesses = rest === '' ? [...said, ...found.main, 'src/index', 'index', 'lib/index'] : [...said, rest, `src/${rest}`];
    for (const guess of guesses) {
      // What a package exports is often built: its source stands in src under the same name.
      const source = guess.replace(/^(\.\/)?(dist|build|lib|out)\/(?:esm\/|cjs\/)?/, '$1src/').replace(/(\.d)?\.([cm]?)[jt]s$/, '');
      const at = this.#at(join(found.folder, guess)) ?? this.#at(join(found.folder, source));
      if (at) return at;
    }
    return undefined;
  }

  #at(base: string): RelativePath | undefined {
    const path = base.replace(/\/$/, '').replace(/^\.\/|^\.$/, '');
    if (path.startsWith('..')) return undefined;
    for (const [ending, others] of COMPILED) {
      if (!ending.test(path)) continue;
      for (const other of this.#paths.has(path) ? [] : others) if (this.#paths.has(path.replace(ending, other))) return path.replace(ending, other);
    }
    return ENDINGS.map((ending) => (path === '' ? ending.replace(/^\//, '') : path + ending)).find((candidate) => candidate !== '' && this.#paths.has(candidate));
  }

  bind(item: ImportFact, from: RelativePath): { local: string; binding: Binding }[] {
    const file = this.module(item.module, from);
    return file ? item.names.map(({ imported, local }) => ({ local, binding: { files: [file], imported } })) : [];
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands for the `*`; '' where the pattern has none and fits. */
function matched(pattern: string, text: string): string | undefined {
  const at = pattern.indexOf('*');
  if (at < 0) return pattern === text ? '' : undefined;
  const tail = pattern.slice(at + 1);
  return text.startsWith(pattern.slice(0, at)) && text.endsWith(tail) && text.length >= pattern.length - 1 ? text.slice(at, text.length - tail.length) : undefined;
}

/** Paths that a target of `exports` or `imports` may mean, under any condition. */
export function targetsOf(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  if (Array.isArray(target)) return target.flatMap(targetsOf);
  return isRecord(target) ? Object.values(target).flatMap(targetsOf) : [];
}

/** JSON as the compiler reads it: comments and final commas are allowed. undefined where it is none. */
export function jsonWithComments(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '').replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_all, string: string | undefined) => string ?? '');
  const strict = plain.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_all, string: string | undefined) => string ?? '');
  try {
    return JSON.parse(strict) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
