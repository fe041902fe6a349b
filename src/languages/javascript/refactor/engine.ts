import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { FileEdit, Problem, RefactorContext, RefactorEngine, Refactoring, UpdateImports } from '../../refactor/types.ts';
import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { organiseImports } from '../imports/organise.ts';
import { isCode } from '../test-paths.ts';
import { loadProblems } from './gates/load.ts';
import type { Listing } from './project/files.ts';
import { asked } from './worker/pool.ts';

/**
 * The refactorings of JavaScript and TypeScript: the compiler's own service for names and references, our own moves between modules, in a
 * thread that keeps the project warm. It reads, and runs nothing of the project.
 */
export const nodeRefactor: RefactorEngine = {
  languages: ['javascript', 'typescript'],
  operations: new Set(['rename', 'move_symbols', 'move_module', 'merge_modules', 'split_module', 'extract_function', 'inline_function', 'change_signature', 'remove_unused', 'update_imports'] as const),
  compute: async (operation, context) => {
    const result = (await ask(context, { kind: 'compute', operation })) as Refactoring;
    return operation.kind === 'update_imports' ? inOrder(result, operation, context.bench) : result;
  },
  lint: async (paths, context) => (await ask(context, { kind: 'lint', paths })) as Problem[],
  load: loadProblems,
  types: async (context) => (await ask(context, { kind: 'types' })) as Problem[] | undefined,
};

async function ask(context: RefactorContext, question: Parameters<typeof asked>[1]): ReturnType<typeof asked> {
  return asked(await listingOf(context.bench), question, context.signal);
}

/** The project's files by hash, and where its dependencies lie on this machine. */
export async function listingOf(bench: Workbench): Promise<Listing> {
  const files = (await bench.list()).filter((f) => f.link === undefined).map(({ path, hash, size }) => ({ path, hash, size }));
  const mounts = bench.mounts.flatMap(({ source, target }) => {
    const at = posix.relative(bench.mountAt, target);
    return at.startsWith('..') || at === '' ? [] : [{ at, source }];
  });
  const linked: { at: RelativePath; source: string }[] = [];
  for (const folder of new Set(['', ...files.filter((f) => posix.basename(f.path) === 'package.json').map((f) => posix.dirname(f.path)).map((d) => (d === '.' ? '' : d))])) {
    const at = posix.join(folder, 'node_modules');
    const source = join(bench.source, at);
    if (!mounts.some((m) => m.at === at) && (await stat(source).then((s) => s.isDirectory(), () => false))) linked.push({ at, source });
  }
  return { root: bench.root, source: bench.source, mounts: [...mounts, ...linked], files };
}

/** Repaired files, and those that were asked for, with their imports in order, the unused dropped and the missing added. */
async function inOrder(result: Refactoring, { paths }: UpdateImports, bench: Workbench): Promise<Refactoring> {
  const texts = new Map(result.edits.flatMap((e): [RelativePath, string][] => (e.kind === 'write' ? [[e.path, e.text]] : [])));
  const repaired = texts.size;
  for (const path of paths ?? [...texts.keys()]) {
    if (!isCode(path)) continue;
    const before = (await bench.readText(path)).text;
    const text = texts.get(path) ?? before;
    const organised = await organiseImports(path, text, bench);
    if (organised !== before) texts.set(path, organised);
  }
  const others = texts.size - repaired;
  const edits: FileEdit[] = [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => ({ kind: 'write', path, text }));
  return { ...result, edits, summary: others > 0 ? `${result.summary} Imports put in order in ${others} more ${others === 1 ? 'file' : 'files'}.` : result.summary };
}
