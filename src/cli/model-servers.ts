import { asError, UntilgreenError } from '../core/errors.ts';
import { publicUrl } from '../models/base-url.ts';
import { httpFetch } from '../models/http-fetch.ts';
import { isLocal } from '../models/local-url.ts';
import { listModels, PROBE_MS, USUAL_PORTS } from '../models/probe.ts';
import type { Target } from '../models/target.ts';
import { configFor } from './settings.ts';

/** A server and the models that it lists. */
export interface ServedList {
  /** Without user name and password. */
  baseUrl: string;
  via: string;
  models: string[];
  /** Why a server that was named does not tell. */
  problem?: UntilgreenError;
  /** How to ask it; not for printing. */
  apiKey: string | undefined;
  address: string;
}

/** The servers that the settings and the environment name, and whatever answers on the usual ports of this machine, with their models. */
export async function servedModels(options: { config?: string; baseUrl?: string; quiet?: boolean }, signal?: AbortSignal): Promise<ServedList[]> {
  const targets = await namedServers(options);
  const named = await Promise.all([...targets.values()].map(async (target): Promise<ServedList> => {
    const { baseUrl: address, apiKey, via } = target;
    const base = { baseUrl: publicUrl(address), via, apiKey, address };
    try {
      return { ...base, models: (await listModels(address, apiKey, httpFetch, { via, signal })) ?? [target.model] };
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === 'cancelled') throw error;
      return { ...base, models: [], problem: error };
    }
  }));
  const ports = await Promise.all(USUAL_PORTS.map(async ({ port, server }): Promise<ServedList[]> => {
    const address = `http://127.0.0.1:${port}/v1`;
    if (targets.has(address)) return [];
    // Nobody named these: whatever listens there without being a model server is simply not one.
    const models = await listModels(address, undefined, httpFetch, { timeoutMs: PROBE_MS, signal }).catch(() => undefined);
    return models && models.length > 0 ? [{ baseUrl: address, via: `port ${port}, usual for ${server}`, models, apiKey: undefined, address }] : [];
  }));
  return [...named, ...ports.flat()];
}

/** Servers by their addresses, as a run would ask them; hosted services are no list of local models. */
async function namedServers(options: { config?: string; baseUrl?: string; quiet?: boolean }): Promise<Map<string, Target>> {
  const config = await configFor(options);
  const { discoverModels } = await import('../models/discover.ts');
  // Nothing is sent: the name that a server would list does not matter here.
  const answer = () => Promise.resolve(Response.json({ data: [{ id: 'unnamed' }] }));
  const targets = await discoverModels(config, { verify: false, probePorts: [], fetch: answer }).catch((thrown: unknown) => {
    const error = asError(thrown);
    // A model that is named and broken stands in the list of files with what is wrong with it.
    if (['no_model', 'model_file_invalid', 'model_ambiguous', 'model_incompatible'].includes(error.code)) return {};
    throw error;
  });
  return new Map(Object.values(targets).filter((target: Target) => target.provider === 'openai-compatible' && !isLocal(target.baseUrl)).map((target: Target) => [target.baseUrl, target]));
}
