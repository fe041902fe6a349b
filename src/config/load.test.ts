import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, type LoadOptions } from './load.ts';
import { settingsSchema } from './schema.ts';

let root: string;
let project: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ug-config-'));
  project = join(root, 'project');
  mkdirSync(project);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Files under the scratch directory: `user` is the user's file, other names lie in the project. */
function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = name === 'user' ? join(root, 'config/untilgreen/config.yaml') : join(project, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
const load = (options: LoadOptions = {}) =>
  loadConfig({ cwd: project, ...options, env: { HOME: root, XDG_CONFIG_HOME: join(root, 'config'), ...options.env } });

describe('where a value comes from', () => {
  const all = { user: 'apply: ask', 'untilgreen.yaml': 'apply: never', '.env': 'UNTILGREEN_APPLY=never' };
  it.each([
    ['the default, where nobody says anything', {}, {}, 'green', 'default', /^none$/],
    ['the user file over the default', { user: all.user }, {}, 'ask', 'user', /config\.yaml line 1$/],
    ['the project file over the user file', { user: all.user, 'untilgreen.yaml': all['untilgreen.yaml'] }, {}, 'never', 'project', /^untilgreen\.yaml line 1$/],
    ['the .env over the project file', all, {}, 'never', 'dotenv', /^UNTILGREEN_APPLY in \.env line 1$/],
    ['the environment over the .env', all, { env: { UNTILGREEN_APPLY: 'green' } }, 'green', 'env', /^UNTILGREEN_APPLY$/],
    ['a flag over everything', all, { env: { UNTILGREEN_APPLY: 'green' }, flags: { apply: 'ask' } }, 'ask', 'flag', /^--apply$/],
    ['an empty variable counts as not set', { user: all.user }, { env: { UNTILGREEN_APPLY: '' } }, 'ask', 'user', /line 1$/],
    ['a flag that was not given counts as not set', { user: all.user }, { flags: { apply: undefined } }, 'ask', 'user', /line 1$/],
  ] as const)('%s', async (_title, files, options, value, source, name) => {
    write(files);
    const { settings, origins } = await load(options);
    expect(settings.apply).toBe(value);
    expect(origins['apply']?.source).toBe(source);
    expect(origins['apply']?.name ?? 'none').toMatch(name);
  });

  it.each([
    ['untilgreen.yaml', 'orchestrator:\n  max_iterations: 7\n', 2],
    ['untilgreen.yml', 'orchestrator: { max_iterations: 7 }\n', 1],
    ['untilgreen.toml', 'apply = "never"\n[orchestrator]\nmax_iterations = 7\n', 3],
    ['untilgreen.json', '{\n\t"orchestrator": {\n\t\t"max_iterations": 7\n\t}\n}\n', 3],
    ['.untilgreen/config.yaml', '# ours\n\norchestrator:\n  max_iterations: 7\n', 4],
  ])('a project may use %s', async (name, text, line) => {
    write({ [name]: text });
    const { settings, origins, files } = await load();
    expect(settings.orchestrator.max_iterations).toBe(7);
    expect(origins['orchestrator.max_iterations']).toEqual({ source: 'project', name: `${name} line ${line}` });
    expect(files).toEqual([join(project, name)]);
  });

  it('groups are merged key by key over the sources, lists are replaced', async () => {
    write({ user: 'budget: { tokens: 9, minutes: 3 }\nchecks: [a, b]', 'untilgreen.yaml': 'budget:\n  minutes: 2\nchecks: [c]\nmodels:\n' });
    const { settings } = await load({ env: { UNTILGREEN_BUDGET_COST: '1.5' } });
    expect(settings.budget).toEqual({ tokens: 9, minutes: 2, cost: 1.5 });
    expect(settings.checks).toEqual(['c']);
  });

  it('variables are read as the type of their key', async () => {
    const { settings } = await load({ env: { UNTILGREEN_CHECKS: 'npm test\n make check \n', UNTILGREEN_MEMORY: 'off', UNTILGREEN_MAX_ITERATIONS: '4', UNTILGREEN_CODER_MODEL: 'qwen' } });
    expect(settings).toMatchObject({ checks: ['npm test', 'make check'], memory: { enabled: false }, orchestrator: { max_iterations: 4 }, models: { coder: { model: 'qwen' } } });
  });

  it('a file named by the user takes the place of the project file and is trusted', async () => {
    write({ 'untilgreen.yaml': 'apply: never', 'mine.yaml': 'sandbox:\n  mode: none' });
    const { settings } = await load({ file: 'mine.yaml' });
    expect(settings).toMatchObject({ apply: 'green', sandbox: { mode: 'none' } });
  });

  it('without any source the settings are the defaults of the schema', async () => {
    expect((await load()).settings).toEqual(settingsSchema.parse({}));
  });

  it('the circuit breaker follows the iterations asked for unless it is set itself', async () => {
    expect((await load({ flags: { 'orchestrator.max_iterations': 30 } })).settings.circuit_breaker).toEqual({ warning_threshold: 24, hard_stop: 30 });
    write({ user: 'circuit_breaker: { hard_stop: 10 }' });
    expect((await load({ flags: { 'orchestrator.max_iterations': 30 } })).settings.circuit_breaker).toEqual({ warning_threshold: 8, hard_stop: 10 });
  });
});

describe('the environment that models are found in', () => {
  it('has the process environment over the .env, and leaves an application’s own variables alone', async () => {
    write({ '.env': 'VLLM_URL=http://127.0.0.1:8000\nexport VLLM_MODEL="a b"\nOPENAI_MODEL=x\nDATABASE_URL=postgres://app\nPATH=/evil\nUNTILGREEN_HOME=/evil\n' });
    const { env, notices } = await load({ env: { OPENAI_MODEL: 'mine' } });
    expect(env).toMatchObject({ VLLM_URL: 'http://127.0.0.1:8000', VLLM_MODEL: 'a b', OPENAI_MODEL: 'mine' });
    expect(Object.keys(env)).not.toContain('DATABASE_URL');
    expect(env['PATH']).toBeUndefined();
    expect(env['UNTILGREEN_HOME']).toBeUndefined();
    expect(notices).toEqual([expect.stringContaining('DATABASE_URL in .env line 4 is left to the project')]);
  });
  it('of programs that load models a .env says where they are, and not what they load', async () => {
    write({ '.env': 'OLLAMA_HOST=127.0.0.1:1\nOLLAMA_MODELS=/p\nLLAMA_CACHE=/p\nLLAMA_ARG_HOST=0.0.0.0\nVLLM_PLUGINS=x\nVLLM_MODEL=m\nCODEGEN_MODEL_PATH=/p' });
    const { env } = await load();
    expect(Object.keys(env).filter((name) => /^(OLLAMA|LLAMA|VLLM|CODEGEN)_/.test(name)).toSorted()).toEqual(['OLLAMA_HOST', 'VLLM_MODEL']);
  });
  it('keeps DATABASE_URL of the user', async () => {
    expect((await load({ env: { DATABASE_URL: 'postgres://mine' } })).env['DATABASE_URL']).toBe('postgres://mine');
  });
  it('names the variable that a mistyped one was meant to be', async () => {
    expect((await load({ env: { UNTILGREEN_MAX_ITERATION: '3', UNTILGREEN_OTHER: '1' } })).notices).toEqual(['The environment variable UNTILGREEN_MAX_ITERATION is unknown; did you mean UNTILGREEN_MAX_ITERATIONS?']);
  });
});

describe('what is refused, with place and remedy', () => {
  it.each<[string, Record<string, string>, LoadOptions, string | RegExp]>([
    ['a mistyped key', { 'untilgreen.yaml': 'apply: ask\norchestrator:\n  max_iteration: 3' }, {}, 'unknown key `orchestrator.max_iteration` in untilgreen.yaml line 3; did you mean `max_iterations`?'],
    ['a key in the wrong group', { 'untilgreen.yaml': 'max_iterations: 3' }, {}, 'unknown key `max_iterations` in untilgreen.yaml line 1; did you mean `orchestrator.max_iterations`?'],
    ['a key that is like none', { 'untilgreen.yaml': 'frobnicate: 3' }, {}, 'unknown key `frobnicate` in untilgreen.yaml line 1.'],
    ['a mistyped key in TOML', { 'untilgreen.toml': '[sandbox]\nmemory_mbs = 3' }, {}, 'unknown key `sandbox.memory_mbs` in untilgreen.toml line 2; did you mean `memory_mb`?'],
    ['a key of the wrong type', { 'untilgreen.yaml': 'orchestrator:\n  max_iterations: many' }, {}, '`orchestrator.max_iterations` in untilgreen.yaml line 2: expected a number, got "many".'],
    ['a value outside its list', { 'untilgreen.json': '{"apply": "always"}' }, {}, '`apply` in untilgreen.json line 1: expected one of green, ask, never, got "always".'],
    ['a number out of range', { user: 'models:\n  max_retries: 11' }, {}, /`models\.max_retries` in .*config\.yaml line 2: expected a number of at most 10, got 11\.$/],
    ['a variable of the wrong type', {}, { env: { UNTILGREEN_MAX_ITERATIONS: 'x1' } }, '`orchestrator.max_iterations` in UNTILGREEN_MAX_ITERATIONS: expected a number, got "x1".'],
    ['a .env variable of the wrong type', { '.env': '\nUNTILGREEN_APPLY=yes' }, {}, '`apply` in UNTILGREEN_APPLY in .env line 2: expected one of green, ask, never, got "yes".'],
    ['a flag outside its list', {}, { flags: { apply: 'x' } }, '`apply` in --apply: expected one of green, ask, never, got "x".'],
    ['an address that is none', {}, { flags: { 'models.default.base_url': 'nowhere' } }, '`models.default.base_url` in --base-url: expected a URL such as http://127.0.0.1:8000/v1, got "nowhere".'],
    ['a key that would reach into every object', { 'untilgreen.json': '{"__proto__": {"sandbox": {"mode": "none"}}}' }, {}, 'unknown key `__proto__` in untilgreen.json line 1.'],
    ['a key in a file', { 'untilgreen.yaml': 'models:\n  default:\n    api_key: sk-1' }, {}, /^A key may not stand in a configuration file: `models\.default\.api_key` in untilgreen\.yaml line 3\. Put it into an environment variable/],
    ['an MCP server that is neither started nor reached', { user: 'mcp: { servers: { tickets: { enabled: true } } }' }, {}, /^`mcp\.servers\.tickets` in .*: expected a server with either a command or a url, got a group of keys\.$/],
    ['an MCP server that is both', { user: 'mcp: { servers: { tickets: { command: x, url: "http://127.0.0.1:1/mcp" } } }' }, {}, /either a command or a url/],
    ['a secret of an MCP server in a file', { user: 'mcp: { servers: { tickets: { url: "http://127.0.0.1:1/mcp", headers: { Authorization: hidden } } } }' }, {}, /^(?!.*hidden)`mcp\.servers\.tickets\.headers\.Authorization` in .*headers_env\.$/],
    ['a name of an MCP server that its tools could not carry', { user: 'mcp: { servers: { a__b: { command: x } } }' }, {}, /a name of at most 24 letters and digits, with single - and _ between them\.$/],
    ['broken YAML', { 'untilgreen.yaml': 'apply: ask\n  b: [' }, {}, /^untilgreen\.yaml line \d: /],
    ['a key twice', { 'untilgreen.yaml': 'apply: ask\napply: never' }, {}, /^untilgreen\.yaml line \d: Map keys must be unique/],
    ['broken TOML', { 'untilgreen.toml': 'apply = "ask"\nb = = 1' }, {}, /^untilgreen\.toml line 2: /],
    ['broken JSON', { 'untilgreen.json': '{"apply": "ask",}' }, {}, /^untilgreen\.json: /],
    ['a list for a file', { 'untilgreen.yaml': '- apply' }, {}, 'untilgreen.yaml: expected keys with values, got a list.'],
    ['two project files', { 'untilgreen.yaml': '', 'untilgreen.toml': '' }, {}, /has both untilgreen\.yaml and untilgreen\.toml\. Keep one of them\.$/],
    ['a missing --config file', {}, { file: 'gone.yaml' }, /^There is no file .*gone\.yaml\./],
    ['a directory for a file', { 'untilgreen.yaml/x': '' }, {}, /untilgreen\.yaml is not a regular file/],
  ])('%s', async (_title, files, options, message) => {
    write(files);
    const error = await load(options).catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'config_invalid', exitCode: 2 });
    expect((error as Error).message).toMatch(typeof message === 'string' ? exactly(message) : message);
  });
});

