import type { LoadedConfig } from '../config/schema.ts';
import { publicUrl } from '../models/base-url.ts';
import type { Target } from '../models/target.ts';

/** A model as people are told of it, without its key. */
export interface ShownModel {
  role: string;
  provider: string;
  model: string;
  baseUrl: string;
  /** The setting or variable that named its server. */
  via: string;
}

/** Stands for a name that only the server knows; no server is asked. */
const UNNAMED = 'the first model that it lists';

/**
 * What would answer each role, from the settings and the environment alone: nothing is sent anywhere, and the ports of this
 * machine are not asked. Errors as `discoverModels`: `no_model` where nothing is named.
 */
export async function namedModels(config: LoadedConfig): Promise<ShownModel[]> {
  const { discoverModels } = await import('../models/discover.ts');
  const answer = () => Promise.resolve(Response.json({ data: [{ id: UNNAMED }] }));
  return Object.values(await discoverModels(config, { verify: false, probePorts: [], fetch: answer })).map(shownModel);
}

/** A target without what must not be printed. */
export function shownModel({ role, provider, model, baseUrl, via }: Target): ShownModel {
  return { role, provider, model, baseUrl: publicUrl(baseUrl), via };
}

/** `name at URL (from OPENAI_BASE_URL)`, one for all roles or one for each group of them. */
export function modelLines(models: readonly ShownModel[], origin: (via: string) => string = (via) => via): string[] {
  const groups = new Map<string, string[]>();
  for (const { role, model, baseUrl, via } of models) {
    const line = `${model} at ${baseUrl} (from ${origin(via)})`;
    groups.set(line, [...(groups.get(line) ?? []), role]);
  }
  return [...groups].map(([line, roles]) => (groups.size === 1 ? line : `${roles.join(', ')}: ${line}`));
}
