import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Env = Record<string, string | undefined>;

/** The XDG specification says that a relative value is to be ignored; so are empty ones. */
function base(env: Env, name: string, fallback: string): string {
  const value = env[name];
  return value && isAbsolute(value) ? value : join(env['HOME'] || homedir(), fallback);
}

/**
 * Where runs, journals, the embedded database and the library live: `UNTILGREEN_HOME`, else `$XDG_DATA_HOME/untilgreen`,
 * else `~/.local/share/untilgreen`. Only the process environment counts: a project's `.env` cannot move it.
 *
 * @example dataDir({ UNTILGREEN_HOME: '/srv/ug' }) // '/srv/ug'
 */
export function dataDir(env: Env = process.env): string {
  const own = env['UNTILGREEN_HOME'];
  return own && isAbsolute(own) ? own : join(base(env, 'XDG_DATA_HOME', '.local/share'), 'untilgreen');
}

/** What can be fetched again (embedding weights, built helpers): `$XDG_CACHE_HOME/untilgreen`, else `~/.cache/untilgreen`. */
export function cacheDir(env: Env = process.env): string {
  return join(base(env, 'XDG_CACHE_HOME', '.cache'), 'untilgreen');
}

/** The user's own configuration: `$XDG_CONFIG_HOME/untilgreen/config.yaml`, else `~/.config/untilgreen/config.yaml`. */
export function userConfigFile(env: Env = process.env): string {
  return join(base(env, 'XDG_CONFIG_HOME', '.config'), 'untilgreen', 'config.yaml');
}

/** Names a project may give its configuration, in the order in which they are looked for. */
export const PROJECT_FILES = ['untilgreen.yaml', 'untilgreen.yml', 'untilgreen.toml', 'untilgreen.json', '.untilgreen/config.yaml'] as const;
