import { posix } from 'node:path';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { formatGo } from '../shared/gofmt.ts';
import { modulesOf } from './detect.ts';
import { folderOf, isTestFile, within } from './paths.ts';
import { askReader, symbolsOf } from './syntax.ts';

/**
 * Drops imports that are not used and adds those of packages that are used and meant without doubt: of the project, or of the standard
 * library. The groups stay as they are; each is sorted as gofmt does. Unchanged where the file does not parse; only formatted without Go.
 */
export async function organiseImports(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  const crlf = source.includes('\r\n');
  const { project, declared } = await surroundings(path, bench);
  const answer = await askReader<{ code: string; found: boolean }>('organise', { source: source.replaceAll('\r\n', '\n'), project, declared });
  if (!answer) return formatGo(source);
  if (!answer.found) return source;
  return crlf ? answer.code.replaceAll('\n', '\r\n') : answer.code;
}

/** Packages of the module by their names, and what the other files of this package declare. */
async function surroundings(path: RelativePath, bench: Workbench): Promise<{ project: Record<string, string[]>; declared: string[] }> {
  const files = (await bench.list()).map((file) => file.path);
  const modules = await modulesOf(bench, files);
  const own = modules.filter((module) => within(module.root, path) !== undefined).toSorted((a, b) => b.root.length - a.root.length)[0];
  const project: Record<string, string[]> = {};
  const declared: string[] = [];
  for (const module of modules) {
    if (module.path === undefined) continue;
    for (const folder of new Set(module.files.filter((file) => !isTestFile(file)).map(folderOf))) {
      if (folder === folderOf(path) || !reachable(folder, path)) continue;
      const first = module.files.find((file) => folderOf(file) === folder && !isTestFile(file))!;
      const name = /^package\s+(\w+)/m.exec(await text(bench, first))?.[1];
      if (name !== undefined && name !== 'main') (project[name] ??= []).push(posix.join(module.path, within(module.root, `${folder}/`.replace(/^\//, '')) ?? '').replace(/\/$/, ''));
    }
  }
  for (const file of own?.files ?? []) {
    if (file === path || folderOf(file) !== folderOf(path)) continue;
    declared.push(...(await symbolsOf(await text(bench, file))).symbols.filter((symbol) => !symbol.parents.length).map((symbol) => symbol.name));
  }
  return { project, declared };
}

/** `internal` folders are open to what stands beside them only. */
function reachable(folder: string, path: RelativePath): boolean {
  const match = /^(.*?)(?:^|\/)internal(?:\/|$)/.exec(folder);
  return !match || match[1] === '' || path.startsWith(`${match[1]}/`);
}

const text = (bench: Workbench, path: RelativePath): Promise<string> => bench.readText(path).then((file) => file.text, () => ''); // one that is no text declares nothing
