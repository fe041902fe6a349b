import type { RelativePath } from '../../workspace/types.ts';
import { goRefactor } from '../go/refactor/engine.ts';
import { pythonRefactor } from '../python/refactor/index.ts';
import { nodeRefactor } from '../javascript/refactor/engine.ts';
import { languageOf } from '../registry.ts';
import type { RefactorEngine } from './types.ts';

/** The refactoring engines, one a language family. A new one is a folder and a line here. */
export const refactorEngines: readonly RefactorEngine[] = [pythonRefactor, goRefactor, nodeRefactor];

/** The engine for a file, by its extension, or undefined. */
export function engineFor(path: RelativePath): RefactorEngine | undefined {
  const name = languageOf(path)?.name;
  return refactorEngines.find((engine) => name !== undefined && engine.languages.includes(name));
}
