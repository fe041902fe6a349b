import { readFile } from 'node:fs/promises';
import { UntilgreenError } from '../core/errors.ts';
import { readSmallFile } from './file.ts';
import type { Settings } from './schema.ts';

/**
 * The text of a prompt: the user's file where `prompts.<name>` names one, else the built-in text.
 *
 * @param name        name of the prompt, e.g. `planner`
 * @param settings    loaded settings; paths in `prompts` are absolute after loading
 * @param builtinUrl  file URL of the built-in text
 * Errors: `config_invalid` when the named file is missing or empty.
 *
 * @example await promptText('planner', settings, new URL('./prompts/planner.md', import.meta.url))
 */
export async function promptText(name: string, settings: Pick<Settings, 'prompts'>, builtinUrl: URL): Promise<string> {
  const path = Object.hasOwn(settings.prompts, name) ? settings.prompts[name] : undefined;
  if (path === undefined) return readFile(builtinUrl, 'utf8');
  const text = await readSmallFile(path);
  if (!text?.trim()) {
    throw new UntilgreenError('config_invalid', `The prompt ${name} is to come from ${path}, which ${text === undefined ? 'does not exist' : 'is empty'}.`, { name, path });
  }
  return text;
}
