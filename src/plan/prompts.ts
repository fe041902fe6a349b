import { readFile } from 'node:fs/promises';

/** The built-in text of the planner's prompt; the engine lays the user's overrides over it. */
export function planPrompt(name: 'planner' = 'planner'): Promise<string> {
  return readFile(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8');
}
