import type { CallToolResult, InputRequiredResult, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { Engine } from '../agent/types.ts';
import type { Capabilities, Library } from '../capabilities/interfaces.ts';
import type { Settings } from '../config/schema.ts';
import type { Emit, RunEvent } from '../core/events.ts';
import type { FunctionOptions, FunctionResult, FunctionTask } from '../functions/types.ts';
import type { CodeResult, CodeRunOptions } from '../sandbox/code/types.ts';

/** What of the ask job is offered. */
export type Tools = Pick<Capabilities, 'ask' | 'make' | 'search' | 'use' | 'onChange'> & { library: Pick<Library, 'list' | 'read' | 'revision'> };

/** The jobs behind the tools. They come in from outside: a server starts none by itself. */
export interface McpJobs {
  capabilities: Tools;
  /**
   * The goal job with the settings of a directory, opened for one call and closed after it, and when it applies: as the call wants, or
   * more strictly where the user's settings say so.
   */
  openEngine(directory: string, options: { apply: Settings['apply'] }): Promise<{ engine: Engine; apply: Settings['apply'] }>;
  /** Runs of this machine, for their receipts. */
  runs: Pick<Engine, 'history' | 'show'>;
  writeFunction(task: FunctionTask, options: Partial<FunctionOptions>, call: { signal: AbortSignal; emit: Emit }): Promise<FunctionResult>;
  runCode(code: string, options: CodeRunOptions): Promise<CodeResult>;
}

export interface ServiceOptions extends McpJobs {
  /** Version of the product. */
  product: string;
  /** False where commands run without a sandbox, as the user asked: then no tool claims that it changes nothing. */
  sandboxed: boolean;
  /** Directories that may be worked on; without them those that a client on standard streams names, else `cwd`. */
  roots?: readonly string[];
  /** Default: the process's working directory. */
  cwd?: string;
  /** An event in a line for people; undefined for those that say nothing. */
  say(event: RunEvent): string | undefined;
  /** What goes wrong beside the calls. */
  onError?(error: Error): void;
}

/** What a client can be asked while a call is under way. */
export interface ClientAbilities {
  /** It shows its user a form. */
  elicits: boolean;
  /** It names the directories that it works on, and is trusted with that. */
  roots: boolean;
}

/** One call of a tool: how it is told of, ended and asked about. */
export interface Call {
  signal: AbortSignal;
  client: ClientAbilities;
  /** Events of the job, which the client hears of where it asked for progress. */
  onEvent(event: RunEvent): void;
  emit: Emit;
  /** What the client answered to questions of an earlier round of this call. */
  responses: Record<string, unknown> | undefined;
  /** What an earlier round of this call handed on, signed by this process. */
  state: CallState | undefined;
  /** Seals a state for the next round. */
  seal(state: CallState): Promise<string>;
}

/** A run that waits for approvals, and what of them the user was shown. */
export interface CallState {
  run: string;
  directory: string;
  shown: string[];
}

export type Answer = CallToolResult | InputRequiredResult;

/** A tool of the product itself. */
export interface BuiltIn<A = any> {
  name: string;
  title: string;
  description: string;
  schema: z.ZodType<A>;
  result: z.ZodType;
  annotations: ToolAnnotations;
  run(args: A, call: Call): Promise<Answer>;
}
