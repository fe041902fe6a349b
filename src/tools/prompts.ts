import { readFile } from 'node:fs/promises';

/** The prompts of this room. */
export const TOOL_PROMPTS = ['coder', 'tester'] as const;

/** The built-in text of a tool's prompt; the engine lays the user's overrides over it. */
export function toolPrompt(name: (typeof TOOL_PROMPTS)[number]): Promise<string> {
  return readFile(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8');
}
