import type { LoadedConfig, ModelSettings } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { normalizeBaseUrl, ollamaBaseUrl, publicUrl } from './base-url.ts';
import type { FindOptions } from './files/types.ts';
import { httpFetch } from './http-fetch.ts';
import { localModels, writtenAsPath } from './local-model.ts';
import type { ServeModel } from './local-model.ts';
import { isLocal, localPath } from './local-url.ts';
import { USUAL_PORTS, chatModels, listModels, probePorts } from './probe.ts';
import type { Provider, Target } from './target.ts';
import { HOSTED, priceOf, settingsOf } from './target.ts';
import type { Role } from './types.ts';
import { ROLES } from './types.ts';

/** Model ids used when a hosted service is configured by its key alone; each is an id its pinned provider package lists. */
export const DEFAULT_MODEL: Record<Exclude<Provider, 'openai-compatible'>, string> = {
  openai: 'gpt-5.5',
  anthropic: 'claude-sonnet-5',
  google: 'gemini-3.5-flash',
};

const KEY_VARIABLES: Record<keyof typeof HOSTED, string[]> = {
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
};

export interface DiscoverOptions {
  fetch?: typeof fetch;
  /** Loopback ports to ask when nothing is configured; default: `USUAL_PORTS`. */
  probePorts?: readonly number[];
  /** Milliseconds that all of them together have to answer; default 300. */
  probeMs?: number;
  /** Ask each OpenAI-compatible server for its model list, so that a wrong address or key is told before any work; default true. */
  verify?: boolean;
  /** Further folders where models lie (`--models-root`). */
  modelsRoots?: readonly string[];
  /** Starts a server for a folder of weights; default: it is named and not started. */
  serve?: ServeModel;
  signal?: AbortSignal;
}

interface Endpoint {
  provider: Provider;
  baseUrl: string;
  apiKey: string | undefined;
  model: string | undefined;
  via: string;
  /** Everything that a probed server lists. */
  serves?: readonly string[];
}

/**
 * What answers each role: the config first (`models.<role>` over `models.default`), then the environment, then the usual ports of
 * this machine. A model that is given by the path of its file answers in this process; so does one that is named and that no server has.
 *
 * @throws `no_model` when nothing is found, `model_unreachable` and `model_auth` for a server that was named, `config_invalid` for a base URL
 * that is none, `model_file_invalid` for a path that is no model
 *
 * @example
 * const targets = await discoverModels(config);
 * targets.coder.model; // 'qwen3-coder'
 */
export async function discoverModels(config: LoadedConfig, options: DiscoverOptions = {}): Promise<Record<Role, Target>> {
  const call = options.fetch ?? httpFetch;
  const { models } = config.settings;
  const lists = new Map<string, Promise<string[] | undefined>>();
  const list = (endpoint: Endpoint): Promise<string[] | undefined> => {
    const key = `${endpoint.baseUrl}\n${endpoint.apiKey ?? ''}`;
    let asked = lists.get(key);
    if (!asked) lists.set(key, (asked = listModels(endpoint.baseUrl, endpoint.apiKey, call, { via: endpoint.via, signal: options.signal })));
    return asked;
  };
  let probed: Promise<Endpoint> | undefined;
  const probe = (): Promise<Endpoint> => (probed ??= probeLoopback(options.probePorts ?? USUAL_PORTS.map((u) => u.port), call, options.probeMs));

  const local = localModels({ env: config.env, roots: options.modelsRoots, serve: options.serve });

  /** A model of this machine: by path always, by name where no server is named that may have it, and none that runs lists it. */
  const onThisMachine = async ({ base_url: address, provider, model }: ModelSettings): Promise<Endpoint | undefined> => {
    if (address !== undefined) return isLocal(address) ? local(localPath(address)) : undefined;
    if (model === undefined || (provider !== undefined && provider !== 'openai-compatible')) return undefined;
    if (writtenAsPath(model)) return local(model);
    const named = fromEnvironment(config.env, model);
    if (named && (named.provider === 'openai-compatible' || isFamily(model))) return undefined;
    const running = named ? undefined : await probe().catch(() => undefined);
    return running?.serves?.includes(model) ? undefined : local(model);
  };

  const targets: Partial<Record<Role, Target>> = {};
  for (const role of ROLES) {
    const settings = settingsOf(models[role], models.default);
    const mine = await onThisMachine(settings);
    const found = mine ?? fromConfig(settings, config, role) ?? (settings.provider === undefined ? fromEnvironment(config.env, settings.model) : undefined) ?? (await probe().catch((nothing) => nobodyHas(settings, nothing, { env: config.env, ...(options.modelsRoots ? { roots: options.modelsRoots } : {}) })));
    const endpoint = settings.api_key_env === undefined || mine ? found : { ...found, apiKey: namedKey(settings.api_key_env, config.env) };
    let model = mine?.model ?? settings.model ?? endpoint.model;
    // A probed endpoint has listed its models already, and a file was looked at.
    if (!mine && endpoint.provider === 'openai-compatible' && !endpoint.via.startsWith('port ') && (model === undefined || options.verify !== false)) {
      const served = await list(endpoint);
      model ??= served && chatModels(served)[0];
    }
    if (model === undefined) throw unnamed(endpoint);
    targets[role] = {
      role,
      provider: endpoint.provider,
      model,
      baseUrl: endpoint.baseUrl,
      apiKey: endpoint.apiKey,
      temperature: settings.temperature,
      maxOutputTokens: settings.max_output_tokens,
      price: priceOf(settings),
      ...(settings.api === undefined ? {} : { api: settings.api }),
      via: endpoint.via,
    };
  }
  return targets as Record<Role, Target>;
}

