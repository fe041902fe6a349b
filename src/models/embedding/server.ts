import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import type { Embedder } from '../types.ts';
import { unit } from './ngram.ts';

const reply = z.object({ data: z.array(z.object({ index: z.number().optional(), embedding: z.array(z.number()) })) });
const TIMEOUT_MS = 30_000;

/** An OpenAI-compatible `/v1/embeddings` endpoint. Errors: `model_unreachable`, `model_auth`, `model_reply_invalid`. */
export function serverEmbedder(server: { baseUrl: string; model: string; apiKey?: string; fetch?: typeof fetch }): Embedder {
  const call = server.fetch ?? fetch;
  const embedder = {
    model: `server:${server.model}`,
    dimensions: 0,
    async embed(texts: string[]): Promise<number[][]> {
      const response = await call(`${server.baseUrl}/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(server.apiKey ? { authorization: `Bearer ${server.apiKey}` } : {}) },
        body: JSON.stringify({ model: server.model, input: texts }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw new UntilgreenError('model_unreachable', `The embedding server at ${server.baseUrl} does not answer.`, {}, undefined, { cause: error });
      });
      if (response.status === 401 || response.status === 403) throw new UntilgreenError('model_auth', `The embedding server at ${server.baseUrl} refused the key.`);
      const parsed = response.ok ? reply.safeParse(await response.json()) : undefined;
      if (!parsed?.success || parsed.data.data.length !== texts.length) {
        throw new UntilgreenError('model_reply_invalid', `The embedding server at ${server.baseUrl} answered ${response.status} without ${texts.length} vector(s).`);
      }
      const vectors = parsed.data.data.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)).map((d) => unit(d.embedding));
      embedder.dimensions = vectors[0]?.length ?? embedder.dimensions;
      return vectors;
    },
  };
  return embedder;
}
