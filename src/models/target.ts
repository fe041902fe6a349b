import type { ModelSettings } from '../config/schema.ts';
import type { Role } from './types.ts';

export type Provider = NonNullable<ModelSettings['provider']>;

/** US dollars per million tokens. */
export interface Price {
  input: number;
  output: number;
}

/** What answers a role: everything a request needs except the prompt. */
export interface Target {
  role: Role;
  provider: Provider;
  model: string;
  /** API root without a trailing slash. */
  baseUrl: string;
  apiKey: string | undefined;
  temperature: number | undefined;
  maxOutputTokens: number | undefined;
  price: Price | undefined;
  /** How samples are asked for; default `auto`: by what the model is. */
  api?: NonNullable<ModelSettings['api']>;
  /** Where it was found: `VLLM_URL`, `config`, `port 8000`. */
  via: string;
}

/** API roots of the hosted services. */
export const HOSTED: Record<Exclude<Provider, 'openai-compatible'>, string> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
};

/**
 * The settings of a role over those of `models.default`. A role that names another endpoint (provider or base URL) takes none of
 * the default's endpoint, key, model or price: an Anthropic coder must not be sent to the local server of the rest. A role that
 * names only another model keeps the endpoint but neither the price nor the form in which it is asked.
 */
export function settingsOf(role: ModelSettings | undefined, base: ModelSettings): ModelSettings {
  if (!role) return base;
  const shared = { temperature: base.temperature, max_output_tokens: base.max_output_tokens };
  const elsewhere = role.provider !== undefined || role.base_url !== undefined;
  const endpoint = elsewhere ? {} : { provider: base.provider, base_url: base.base_url, api_key_env: base.api_key_env };
  const model =
    elsewhere || role.model !== undefined ? {} : { model: base.model, price_input: base.price_input, price_output: base.price_output, api: base.api };
  const own = Object.fromEntries(Object.entries(role).filter(([, value]) => value !== undefined));
  return { ...shared, ...endpoint, ...model, ...own };
}

/** The configured price; both halves are needed, a missing half counts as free only when the other is given. */
export function priceOf(settings: ModelSettings): Price | undefined {
  if (settings.price_input === undefined && settings.price_output === undefined) return undefined;
  return { input: settings.price_input ?? 0, output: settings.price_output ?? 0 };
}
