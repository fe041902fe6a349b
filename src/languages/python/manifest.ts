import { parse as parseToml } from 'smol-toml';
import type { Workbench } from '../../workspace/types.ts';

type Table = Record<string, unknown>;
/** Sections of an INI file, keys in lower case, continued lines joined by newlines. */
export type Ini = Record<string, Record<string, string>>;

/** What a project says about itself in the files of one folder. */
export interface Manifest {
  pyproject: Table;
  setupCfg: Ini;
  toxIni: Ini;
  /** Names of manifest files that exist. */
  files: string[];
  /** Texts of requirements files, by relative path. */
  requirements: Record<string, string>;
}

/** Reads the manifest of `folder`. A file that does not parse counts as empty: it is the project's problem, told by its own tools. */
export async function readManifest(bench: Workbench, paths: readonly string[], folder: string): Promise<Manifest> {
  const prefix = folder ? `${folder}/` : '';
  const here = new Set(paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)));
  const read = async (name: string): Promise<string> => (here.has(name) ? (await bench.readText(prefix + name)).text : '');
  const requirements: Record<string, string> = {};
  for (const name of here) {
    if (/^(requirements[^/]*\.(txt|in)|requirements\/[^/]+\.(txt|in)|[^/]*requirements\.txt)$/.test(name)) requirements[name] = await read(name);
  }
  return {
    pyproject: tomlOf(await read('pyproject.toml')),
    setupCfg: iniOf(await read('setup.cfg')),
    toxIni: iniOf(await read('tox.ini')),
    files: [...here].filter((name) => MANIFEST_FILES.has(name)),
    requirements,
  };
}

const MANIFEST_FILES = new Set([
  'pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini', 'pytest.ini', '.pytest.ini', 'pytest.toml', '.pytest.toml', 'noxfile.py',
  'uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile', 'Pipfile.lock', 'requirements.txt', 'conftest.py', 'manage.py',
]);

export function tomlOf(source: string): Table {
  try {
    return parseToml(source.replace(/^\uFEFF/, '')) as Table;
  } catch {
    return {};
  }
}

export function iniOf(source: string): Ini {
  const sections: Ini = {};
  let section: Record<string, string> | undefined;
  let key = '';
  for (const line of source.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const head = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (head) section = sections[head[1]!] ??= {};
    else if (section && pair && !/^\s/.test(line)) section[(key = pair[1]!.toLowerCase())] = pair[2]!;
    else if (section && key && /^\s/.test(line)) section[key] = `${section[key] ?? ''}\n${line.trim()}`.trim();
  }
  return sections;
}

/** A nested value by its path of keys. */
export function at(table: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Table)[key] : undefined), table);
}

export const tableAt = (table: unknown, ...keys: string[]): Table | undefined => {
  const value = at(table, ...keys);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
};

/** Where the manifest names pytest, in words; undefined where it does not. */
export function pytestNamed(manifest: Manifest): string | undefined {
  const { pyproject, setupCfg, toxIni, files } = manifest;
  if (at(pyproject, 'tool', 'pytest') !== undefined) return '[tool.pytest] in pyproject.toml';
  const ini = files.find((name) => /^\.?pytest\.(ini|toml)$/.test(name));
  if (ini) return ini;
  if (setupCfg['tool:pytest']) return '[tool:pytest] in setup.cfg';
  if (toxIni['pytest']) return '[pytest] in tox.ini';
  if (files.includes('conftest.py')) return 'conftest.py';
  for (const [where, value] of [
    ['[project] in pyproject.toml', at(pyproject, 'project', 'dependencies')],
    ['[project.optional-dependencies]', at(pyproject, 'project', 'optional-dependencies')],
    ['[dependency-groups]', at(pyproject, 'dependency-groups')],
    ['[tool.poetry]', at(pyproject, 'tool', 'poetry')],
    ['[tool.hatch]', at(pyproject, 'tool', 'hatch')],
    ['[tool.uv]', at(pyproject, 'tool', 'uv')],
    ['[tool.tox]', at(pyproject, 'tool', 'tox')],
    ['setup.cfg', setupCfg],
    ['tox.ini', toxIni],
  ] as const) {
    if (value !== undefined && /\bpytest\b/.test(JSON.stringify(value))) return where;
  }
  return Object.entries(manifest.requirements).find(([, text]) => /^\s*pytest\b/m.test(text))?.[0];
}

/** `testpaths` of pytest's settings, wherever they stand. */
export function testPathsOf(manifest: Manifest): string[] {
  const declared =
    at(manifest.pyproject, 'tool', 'pytest', 'ini_options', 'testpaths') ??
    at(manifest.pyproject, 'tool', 'pytest', 'testpaths') ??
    manifest.setupCfg['tool:pytest']?.['testpaths'] ??
    manifest.toxIni['pytest']?.['testpaths'];
  const list = Array.isArray(declared) ? declared.map(String) : typeof declared === 'string' ? declared.split(/\s+/) : [];
  return list.map((path) => path.replace(/^\.\/|\/$/g, '')).filter((path) => path !== '' && !/[*?]/.test(path));
}

export function packageManagerOf(manifest: Manifest): string {
  const { files, pyproject } = manifest;
  if (files.includes('uv.lock') || at(pyproject, 'tool', 'uv') !== undefined) return 'uv';
  if (files.includes('poetry.lock') || at(pyproject, 'tool', 'poetry') !== undefined) return 'poetry';
  if (files.includes('pdm.lock')) return 'pdm';
  if (files.includes('Pipfile') || files.includes('Pipfile.lock')) return 'pipenv';
  return 'pip';
}
