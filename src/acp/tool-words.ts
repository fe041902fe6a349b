import type { ToolKind } from '@agentclientprotocol/sdk';
import { oneLine } from './text.ts';

/** What a tool is to the editor, and the verb people read; tools of other servers stand under their own names. */
const WORDS: Record<string, [kind: ToolKind, verb: string]> = {
  file_read: ['read', 'Read'],
  search: ['search', 'Search'],
  create_file: ['edit', 'Create'],
  file_write: ['edit', 'Write'],
  edit_file: ['edit', 'Edit'],
  delete_file: ['delete', 'Delete'],
  move_file: ['move', 'Move'],
  backup_file: ['edit', 'Back up'],
  update_imports: ['edit', 'Update imports of'],
  refactor_code: ['edit', 'Refactor'],
  format_code: ['edit', 'Format'],
  add_dependency: ['edit', 'Add a dependency'],
  generate_tests: ['edit', 'Write tests for'],
  run_tests: ['execute', 'Run tests'],
  run_code: ['execute', 'Run code'],
  shell: ['execute', 'Run a command'],
};

const wordsOf = (action: string) => (Object.hasOwn(WORDS, action) ? WORDS[action] : undefined);

export function kindOf(action: string): ToolKind {
  return wordsOf(action)?.[0] ?? 'other';
}

/** `Edit calc.js`. */
export function titleOf(action: string, path: string): string {
  const verb = wordsOf(action)?.[1] ?? action;
  return oneLine(path ? `${verb} ${path}` : verb);
}
