import type { Contract } from '../../types.ts';
import { goTest } from './go.ts';
import { javascriptTest } from './javascript.ts';
import { pythonTest } from './python.ts';

/** The test file of a tool: it reads `cases.json` beside it, and runs with the language's own framework without this product. */
export function testFileOf(tool: Pick<Contract, 'name' | 'language' | 'signature' | 'parameters'>): { name: string; text: string } {
  switch (tool.language) {
    case 'python': return pythonTest(tool);
    case 'javascript': case 'typescript': return javascriptTest(tool);
    case 'go': return goTest(tool);
  }
}
