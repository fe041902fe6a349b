import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Folders that package managers fill: shown read-only, never copied, wherever they stand. */
const DEPENDENCIES = new Set(['node_modules', 'bower_components', '__pypackages__', 'site-packages', '.tox', '.nox', '.venv', '.pnpm-store']);
/** The same, but the name is also used for sources: only where the project ignores it. */
const DEPENDENCIES_IF_IGNORED = new Set(['vendor', 'target', 'deps', '.gradle', '.bundle', '.cargo', '.eggs', 'third_party']);
/** What tools make again by themselves: neither copied nor shown. */
const CACHES = new Set(['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.hypothesis', '.nyc_output', '.DS_Store', 'Thumbs.db']);
/** Names under which keys and passwords lie. Ignored files of these names stay where they are. */
const SECRETS = [
  /^\.env(?:\..*)?$/, /\.(?:pem|key|p12|pfx|jks|keystore|kdbx)$/, /^id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?$/, /^\.(?:npmrc|pypirc|netrc|git-credentials|htpasswd)$/,
  /^credentials/, /^secrets?\.(?:json|ya?ml|toml|ini|env)$/, /^service[-_]account.*\.json$/,
];
/** Those that are secret even where nothing says what is to be ignored. */
const ALWAYS_SECRET = [/^\.env(?:\.local|\.[a-z]+\.local)?$/, /^id_(?:rsa|dsa|ecdsa|ed25519)$/, /^\.(?:netrc|git-credentials|pypirc)$/];
const EXAMPLES = /\.(?:example|sample|template|dist|defaults?)$/;

export type Fate = 'project' | 'ignored' | 'dependency' | 'cache' | 'secret';

interface Level {
  /** Absolute directory that the patterns are relative to. */
  base: string;
  rules: Ignore;
  text: string;
}

/** The ignore files that hold for one directory, the nearest last. Directories below extend it; none is changed. */
export class IgnoreRules {
  private constructor(
    private readonly levels: readonly Level[],
    readonly inGit: boolean,
  ) {}

  /** Rules above and at the root of the walk: the repository's `.git/info/exclude`, ignore files of the directories above it in the repository, and `extra` patterns. */
  static async at(root: string, extra: readonly string[]): Promise<IgnoreRules> {
    const chain: string[] = [];
    let top: string | undefined;
    for (let at = root; ; at = dirname(at)) {
      chain.unshift(at);
      if (await lstat(join(at, '.git')).then(() => true, () => false)) {
        top = at;
        break;
      }
      if (dirname(at) === at) break;
    }
    const levels: Level[] = [];
    if (top) {
      const exclude = await readIgnore(join(top, '.git', 'info', 'exclude'));
      if (exclude) levels.push(level(top, exclude));
      for (const directory of chain.slice(0, -1)) {
        const text = await readIgnore(join(directory, '.gitignore'));
        if (text) levels.push(level(directory, text));
      }
    }
    if (extra.length > 0) levels.push(level(root, extra.join('\n')));
    return new IgnoreRules(levels, top !== undefined);
  }

  /** The rules for the entries of a directory: these and those of its own `.gitignore`. */
  async inside(directory: string): Promise<IgnoreRules> {
    const text = await readIgnore(join(directory, '.gitignore'));
    return text ? new IgnoreRules([...this.levels, level(directory, text)], this.inGit) : this;
  }

  /**
   * Is this entry ignored? The nearest file with a matching pattern decides, as in git. For a directory that a nearer
   * file takes out of an outer rule, `rules` are those to go on with below it.
   */
  test(absolute: string, isDirectory: boolean): { ignored: boolean; rules: IgnoreRules } {
    for (let i = this.levels.length - 1; i >= 0; i -= 1) {
      const { base, rules } = this.levels[i]!;
      const path = relative(base, absolute).split(sep).join('/') + (isDirectory ? '/' : '');
      const { ignored, unignored } = rules.test(path);
      if (ignored) return { ignored: true, rules: this };
      if (unignored) return { ignored: false, rules: isDirectory ? this.#without(absolute, i) : this };
    }
    return { ignored: false, rules: this };
  }

  /** Outer levels would still count a directory's content as ignored because of the directory itself. */
  #without(directory: string, below: number): IgnoreRules {
    const levels = this.levels.map((l, i) => {
      if (i >= below) return l;
      const path = relative(l.base, directory).split(sep).join('/');
      return l.rules.test(`${path}/`).ignored ? level(l.base, `${l.text}\n!/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}/`) : l;
    });
    return new IgnoreRules(levels, this.inGit);
  }
}

function level(base: string, text: string): Level {
  return { base, text, rules: ignore({ ignorecase: false }).add(text) };
}

async function readIgnore(file: string): Promise<string | undefined> {
  try {
    const info = await lstat(file);
    return info.isFile() && info.size < 4_000_000 ? await readFile(file, 'utf8') : undefined;
  } catch (error) {
    // No such file is the usual case; one that cannot be read says nothing either.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** What becomes of an entry, by its name and by the ignore rules. */
export function fateOf(name: string, kind: 'directory' | 'file', ignored: boolean, inGit: boolean, isVirtualEnv: boolean): Fate {
  if (kind === 'directory') {
    if (CACHES.has(name)) return 'cache';
    if (isVirtualEnv || DEPENDENCIES.has(name)) return 'dependency';
    if (ignored && DEPENDENCIES_IF_IGNORED.has(name)) return 'dependency';
    return ignored ? 'ignored' : 'project';
  }
  if (CACHES.has(name) || name.endsWith('.pyc')) return 'cache';
  const matches = (patterns: RegExp[]) => !EXAMPLES.test(name) && patterns.some((p) => p.test(name));
  if (ignored) return matches(SECRETS) ? 'secret' : 'ignored';
  return !inGit && matches(ALWAYS_SECRET) ? 'secret' : 'project';
}
