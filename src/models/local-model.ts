import { pathToFileURL } from 'node:url';
import { UntilgreenError } from '../core/errors.ts';
import type { FoundModel } from './files/types.ts';

/** Where a model of this machine answers. */
export interface LocalEndpoint {
  provider: 'openai-compatible';
  baseUrl: string;
  apiKey: undefined;
  model: string;
  via: string;
}

/** Starts a server for a folder of weights that cannot be loaded into this process. */
export type ServeModel = (found: FoundModel) => Promise<{ baseUrl: string; model: string }>;

/** What is written as a path is one, also where nothing lies there; `a/b` may be a name on a server. */
export const writtenAsPath = (model: string): boolean => /^(\.{0,2}\/|~(\/|$))|\.gguf$/i.test(model);

/**
 * Models of this machine by path or name, each looked up once.
 *
 * @param serve default: a folder is named by its address and not started, which is enough to tell of it
 */
export function localModels(options: { env: Record<string, string | undefined>; roots?: readonly string[]; serve?: ServeModel }): (wanted: string) => Promise<LocalEndpoint | undefined> {
  const known = new Map<string, Promise<LocalEndpoint | undefined>>();
  const find = async (wanted: string): Promise<LocalEndpoint | undefined> => {
    const { findModel } = await import('./files/find.ts');
    const found = await findModel(wanted, { env: options.env, ...(options.roots ? { roots: options.roots } : {}) });
    if (!found) return undefined;
    if (found.facts.unfit !== undefined) {
      throw new UntilgreenError('model_incompatible', `${found.name} cannot be asked: ${found.facts.unfit}.`, { path: found.path, model: found.name }, '`untilgreen models list` shows those that can.');
    }
    const { baseUrl, model } = await answering(found);
    return { provider: 'openai-compatible', baseUrl, apiKey: undefined, model, via: found.via === 'path' ? 'its path' : found.via };
  };
  const answering = async (found: FoundModel): Promise<{ baseUrl: string; model: string }> => {
    if (found.kind === 'gguf') {
      const { localBaseUrl } = await import('./local/endpoint.ts');
      return { baseUrl: localBaseUrl(found.path), model: found.name };
    }
    return options.serve ? options.serve(found) : { baseUrl: pathToFileURL(found.path).href, model: found.name };
  };
  return (wanted) => {
    const asked = known.get(wanted) ?? find(wanted);
    known.set(wanted, asked);
    return asked;
  };
}
