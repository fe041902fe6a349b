import { dirname, join } from 'node:path/posix';
import { parse as parseToml, TomlError } from 'smol-toml';
import { factLanguage } from '../facts/read.ts';
import type { ProjectGraph } from './graph.ts';
import { jsonWithComments, ScriptModules, targetsOf } from './resolve-script.ts';
import { PythonModules } from './resolve-python.ts';
import { symbolId, type EntryPoint } from './types.ts';

/** Where a project starts: scripts and libraries that its manifests name, `func main`, main guards, and applications that a server runs. Sorted by file. */
export function entryPoints(graph: ProjectGraph): EntryPoint[] {
  const found: EntryPoint[] = [];
  const paths = graph.files.map((file) => file.path);
  for (const [path, text] of graph.manifests) {
    if (path.endsWith('pyproject.toml')) found.push(...pythonScripts(graph, path, tables(text)));
    else if (path.endsWith('setup.cfg')) found.push(...consoleScripts(graph, path, text));
    else if (path.endsWith('package.json')) found.push(...nodeEntries(path, text, paths, graph));
  }
  for (const file of graph.files) {
    for (const { kind, name, line } of file.facts.entries) {
      found.push({ kind, name, file: file.path, line, from: file.path, ...(name === 'func main' && { symbol: `${file.path}#main` }) });
    }
    if (/(^|\/)__main__\.py$/.test(file.path)) found.push({ kind: 'main', name: `python -m ${dirname(file.path).replaceAll('/', '.')}`, file: file.path, line: 1, from: file.path });
  }
  return found.sort((a, b) => (a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1));
}

type Scripts = [section: string, scripts: Record<string, unknown>][];

function tables(text: string): Scripts {
  try {
    const toml = parseToml(text);
    const at = (value: unknown, ...keys: string[]): Record<string, unknown> => {
      for (const key of keys) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    };
    return [['[project.scripts]', at(toml, 'project', 'scripts')], ['[project.gui-scripts]', at(toml, 'project', 'gui-scripts')], ['[tool.poetry.scripts]', at(toml, 'tool', 'poetry', 'scripts')]];
  } catch (error) {
    // A broken manifest names no scripts; whoever builds the project is told by its own tools.
    if (error instanceof TomlError) return [];
    throw error;
  }
}

function pythonScripts(graph: ProjectGraph, manifest: string, sections: Scripts): EntryPoint[] {
  return sections.flatMap(([section, scripts]) => Object.entries(scripts).flatMap(([name, target]) => (typeof target === 'string' ? pythonScript(graph, manifest, name, target, section) : [])));
}

/** The `console_scripts` of setup.cfg: indented lines `name = module:function`. */
function consoleScripts(graph: ProjectGraph, manifest: string, text: string): EntryPoint[] {
  const block = /^console_scripts\s*=\s*\n((?:[ \t]+[^\n]*\n?)+)/m.exec(text)?.[1] ?? '';
  return [...block.matchAll(/^\s*([\w.-]+)\s*=\s*(\S+)/gm)].flatMap(([, name, target]) => pythonScript(graph, manifest, name!, target!, 'console_scripts'));
}

function pythonScript(graph: ProjectGraph, manifest: string, name: string, target: string, section: string): EntryPoint[] {
  const [module = '', called = ''] = target.replace(/\[.*$/, '').trim().split(':');
  const modules = new PythonModules(graph.files.map((file) => file.path));
  const file = modules.module(module, manifest);
  if (!file) return [];
  const defined = graph.lookup([file], called);
  return [{
    kind: 'script', name, file: defined?.file.path ?? file, from: `${manifest} ${section}`,
    ...(defined && { line: defined.symbol.fromLine, symbol: symbolId(defined.file.path, defined.symbol) }),
  }];
}

function nodeEntries(manifest: string, text: string, paths: readonly string[], graph: ProjectGraph): EntryPoint[] {
  const value = jsonWithComments(text);
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Record<string, unknown>;
  const name = typeof fields['name'] === 'string' ? fields['name'] : dirname(manifest);
  const modules = new ScriptModules(paths, graph.manifests);
  const sources = (target: string): string[] => {
    const plain = `./${target.replace(/^\.\//, '')}`;
    // A built file is not in the project; what it is built from mostly has its name under src.
    const built = plain.replace(/^\.\/(dist|build|lib|out)\/(?:esm\/|cjs\/)?/, './src/').replace(/(\.d)?\.([cm]?)[jt]s$/, '');
    return [modules.module(plain, manifest) ?? modules.module(built, manifest)].filter((file) => file !== undefined && factLanguage(file) !== 'other') as string[];
  };
  const found: EntryPoint[] = [];
  const add = (kind: EntryPoint['kind'], label: string, target: string, field: string) => {
    for (const file of sources(target)) if (!found.some((entry) => entry.kind === kind && entry.name === label && entry.file === file)) found.push({ kind, name: label, file, from: `${manifest} ${field}` });
  };
  const bin = fields['bin'];
  if (typeof bin === 'string') add('script', name.replace(/^@[^/]+\//, ''), bin, 'bin');
  else if (typeof bin === 'object' && bin !== null) for (const [script, target] of Object.entries(bin)) if (typeof target === 'string') add('script', script, target, 'bin');
  for (const field of ['main', 'module', 'browser']) if (typeof fields[field] === 'string') add('library', name, fields[field], field);
  const said = fields['exports'];
  const subpaths = typeof said === 'object' && said !== null && Object.keys(said).some((key) => key.startsWith('.')) ? Object.entries(said) : [['.', said] as const];
  for (const [subpath, target] of subpaths) for (const path of targetsOf(target)) if (!path.includes('*')) add('library', join(name, subpath), path, 'exports');
  return found;
}