/** Endpoint named by the config, or undefined when the config names at most a model. */
function fromConfig(settings: ModelSettings, config: LoadedConfig, role: Role): Endpoint | undefined {
  const { provider: named, base_url } = settings;
  if (base_url !== undefined) {
    const key = `models.${config.settings.models[role]?.base_url === undefined ? 'default' : role}.base_url`;
    const origin = config.origins[key];
    const via = (origin?.source === 'flag' && origin.name) || key;
    // Anthropic and Google have API roots of other forms: theirs is taken as it stands.
    const baseUrl = named === 'anthropic' || named === 'google' ? base_url.replace(/\/+$/, '') : baseUrlOf(base_url, via);
    const provider = named ?? (baseUrl === HOSTED.openai ? 'openai' : 'openai-compatible');
    if (provider === 'openai-compatible') return { provider, baseUrl, apiKey: keyOfServer(baseUrl, config.env), model: undefined, via };
    return { provider, baseUrl, apiKey: hostedKey(settings, config.env, provider, role), model: DEFAULT_MODEL[provider], via };
  }
  if (named === undefined) return undefined;
  if (named === 'openai-compatible') return compatibleFromEnvironment(config.env) ?? ollamaFromEnvironment(config.env);
  return { provider: named, baseUrl: HOSTED[named], apiKey: hostedKey(settings, config.env, named, role), model: DEFAULT_MODEL[named], via: `provider ${named}` };
}

/** A key for one service must not be sent to another: a server named in the config gets a service's key only where the environment names that server too. */
function keyOfServer(baseUrl: string, env: LoadedConfig['env']): string | undefined {
  const same = (variable: string): boolean => sameBase(baseUrl, env[variable] ?? '');
  return filled(env, 'UNTILGREEN_API_KEY') ?? (same('VLLM_URL') ? filled(env, 'VLLM_API_KEY') : undefined) ?? (same('OPENAI_BASE_URL') ? filled(env, 'OPENAI_API_KEY') : undefined);
}

function hostedKey(settings: ModelSettings, env: LoadedConfig['env'], provider: keyof typeof HOSTED, role: Role): string | undefined {
  // `api_key_env` is read for every endpoint in one place.
  if (settings.api_key_env !== undefined) return undefined;
  const key = KEY_VARIABLES[provider].map((name) => filled(env, name)).find((value) => value !== undefined);
  if (key === undefined) {
    throw new UntilgreenError('model_auth', `The ${role} is to be answered by ${provider}, but there is no key.`, { role, provider }, `Set ${KEY_VARIABLES[provider].join(' or ')}.`);
  }
  return key;
}

function namedKey(variable: string, env: LoadedConfig['env']): string {
  const key = filled(env, variable);
  if (key === undefined) throw new UntilgreenError('model_auth', `The config takes its key from ${variable}, which is not set.`, { variable }, `Set ${variable}.`);
  return key;
}

function sameBase(baseUrl: string, other: string): boolean {
  try {
    return baseUrl === normalizeBaseUrl(other);
  } catch {
    return false; // not a URL: reported where it is used
  }
}

function filled(env: LoadedConfig['env'], name: string): string | undefined {
  const value = env[name]?.trim();
  return value ? value : undefined;
}

function baseUrlOf(text: string, from: string): string {
  try {
    return normalizeBaseUrl(text);
  } catch (cause) {
    throw new UntilgreenError('config_invalid', `${from} is not a URL: '${text}'.`, { from, value: text }, 'Give it as http://host:port/v1.', { cause });
  }
}

