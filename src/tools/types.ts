import type { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { CheckReport, Language } from '../languages/types.ts';
import type { Models, Role } from '../models/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { OpenWorkbench, RelativePath } from '../workspace/types.ts';

export type Effect = 'read' | 'write' | 'execute';

/** What a person has to agree to before it happens. */
export interface ApprovalRequest {
  kind: 'apply' | 'test_change' | 'finding' | 'dependency' | 'plan' | 'tool';
  /** One line: what is asked. */
  subject: string;
  detail: Record<string, unknown>;
}
/** `pending`: nobody could be asked; the run waits and ends with exit 4. */
export type ApprovalAnswer = { answer: 'approved' | 'denied' | 'pending'; reason?: string };
export type Approve = (request: ApprovalRequest) => Promise<ApprovalAnswer>;

/** Everything a tool may touch. It has no other way to the files, the processes or the models. */
export interface ToolContext {
  bench: OpenWorkbench;
  sandbox: Sandbox;
  languages: readonly Language[];
  /** Absent where no model is configured; tools that need one are refused before a plan starts. */
  models?: Models;
  /** The user's request, for tools that ask a model. */
  goal?: string;
  /** Prefix of the model call keys of this step (`it1/s3`). */
  key?: string;
  /** Runs the project's checks; `files` narrows it where the framework can. */
  runChecks(options?: { files?: RelativePath[]; command?: string }): Promise<CheckReport[]>;
  approve: Approve;
  emit: Emit;
  signal?: AbortSignal;
  /** Text of a prompt, after the user's overrides. */
  prompt(name: string): Promise<string>;
  settings: { allowedDependenciesFile: string; maxFileBytes: number; commandTimeoutMs: number; blockOperations: boolean; formatter?: string };
}

export type ToolResult<D = unknown> =
  | { ok: true; data: D; summary: string; changed?: RelativePath[] }
  | { ok: false; code: ErrorCode; message: string; data?: unknown };

/** One tool: schema, effect, what it writes, and how to do it. Undo is the workbench's: what `writes` names is put back from the checkpoint before the step. */
export interface Tool<A = any> {
  name: string;
  aliases?: readonly string[];
  /** One sentence for the planner and for `tool list`. */
  description: string;
  effect: Effect;
  schema: z.ZodType<A>;
  /** The role it asks, if it asks a model. */
  role?: Role;
  /** Whether these arguments ask that role. Default: all do. */
  asksModel?(args: A): boolean;
  /** It uses nothing of the context but the signal: a registry runs it without a copy of the project, beside other work. */
  standalone?: boolean;
  /** Paths it will write, from the arguments alone: for validation, backups and parallel steps. `undefined`: unknown before it runs. */
  writes?(args: A): RelativePath[];
  /** Paths that must exist, from the arguments alone. */
  reads?(args: A): RelativePath[];
  /** What these arguments would do, in a sentence, looked up without changing anything: for dry runs. Default: told from `writes`. Refusals reject. */
  preview?(args: A, context: ToolContext): Promise<string | undefined>;
  /** Must not throw for what the arguments or files do; resolves to a refusal. */
  run(args: A, context: ToolContext): Promise<ToolResult>;
}
