import { languageOf } from '../languages/registry.ts';
import { refuse } from '../languages/refactor/refuse.ts';
import { engineFor, refactorEngines } from '../languages/refactor/registry.ts';
import type { Operation, RefactorEngine } from '../languages/refactor/types.ts';
import type { FileEntry, Workbench } from '../workspace/types.ts';
import { operationText, pathsOf, sourcesOf } from './operation.ts';

/**
 * The engines that an operation concerns: the one of its paths; for one without a path, each whose files may hold it.
 *
 * @throws `refactoring_refused`: `not_found` for a path that is not there, `unsupported` where no engine knows the files or the operation
 */
export async function enginesOf(operation: Operation, bench: Workbench): Promise<RefactorEngine[]> {
  const files = (await bench.list()).filter((file) => file.link === undefined);
  for (const path of sourcesOf(operation)) {
    if (!files.some((file) => file.path === path || file.path.startsWith(`${path}/`))) throw refuse('not_found', `${path} is not in the project.`, { path }, 'Give a path relative to the project; `untilgreen context` lists its files.');
  }
  const paths = pathsOf(operation);
  const engines = paths.length ? [...new Set(paths.flatMap((path) => enginesAt(path, files)))] : await enginesHolding(operation, files, bench);
  if (!engines.length) {
    const where = paths.length ? paths.join(', ') : 'The project';
    throw refuse(paths.length ? 'unsupported' : 'not_found', paths.length ? `${where} holds nothing that can be refactored here.` : `${where} holds nothing that ${operationText(operation)} could mean.`, { paths }, `Languages: ${refactorEngines.flatMap((e) => e.languages).join(', ')}.`);
  }
  if (engines.length > 1 && paths.length && operation.kind !== 'update_imports' && operation.kind !== 'remove_unused') {
    throw refuse('unsupported', `${paths.join(' and ')} are in different languages.`, { paths }, 'Refactor one language at a time.');
  }
  for (const engine of engines) {
    if (!engine.operations.has(operation.kind)) throw refuse('unsupported', `${operation.kind} is not supported for ${engine.languages[0]}.`, { kind: operation.kind });
  }
  return engines;
}

/** The engine of a file; for a folder, of the files in it; for a path that is new, by its extension. */
function enginesAt(path: string, files: readonly FileEntry[]): RefactorEngine[] {
  const own = engineFor(path);
  if (own) return [own];
  if (languageOf(path)) throw refuse('unsupported', `${path} is in no language that can be refactored here.`, { path });
  const inside = files.filter((file) => file.path.startsWith(`${path}/`)).map((file) => engineFor(file.path));
  return [...new Set(inside.filter((engine) => engine !== undefined))];
}

async function enginesHolding(operation: Operation, files: readonly FileEntry[], bench: Workbench): Promise<RefactorEngine[]> {
  const name = operation.kind === 'rename' ? operation.symbol.split('.').at(-1) : undefined;
  const holding = new Set<RefactorEngine>();
  for (const file of files) {
    const engine = engineFor(file.path);
    if (!engine || holding.has(engine)) continue;
    if (name === undefined || Buffer.from(await bench.readBytes(file.path)).includes(name)) holding.add(engine);
  }
  return [...holding];
}
