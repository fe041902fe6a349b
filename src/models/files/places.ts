import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { cacheDir, dataDir } from '../../config/paths.ts';
import { expandHome } from './look.ts';
import type { FindOptions, FoundVia } from './types.ts';

/** A folder in which models may lie, or a model that somebody named. */
export interface Place {
  path: string;
  via: FoundVia;
  /** Somebody named it: that it is not there is worth a word. */
  named: boolean;
  /** What it holds: Ollama keeps files under their hashes. */
  layout: 'folders' | 'ollama';
}

type Env = FindOptions['env'];

/** Where `untilgreen models get` puts what it downloads. */
export function modelsDir(env: Env): string {
  return join(dataDir(env), 'models');
}

/**
 * Every place in which models are looked for, the named ones first.
 *
 * Sources of the others: huggingface_hub's environment variables (HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME), Ollama's FAQ
 * (OLLAMA_MODELS, ~/.ollama/models, /usr/share/ollama on Linux), LM Studio's and llama.cpp's defaults.
 */
export function placesOf({ env, roots = [] }: FindOptions): Place[] {
  const home = env['HOME'] || homedir();
  const absolute = (name: string) => (env[name] && isAbsolute(env[name]) ? env[name] : undefined);
  const cache = absolute('XDG_CACHE_HOME') ?? join(home, '.cache');
  const hub = absolute('HF_HUB_CACHE') ?? absolute('HUGGINGFACE_HUB_CACHE') ?? join(absolute('HF_HOME') ?? join(cache, 'huggingface'), 'hub');
  const ollama = absolute('OLLAMA_MODELS');
  const place = (path: string, via: FoundVia, more: Partial<Place> = {}): Place => ({ path, via, named: false, layout: 'folders', ...more });
  return [
    ...roots.map((path) => place(resolve(expandHome(path, env)), 'models root', { named: true })),
    ...(env['CODEGEN_MODEL_PATH'] ?? '').split(delimiter).filter(Boolean).map((path) => place(resolve(expandHome(path, env)), 'CODEGEN_MODEL_PATH', { named: true })),
    place(modelsDir(env), 'own'),
    place(join(cacheDir(env), 'models'), 'own'),
    place(hub, 'hugging face'),
    ...(ollama === undefined ? [join(home, '.ollama/models'), '/usr/share/ollama/.ollama/models'] : [ollama]).map((path) => place(path, 'ollama', { layout: 'ollama' })),
    place(join(home, '.lmstudio/models'), 'lm studio'),
    place(join(cache, 'lm-studio/models'), 'lm studio'),
    place(absolute('LLAMA_CACHE') ?? join(process.platform === 'darwin' ? join(home, 'Library/Caches') : cache, 'llama.cpp'), 'llama.cpp'),
  ];
}
