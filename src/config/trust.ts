/**
 * What a project may not decide. A project's files and its `.env` came with the code, often from a stranger; they may
 * set anything that only concerns their own run, and tighten the rest, but they cannot take a protection away, reach
 * outside the project, spend more than the user allowed, or have the user's keys sent to a server they name.
 */
import { isAbsolute, normalize, resolve } from 'node:path';
import { existsSync, realpathSync } from 'node:fs';
import { UntilgreenError } from '../core/errors.ts';
import { mergeLayers, valueOf, type Layer } from './layers.ts';
import { settingsSchema, type Settings } from './schema.ts';
import { untrustedServers } from './trust-mcp.ts';

/** Strongest first. */
const RUNGS = ['A', 'C', 'B', 'D', 'M'];
const APPLY = ['green', 'ask', 'never'];
const ROLE_KEYS = ['default', 'planner', 'coder', 'tester', 'reflector', 'responder', 'embedding'] as const;

/** Variables from which the key of a provider may be taken when no `api_key_env` names another. */
const KEYS_OF: Record<string, readonly string[]> = {
  'openai-compatible': ['UNTILGREEN_API_KEY', 'OPENAI_API_KEY', 'VLLM_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  google: ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
};
const KEY_VARIABLES = [...new Set(Object.values(KEYS_OF).flat())];

/** Variables that name a model server; the server of a service is sent the keys of that service. */
export const ENDPOINT_VARIABLES = /^(VLLM|OPENAI|ANTHROPIC|GOOGLE|GEMINI|OLLAMA|LMSTUDIO|LLAMA)_.*(URL|BASE|HOST|ENDPOINT)$/;
const keysOfService = (endpoint: string) => KEY_VARIABLES.filter((key) => key.startsWith(endpoint.slice(0, endpoint.indexOf('_') + 1)));

/**
 * What of a project's `.env` is read: model servers, models, keys and our own settings; an application's variables are not ours. Of
 * programs that may be started here only where they are found: the rest would tell them what to load and whom to listen to.
 */
const READ_FROM_DOTENV = /^(UNTILGREEN|OPENAI|ANTHROPIC|GOOGLE|GEMINI)_|^(VLLM|OLLAMA|LMSTUDIO|LLAMA)_(URL|HOST|BASE_URL|MODEL)$|_(KEY|TOKEN)$/;

/** Whether a variable of a project's `.env` is taken over. */
export function readFromDotenv(name: string): boolean {
  return READ_FROM_DOTENV.test(name) && name !== 'UNTILGREEN_HOME';
}

/** Whether a server is on this machine, so that a key sent to it stays here. */
export function isLoopback(address: string): boolean {
  const text = /^[a-z]+:\/\//i.test(address) ? address : `http://${address}`;
  return URL.canParse(text) && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(new URL(text).hostname);
}

function refused(layer: Layer, key: string, text: string, next: string): UntilgreenError {
  return new UntilgreenError('config_invalid', `\`${key}\` in ${layer.place(key.split('.'))}: ${text}`, { key, reason: 'project_untrusted' }, next);
}

interface Situation {
  /** Strongest first. */
  layers: readonly Layer[];
  /** The process environment: the user's. */
  userEnv: Record<string, string | undefined>;
  /** Endpoint variables that come from a `.env`, with their places; what the user's environment sets is not among them. */
  projectEndpoints: readonly { name: string; value: string; place: string }[];
  directory: string;
}

/** Refuses (`config_invalid`) what an untrusted layer decides and may not. A value that the user's flag or environment outranks is not looked at. */
export function holdProjectLimits(situation: Situation): void {
  const { layers, directory } = situation;
  const owner = (key: string) => layers.find((layer) => valueOf(layer.data, key) !== undefined);
  const trusted = settingsSchema.parse(mergeLayers(layers.filter((layer) => layer.trusted)));
  /** Calls `test` with the project's value and the user's where the project's would be in force. */
  const hold = (key: string, test: (mine: unknown, users: unknown) => string | undefined, next: string) => {
    const layer = owner(key);
    if (!layer || layer.trusted) return;
    const text = test(valueOf(layer.data, key), valueOf(trusted, key));
    if (text) throw refused(layer, key, text, next);
  };
  const own = 'Say it yourself, by a flag, the environment or your user configuration.';

  hold('sandbox.mode', (mine) => (mine === 'none' ? 'a project may not switch the sandbox off.' : undefined), 'If you mean it, give `--sandbox none` yourself.');
  hold('sandbox.min_rung', (mine, users) => (RUNGS.indexOf(String(mine)) > RUNGS.indexOf(String(users)) ? `a project may not accept a weaker sandbox (${mine}) than you do (${users}).` : undefined), own);
  hold('safety.block_operations', (mine, users) => (mine === false && users !== false ? 'a project may not switch the safety scan off.' : undefined), own);
  hold('verify.require_proof', (mine, users) => (mine === false && users === true ? 'a project may not drop the proof you require.' : undefined), own);
  hold('apply', (mine, users) => (owner('apply') && userSets(layers, 'apply') && APPLY.indexOf(String(mine)) < APPLY.indexOf(String(users)) ? `a project may not apply more freely (${mine}) than you do (${users}).` : undefined), own);
  for (const name of ['tokens', 'cost', 'minutes']) {
    hold(`budget.${name}`, (mine, users) => (users !== undefined && Number(mine) > Number(users) ? `a project may not raise your budget (${users}) to ${mine}.` : undefined), own);
  }
  const outside = (path: unknown) => typeof path === 'string' && !isInside(directory, path);
  hold('capabilities.tools_dir', (mine) => (outside(mine) ? 'a project may keep tools only in a folder of its own.' : undefined), own);
  for (const name of ['similarity_threshold', 'mutation_score']) {
    hold(`capabilities.${name}`, (mine, users) => (Number(mine) < Number(users) ? `a project may not ask less of tools (${mine}) than you do (${users}).` : undefined), own);
  }
  hold('safety.allowed_deps', (mine) => (outside(mine) ? 'a project may name only a file of its own.' : undefined), own);
  for (const layer of layers) {
    if (layer.trusted) continue;
    for (const name of Object.keys((layer.data['prompts'] ?? {}) as object)) {
      hold(`prompts.${name}`, (mine) => (outside(mine) ? 'a project may name only a file of its own.' : undefined), 'Put the prompt into the project, or name it in your user configuration.');
    }
  }
  for (const role of ROLE_KEYS) {
    const file = (value: unknown) => typeof value === 'string' && isModelFile(value, directory);
    for (const key of [`models.${role}.model`, `models.${role}.base_url`]) {
      hold(key, (mine) => (file(mine) ? 'a project may not have a model file loaded on this machine.' : undefined), 'If you trust the file, give its path with --model yourself.');
    }
  }
  const server = untrustedServers(layers);
  if (server) throw refused(server.layer, server.key, server.text, 'Name it in your user configuration, or in a file that you give with --config.');
  holdKeys(situation, owner);
}

/** A file or folder of weights is read by native code and may be started as a server: a stranger's is not taken for a name. */
function isModelFile(value: string, directory: string): boolean {
  if (/^(gguf:|\.{0,2}\/|~(\/|$))|\.gguf$/i.test(value)) return true;
  return [directory, '.'].some((base) => (value.includes('/') ? existsSync(resolve(base, value)) : existsSync(resolve(base, value, 'config.json'))));
}

function userSets(layers: readonly Layer[], key: string): boolean {
  return layers.some((layer) => layer.trusted && valueOf(layer.data, key) !== undefined);
}

/** Whether a path lies inside a directory, symbolic links followed where it exists. */
export function isInside(directory: string, path: string): boolean {
  const root = realpathSync(directory);
  let target = resolve(root, normalize(path));
  try {
    target = realpathSync(target);
  } catch {
    if (isAbsolute(path)) return false; // a missing file is told when it is read
  }
  return target === root || target.startsWith(`${root}/`);
}

function keyRefused(place: string, address: string, key: string, next: string): UntilgreenError {
  return new UntilgreenError('config_invalid', `${place} sends model calls to ${address}, and ${key} of your environment would go with them.`, { address, key, reason: 'project_untrusted' }, next);
}

/**
 * A server that the project names is used only with keys that the project brings along: a variable of its own `.env`
 * that the user's environment does not have. Otherwise a stranger's file could collect the user's keys.
 */
function holdKeys({ layers, userEnv, projectEndpoints }: Situation, owner: (key: string) => Layer | undefined): void {
  const keyNameOf = (role: string) => {
    const layer = owner(`models.${role}.api_key_env`);
    return layer && String(valueOf(layer.data, `models.${role}.api_key_env`));
  };
  const providerOf = (role: string) => {
    const key = [`models.${role}.provider`, 'models.default.provider'].find((k) => owner(k));
    return key === undefined ? 'openai-compatible' : String(valueOf(owner(key)?.data, key));
  };
  const usersKey = (names: readonly string[]) => names.find((name) => userEnv[name]);
  for (const role of ROLE_KEYS) {
    const named = owner(`models.${role}.api_key_env`);
    const name = keyNameOf(role);
    if (named && !named.trusted && name && userEnv[name] && !KEY_VARIABLES.includes(name)) {
      throw refused(named, `models.${role}.api_key_env`, `a project may not use ${name} of your environment as a model key.`, 'Name a variable of the project’s .env, or say it in your user configuration.');
    }
    const layer = owner(`models.${role}.base_url`);
    if (!layer || layer.trusted) continue;
    const address = String(valueOf(layer.data, `models.${role}.base_url`));
    if (isLoopback(address)) continue;
    // Roles without an address of their own take the default's, and their key with it.
    const heirs = role === 'default' ? ROLE_KEYS.filter((r) => r !== 'default' && !owner(`models.${r}.base_url`)).flatMap((r) => keyNameOf(r) ?? []) : [];
    const key = usersKey([...(name ? [name] : (KEYS_OF[providerOf(role)] ?? KEY_VARIABLES)), ...heirs]);
    if (key) {
      const path = ['models', role, 'base_url'];
      const next = `If you trust it, ${role === 'default' ? `give \`--base-url ${address}\`` : 'name it in your user configuration'}; or set \`models.${role}.api_key_env\` to a variable that only the project’s .env has.`;
      throw keyRefused(`\`${path.join('.')}\` in ${layer.place(path)}`, address, key, next);
    }
  }
  if (userSets(layers, 'models.default.base_url')) return;
  for (const { name, value, place } of projectEndpoints) {
    const key = isLoopback(value) ? undefined : usersKey([...keysOfService(name), ...[keyNameOf('default') ?? []].flat()]);
    if (key) throw keyRefused(place, value, key, `If you trust it, give \`--base-url ${value}\`; or unset ${key} for this command.`);
  }
}

/** Prompt files and the folder of tools as absolute paths, each relative to the source that named it. */
export function resolvePaths(settings: Settings, layers: readonly Layer[]): void {
  const { capabilities } = settings;
  const tools = layers.find((layer) => valueOf(layer.data, 'capabilities.tools_dir') !== undefined);
  if (tools && capabilities.tools_dir !== undefined) capabilities.tools_dir = resolve(tools.directory ?? '.', capabilities.tools_dir);
  for (const [name, path] of Object.entries(settings.prompts)) {
    const layer = layers.find((l) => valueOf(l.data, `prompts.${name}`) !== undefined);
    settings.prompts[name] = resolve(layer?.directory ?? '.', path);
  }
}
