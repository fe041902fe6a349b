// The other tools of the table, started as editors start them. A new one is a file and a line here.
import { join } from 'node:path';
import type { Tool } from '../types.mts';
import { gopls } from './gopls.mts';
import { pythonServer } from './python-servers.mts';
import { rope } from './rope.mts';
import { typescriptService } from './typescript.mts';

export const rivals = (work: string): Tool[] => [
  rope(work),
  pythonServer('basedpyright', ['node', join(work, 'tools', 'node', 'node_modules', 'basedpyright', 'langserver.index.js'), '--stdio'], work),
  pythonServer('pyrefly', [join(work, 'tools', 'python', 'bin', 'pyrefly'), 'lsp'], work),
  gopls(work),
  typescriptService(),
];