describe('a project may not', () => {
  const far = 'models:\n  default:\n    base_url: https://far.example/v1\n';
  const key = { OPENAI_API_KEY: 'mine' };
  it.each<[string, Record<string, string>, LoadOptions]>([
    ['switch the sandbox off', { 'untilgreen.yaml': 'sandbox: { mode: none }' }, {}],
    ['have an MCP server started', { 'untilgreen.yaml': 'mcp: { servers: { x: { command: sh } } }' }, {}],
    ['have a variable of yours sent to an MCP server', { 'untilgreen.yaml': 'mcp: { servers: { x: { url: "http://127.0.0.1:1/mcp", headers_env: { X-Key: HOME } } } }' }, {}],
    ['lead an MCP server of yours elsewhere', { 'untilgreen.yaml': 'mcp: { servers: { x: { url: "http://far.example/mcp" } } }', user: 'mcp: { servers: { x: { url: "http://127.0.0.1:1/mcp" } } }' }, {}],
    ['bring the tools of MCP servers into runs', { 'untilgreen.yaml': 'mcp: { use_in_runs: true }' }, {}],
    ['switch the sandbox off by its .env', { '.env': 'UNTILGREEN_SANDBOX=none' }, {}],
    ['accept a weaker sandbox than the default', { 'untilgreen.yaml': 'sandbox: { min_rung: M }' }, {}],
    ['accept a weaker sandbox than the user', { user: 'sandbox: { min_rung: A }', 'untilgreen.yaml': 'sandbox: { min_rung: B }' }, {}],
    ['switch the safety scan off', { 'untilgreen.yaml': 'safety: { block_operations: false }' }, {}],
    ['apply more freely than the user', { user: 'apply: never', 'untilgreen.yaml': 'apply: green' }, {}],
    ['raise the user’s budget', { user: 'budget: { tokens: 10 }', 'untilgreen.yaml': 'budget: { tokens: 11 }' }, {}],
    ['drop the proof the user requires', { user: 'verify: { require_proof: true }', 'untilgreen.yaml': 'verify: { require_proof: false }' }, {}],
    ['read a prompt above itself', { 'untilgreen.yaml': 'prompts: { planner: ../secret }' }, {}],
    ['read a prompt anywhere', { 'untilgreen.yaml': 'prompts: { planner: /etc/hostname }' }, {}],
    ['read a prompt through a link', { 'untilgreen.yaml': 'prompts: { planner: link }' }, {}],
    ['name a dependency list elsewhere', { 'untilgreen.yaml': 'safety: { allowed_deps: ../deps.json }' }, {}],
    ['keep tools above itself', { 'untilgreen.yaml': 'capabilities: { tools_dir: ../tools }' }, {}],
    ['ask less of tools than the default', { 'untilgreen.yaml': 'capabilities: { mutation_score: 0.1 }' }, {}],
    ['have tools taken sooner than the user says', { user: 'capabilities: { similarity_threshold: 0.9 }', 'untilgreen.yaml': 'capabilities: { similarity_threshold: 0.8 }' }, {}],
    ['have the user’s key sent to its server', { 'untilgreen.yaml': far }, { env: key }],
    ['have it sent even where its .env has the same name', { 'untilgreen.yaml': far, '.env': 'OPENAI_API_KEY=theirs' }, { env: key }],
    ['have it sent by its .env', { '.env': 'OPENAI_BASE_URL=https://far.example' }, { env: key }],
    ['have it sent by our variable in its .env', { '.env': 'UNTILGREEN_BASE_URL=https://far.example' }, { env: key }],
    ['have the key of its provider sent', { 'untilgreen.yaml': `${far}    provider: anthropic\n` }, { env: { ANTHROPIC_API_KEY: 'mine' } }],
    ['have it sent for one role', { 'untilgreen.yaml': 'models: { coder: { base_url: "https://far.example" } }' }, { env: key }],
    ['have it sent to a name that only looks local', { 'untilgreen.yaml': 'models: { default: { base_url: "http://127.0.0.1.far.example" } }' }, { env: key }],
    ['have a role’s own key sent to its server', { user: 'models: { planner: { api_key_env: MY_KEY } }', 'untilgreen.yaml': far, '.env': 'P_KEY=x\nUNTILGREEN_API_KEY_ENV=P_KEY' }, { env: { MY_KEY: 'mine' } }],
    ['have a model file of its own loaded', { 'untilgreen.yaml': 'models: { default: { model: weights/coder.gguf } }' }, {}],
    ['have one loaded for a role', { 'untilgreen.yaml': 'models: { coder: { model: ./coder } }' }, {}],
    ['have one loaded by its address', { 'untilgreen.yaml': 'models: { default: { base_url: "gguf:///tmp/coder.gguf" } }' }, {}],
    ['have one loaded by its .env', { '.env': 'UNTILGREEN_MODEL=/tmp/coder.gguf' }, {}],
    ['have a folder of weights served under a name', { 'untilgreen.yaml': 'models: { default: { model: org/coder } }', 'org/coder/config.json': '{}' }, {}],
    ['use another secret of the user as a key', { 'untilgreen.yaml': 'models: { default: { api_key_env: GITHUB_TOKEN } }' }, { env: { GITHUB_TOKEN: 'mine' } }],
  ])('%s', async (_title, files, options) => {
    writeFileSync(join(root, 'secret'), 'x');
    symlinkSync(join(root, 'secret'), join(project, 'link'));
    write(files);
    await expect(load(options)).rejects.toMatchObject({ code: 'config_invalid', data: { reason: 'project_untrusted' } });
  });

  it.each<[string, Record<string, string>, LoadOptions]>([
    ['tighten the sandbox', { 'untilgreen.yaml': 'sandbox: { min_rung: A }\nsafety: { block_operations: true }' }, {}],
    ['lower the budget', { user: 'budget: { tokens: 10 }', 'untilgreen.yaml': 'budget: { tokens: 9 }' }, {}],
    ['keep what a flag decides anyway', { 'untilgreen.yaml': 'sandbox: { mode: none }' }, { flags: { 'sandbox.mode': 'auto' } }],
    ['name a prompt of its own', { 'untilgreen.yaml': 'prompts: { planner: prompts/p.md }', 'prompts/p.md': 'plan' }, {}],
    ['name an MCP server to which nothing is sent', { 'untilgreen.yaml': 'mcp: { servers: { x: { url: "http://127.0.0.1:1/mcp" } } }' }, {}],
    ['name a server where the user has no key', { 'untilgreen.yaml': far }, {}],
    ['name a server on this machine', { 'untilgreen.yaml': 'models: { default: { base_url: "http://localhost:8000" } }', '.env': 'VLLM_URL=127.0.0.1:8000' }, { env: key }],
    ['name a server where the user has only keys of other services', { 'untilgreen.yaml': far }, { env: { ANTHROPIC_API_KEY: 'mine' } }],
    ['name a server of a service whose key the user has not', { '.env': 'VLLM_URL=http://far.example:8000' }, { env: key }],
    ['name a server with a key of its own', { 'untilgreen.yaml': `${far}    api_key_env: THEIR_KEY\n`, '.env': 'THEIR_KEY=x' }, { env: key }],
    ['name a server that the user names too', { 'untilgreen.yaml': far, '.env': 'OPENAI_BASE_URL=https://far.example' }, { env: key, flags: { 'models.default.base_url': 'https://far.example/v1' } }],
  ])('but may %s', async (_title, files, options) => {
    write(files);
    await expect(load(options)).resolves.toHaveProperty('settings');
  });
});
