/** One setting that an environment variable (or a line of the project's `.env`) can give, and the flag that outranks it. */
export interface Variable {
  name: string;
  key: string;
  flag?: string;
  /** One line for the documentation. */
  says: string;
}

/** The table from which the loader reads and the documentation is made. */
export const VARIABLES: readonly Variable[] = [
  { name: 'UNTILGREEN_MODEL', key: 'models.default.model', flag: '--model', says: 'Model that answers every role without one of its own.' },
  { name: 'UNTILGREEN_BASE_URL', key: 'models.default.base_url', flag: '--base-url', says: 'Address of an OpenAI-compatible server, with or without /v1.' },
  { name: 'UNTILGREEN_PROVIDER', key: 'models.default.provider', says: 'openai-compatible, openai, anthropic or google.' },
  { name: 'UNTILGREEN_API_KEY_ENV', key: 'models.default.api_key_env', says: 'Name of the variable that holds the key.' },
  ...(['planner', 'coder', 'tester', 'reflector', 'responder', 'embedding'] as const).map((role) => ({
    name: `UNTILGREEN_${role.toUpperCase()}_MODEL`, key: `models.${role}.model`, flag: `--model ${role}=`, says: `Model of the ${role} role.`,
  })),
  { name: 'UNTILGREEN_MODEL_API', key: 'models.default.api', says: 'How functions are sampled: chat, completion (base models), or auto.' },
  { name: 'UNTILGREEN_MODEL_TIMEOUT_MS', key: 'models.timeout_ms', says: 'Milliseconds until the first byte of a reply and between two pieces of it.' },
  { name: 'UNTILGREEN_MODEL_RETRIES', key: 'models.max_retries', says: 'How often a failed request is repeated.' },
  { name: 'UNTILGREEN_CONTEXT_TOKENS', key: 'models.context_tokens', says: 'Tokens that a prompt may hold.' },
  { name: 'UNTILGREEN_MAX_ITERATIONS', key: 'orchestrator.max_iterations', flag: '--max-iterations', says: 'Iterations until a run stops.' },
  { name: 'UNTILGREEN_MAX_PLAN_STEPS', key: 'orchestrator.max_plan_steps', says: 'Steps that a plan may have.' },
  { name: 'UNTILGREEN_BUDGET_TOKENS', key: 'budget.tokens', flag: '--budget', says: 'Tokens a run may use.' },
  { name: 'UNTILGREEN_BUDGET_COST', key: 'budget.cost', flag: '--budget', says: 'US dollars a run may cost.' },
  { name: 'UNTILGREEN_BUDGET_MINUTES', key: 'budget.minutes', flag: '--budget', says: 'Minutes a run may take.' },
  { name: 'UNTILGREEN_APPLY', key: 'apply', flag: '--apply', says: 'When the change is applied: green, ask or never.' },
  { name: 'UNTILGREEN_CHECKS', key: 'checks', flag: '--check', says: 'Further checks, one command a line.' },
  { name: 'UNTILGREEN_SANDBOX', key: 'sandbox.mode', flag: '--sandbox', says: 'auto, or none to run commands without a sandbox.' },
  { name: 'UNTILGREEN_MIN_RUNG', key: 'sandbox.min_rung', says: 'Weakest sandbox that is accepted; from the strongest: A, C, B, D, M.' },
  { name: 'UNTILGREEN_SANDBOX_SECONDS', key: 'sandbox.wall_seconds', says: 'Seconds one command may take.' },
  { name: 'UNTILGREEN_SANDBOX_MEMORY_MB', key: 'sandbox.memory_mb', says: 'Megabytes of memory a command and its children may use.' },
  { name: 'UNTILGREEN_BLOCK_OPERATIONS', key: 'safety.block_operations', says: 'Whether dangerous calls that a change adds block it.' },
  { name: 'UNTILGREEN_BASELINE_RUNS', key: 'verify.baseline_runs', says: 'How often the checks run before the first change, to find flaky tests.' },
  { name: 'UNTILGREEN_REQUIRE_PROOF', key: 'verify.require_proof', says: 'Green only with a red test turned green or a new test seen red.' },
  { name: 'UNTILGREEN_MEMORY', key: 'memory.enabled', says: 'Whether failures and what fixed them are remembered.' },
  { name: 'UNTILGREEN_EMBEDDER', key: 'memory.embedder', says: 'auto, minilm, ngram or server.' },
  { name: 'TOOLS_DIR', key: 'capabilities.tools_dir', flag: '--tools-dir', says: 'Folder of the tools that `ask` makes and keeps.' },
  { name: 'SIMILARITY_THRESHOLD', key: 'capabilities.similarity_threshold', says: 'Probability at which a kept tool is taken for a request, 0 to 1.' },
  { name: 'UNTILGREEN_TOOL_LANGUAGE', key: 'capabilities.language', flag: '--lang', says: 'Language of new tools: python, javascript, typescript or go.' },
  { name: 'UNTILGREEN_LOG_LEVEL', key: 'log.level', says: 'debug, info, warn or error.' },
];

/** Variables that are read elsewhere, for the documentation. A project's `.env` cannot set those marked `user`. */
export const OTHER_VARIABLES: readonly { name: string; says: string; user?: true }[] = [
  { name: 'UNTILGREEN_HOME', says: 'Directory of runs, journals and the embedded database.', user: true },
  { name: 'DATABASE_URL', says: 'PostgreSQL to use in place of the embedded database.', user: true },
  { name: 'UNTILGREEN_MCP_TOKEN', says: 'Token that `untilgreen mcp --http` asks its clients for.', user: true },
  { name: 'UNTILGREEN_API_KEY', says: 'Key of the server that `models.*.base_url` names.' },
  { name: 'VLLM_URL, VLLM_MODEL', says: 'A vLLM server and its model.' },
  { name: 'OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL', says: 'OpenAI, or any server that speaks its protocol.' },
  { name: 'ANTHROPIC_API_KEY, ANTHROPIC_MODEL', says: 'Anthropic.' },
  { name: 'GOOGLE_API_KEY, GEMINI_API_KEY, GEMINI_MODEL', says: 'Google.' },
  { name: 'CODEGEN_MODEL_PATH', says: 'Folders with models, and model files, with colons between them.', user: true },
  { name: 'HF_TOKEN, HF_ENDPOINT', says: 'Key for gated models, and the hub to download from.', user: true },
  { name: 'HF_HOME, HF_HUB_CACHE, OLLAMA_MODELS, LLAMA_CACHE', says: 'Where other programs keep models.', user: true },
  { name: 'NO_COLOR', says: 'Set to anything: no colours and no live view.', user: true },
];

/** The variables as a Markdown table, for the documentation. */
export function variablesMarkdown(): string {
  const rows = [
    ...VARIABLES.map((v) => [`\`${v.name}\``, `\`${v.key}\``, v.flag ? `\`${v.flag}\`` : '', v.says]),
    ...OTHER_VARIABLES.map((v) => [v.name.split(', ').map((name) => `\`${name}\``).join(', '), '', '', `${v.says}${v.user ? ' Not read from a project’s `.env`.' : ''}`]),
  ];
  return [['Variable', 'Setting', 'Flag', 'Meaning'], ['---', '---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** The flag that gives a key, for the record of where a value came from. */
export function flagFor(key: string): string | undefined {
  return VARIABLES.find((v) => v.key === key)?.flag;
}
