import { z } from 'zod';
import { mcpSettings } from './mcp.ts';

const modelSettings = z.strictObject({
  /** `openai-compatible` (any server), `openai`, `anthropic`, `google`. */
  provider: z.enum(['openai-compatible', 'openai', 'anthropic', 'google']).optional(),
  model: z.string().min(1).optional(),
  /** With or without `/v1`. */
  base_url: z.url().optional(),
  /** Name of the environment variable that holds the key; the key itself never stands in a file. */
  api_key_env: z.string().optional(),
  /** How functions are sampled: `chat` with its template, `completion` of plain text for base models; `auto` by what the model is. */
  api: z.enum(['auto', 'chat', 'completion']).optional(),
  temperature: z.number().min(0).max(2).optional(),
  max_output_tokens: z.int().positive().optional(),
  /** US dollars per million tokens, for models whose price is not known. */
  price_input: z.number().nonnegative().optional(),
  price_output: z.number().nonnegative().optional(),
});
export type ModelSettings = z.infer<typeof modelSettings>;

/** The whole configuration. Every key has a default; unknown keys are errors that name the nearest known one. */
export const settingsSchema = z.strictObject({
  models: z
    .strictObject({
      default: modelSettings.prefault({}),
      planner: modelSettings.optional(),
      coder: modelSettings.optional(),
      tester: modelSettings.optional(),
      reflector: modelSettings.optional(),
      responder: modelSettings.optional(),
      embedding: modelSettings.optional(),
      /** Milliseconds until the first byte, and between two pieces of a stream. */
      timeout_ms: z.int().positive().default(300_000),
      max_retries: z.int().min(0).max(10).default(4),
      /** Tokens a prompt may hold. */
      context_tokens: z.int().min(2_000).default(32_000),
    })
    .prefault({}),
  orchestrator: z
    .strictObject({
      max_iterations: z.int().min(1).max(1_000).default(15),
      max_plan_steps: z.int().min(1).max(500).default(60),
    })
    .prefault({}),
  circuit_breaker: z
    .strictObject({
      warning_threshold: z.int().min(1).default(12),
      hard_stop: z.int().min(1).default(15),
    })
    .prefault({}),
  budget: z
    .strictObject({
      tokens: z.int().positive().optional(),
      /** US dollars. */
      cost: z.number().positive().optional(),
      minutes: z.number().positive().optional(),
    })
    .prefault({}),
  apply: z.enum(['green', 'ask', 'never']).default('green'),
  checks: z.array(z.string().refine((command) => command.trim() !== '', 'a text that is not empty')).default([]),
  sandbox: z
    .strictObject({
      mode: z.enum(['auto', 'none']).default('auto'),
      min_rung: z.enum(['A', 'B', 'C', 'D', 'M']).default('D'),
      wall_seconds: z.number().positive().default(600),
      memory_mb: z.int().positive().default(4_096),
      processes: z.int().positive().default(512),
      disk_mb: z.int().positive().default(2_048),
      output_kb: z.int().positive().default(1_024),
    })
    .prefault({}),
  safety: z
    .strictObject({
      block_operations: z.boolean().default(true),
      allowed_deps: z.string().default('allowed_deps.json'),
    })
    .prefault({}),
  verify: z
    .strictObject({
      baseline_runs: z.int().min(1).max(5).default(2),
      /** With `true` a run is green only with proof: a red test turned green, or a new test seen red. */
      require_proof: z.boolean().default(false),
      /** Tests that are known to fail and do not count, as `*` patterns over `check :: test id`. Named in every receipt. */
      known_failures: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  memory: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** `auto`: MiniLM where it is cached or can be fetched, else hashed n-grams. */
      embedder: z.enum(['auto', 'minilm', 'ngram', 'server']).default('auto'),
    })
    .prefault({}),
  capabilities: z
    .strictObject({
      /** Folder of the library; default `tools` in the data directory. A relative one is taken from where it is said. */
      tools_dir: z.string().min(1).optional(),
      /** How likely a tool has to serve a request to be taken without asking, 0 to 1: a measured probability, not a cosine. */
      similarity_threshold: z.number().min(0).max(1).default(0.75),
      /** Language of new tools where a request names none. */
      language: z.enum(['python', 'javascript', 'typescript', 'go']).default('python'),
      /** Share of mutants that a tool's cases must notice. */
      mutation_score: z.number().min(0).max(1).default(0.75),
      /** Most implementations that are written for one tool. */
      candidates: z.int().min(3).max(50).default(9),
      /** Days without a use after which a rarely used tool is archived. */
      archive_days: z.int().min(1).default(30),
    })
    .prefault({}),
  mcp: mcpSettings,
  format: z.strictObject({ python: z.enum(['project', 'ruff', 'black', 'none']).default('project'), javascript: z.enum(['project', 'oxfmt', 'none']).default('project') }).prefault({}),
  workspace: z
    .strictObject({
      max_file_mb: z.number().positive().default(10),
      max_copy_mb: z.number().positive().default(1_024),
      /** Further ignore patterns, gitignore syntax. */
      ignore: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** Files whose text replaces a built-in prompt, by prompt name: `planner: prompts/planner.md`. */
  prompts: z.record(z.string(), z.string()).default({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

/** Settings after defaults. */
export type Settings = z.infer<typeof settingsSchema>;

/** Where a value came from, strongest first. */
export type Source = 'flag' | 'env' | 'dotenv' | 'project' | 'user' | 'default';

export interface LoadedConfig {
  settings: Settings;
  /** Dotted key to where it came from: `models.default.model` → `env VLLM_MODEL`. */
  origins: Record<string, { source: Source; name?: string }>;
  /** Config files that were read. */
  files: string[];
  /** Process environment with the project's `.env` beneath it: what model discovery reads. */
  env: Record<string, string | undefined>;
  /** Things the user should know and that are no error: a mistyped variable, a value that was left alone. */
  notices?: string[];
}