function compatibleFromEnvironment(env: LoadedConfig['env']): Endpoint | undefined {
  const vllm = filled(env, 'VLLM_URL');
  if (vllm !== undefined) {
    return { provider: 'openai-compatible', baseUrl: baseUrlOf(vllm, 'VLLM_URL'), apiKey: filled(env, 'VLLM_API_KEY'), model: filled(env, 'VLLM_MODEL'), via: 'VLLM_URL' };
  }
  const openai = filled(env, 'OPENAI_BASE_URL');
  if (openai !== undefined) {
    const baseUrl = baseUrlOf(openai, 'OPENAI_BASE_URL');
    const hosted = baseUrl === HOSTED.openai;
    const model = filled(env, 'OPENAI_MODEL') ?? (hosted ? DEFAULT_MODEL.openai : undefined);
    return { provider: hosted ? 'openai' : 'openai-compatible', baseUrl, apiKey: filled(env, 'OPENAI_API_KEY'), model, via: 'OPENAI_BASE_URL' };
  }
  return undefined;
}

/** A model given by name alone goes to the service whose names look like it, when there is a key for that service. */
const FAMILY: [RegExp, Provider][] = [
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'google'],
];

const isFamily = (model: string): boolean => FAMILY.some(([pattern]) => pattern.test(model));

function fromEnvironment(env: LoadedConfig['env'], model: string | undefined): Endpoint | undefined {
  const hosted: Endpoint[] = [];
  const openai = filled(env, 'OPENAI_API_KEY');
  if (openai) hosted.push({ provider: 'openai', baseUrl: HOSTED.openai, apiKey: openai, model: filled(env, 'OPENAI_MODEL') ?? DEFAULT_MODEL.openai, via: 'OPENAI_API_KEY' });
  const anthropic = filled(env, 'ANTHROPIC_API_KEY');
  if (anthropic) {
    const base = filled(env, 'ANTHROPIC_BASE_URL');
    hosted.push({
      provider: 'anthropic',
      baseUrl: base === undefined ? HOSTED.anthropic : baseUrlOf(base, 'ANTHROPIC_BASE_URL'),
      apiKey: anthropic,
      model: filled(env, 'ANTHROPIC_MODEL') ?? DEFAULT_MODEL.anthropic,
      via: 'ANTHROPIC_API_KEY',
    });
  }
  for (const name of KEY_VARIABLES.google) {
    const key = filled(env, name);
    if (key) hosted.push({ provider: 'google', baseUrl: HOSTED.google, apiKey: key, model: filled(env, 'GEMINI_MODEL') ?? DEFAULT_MODEL.google, via: name });
  }
  const family = model !== undefined && FAMILY.find(([pattern]) => pattern.test(model))?.[1];
  const relative = family && hosted.find((endpoint) => endpoint.provider === family);
  if (relative) return relative;
  const compatible = compatibleFromEnvironment(env);
  if (compatible) return compatible;
  if (hosted[0]) return hosted[0];
  return ollamaFromEnvironment(env);
}

function ollamaFromEnvironment(env: LoadedConfig['env']): Endpoint | undefined {
  const ollama = filled(env, 'OLLAMA_HOST');
  if (ollama === undefined) return undefined;
  try {
    return { provider: 'openai-compatible', baseUrl: ollamaBaseUrl(ollama), apiKey: undefined, model: filled(env, 'OLLAMA_MODEL'), via: 'OLLAMA_HOST' };
  } catch (cause) {
    throw new UntilgreenError('config_invalid', `OLLAMA_HOST is not a host: '${ollama}'.`, { from: 'OLLAMA_HOST', value: ollama }, 'Give it as 127.0.0.1:11434.', { cause });
  }
}

async function probeLoopback(ports: readonly number[], call: typeof fetch, timeoutMs: number | undefined): Promise<Endpoint> {
  const found = await probePorts(ports, call, timeoutMs);
  if (!found) {
    throw new UntilgreenError(
      'no_model',
      'No language model was found: none is configured, and no server answers on the usual ports of this machine.',
      { ports: [...ports] },
      'Start one (`ollama serve`, `vllm serve MODEL`, `llama-server -m MODEL.gguf`), name a model file (`untilgreen models list`), or set VLLM_URL and VLLM_MODEL, OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY. `untilgreen doctor` shows what was tried.',
    );
  }
  return { provider: 'openai-compatible', baseUrl: found.baseUrl, apiKey: undefined, model: found.models[0], serves: found.models, via: `port ${new URL(found.baseUrl).port}` };
}

/** Where a name was given, what is missing is that model: saying that none is configured would send people elsewhere. */
async function nobodyHas({ model, provider }: ModelSettings, nothing: unknown, where: FindOptions): Promise<never> {
  if (model === undefined || provider !== undefined) throw nothing;
  const { unknownModel } = await import('./files/find.ts');
  const { what, data, next } = await unknownModel(model, where);
  throw new UntilgreenError('no_model', `${what} No server answers on the usual ports of this machine either.`, data, next, { cause: nothing });
}

function unnamed(endpoint: Endpoint): UntilgreenError {
  const where = publicUrl(endpoint.baseUrl);
  return new UntilgreenError('no_model', `The model server ${where} (from ${endpoint.via}) lists no models, and none is named.`, { baseUrl: where, via: endpoint.via }, 'Name one with VLLM_MODEL or models.default.model.');
}
