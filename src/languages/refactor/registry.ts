import type { RelativePath } from '../../workspace/types.ts';
import { goRefactor } from '../go/refactor/engine.ts';
import { pythonRefactor } from '../python/refactor/index.ts';
import { nodeRefactor } from '../javascript/refactor/engine.ts';
import { languageOf } from '../registry.ts';
import { refuse } from './refuse.ts';
import type { RefactorEngine } from './types.ts';

/** The refactoring engines, one a language family. A new one is a folder and a line here. */
export const refactorEngines: readonly RefactorEngine[] = [pythonRefactor, goRefactor, nodeRefactor];

/**
 * The engine for a file, by its extension.
 *
 * @throws `refactoring_refused` (`unsupported`) where there is none
 */
export function engineFor(path: RelativePath): RefactorEngine {
  const name = languageOf(path)?.name;
  const engine = refactorEngines.find((e) => name !== undefined && e.languages.includes(name));
  if (engine) return engine;
  throw refuse('unsupported', `${path} is in no language that can be refactored here.`, { path }, `Expected ${refactorEngines.flatMap((e) => e.languages).join(', ')}.`);
}
