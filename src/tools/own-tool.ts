import { z } from 'zod';
import { asError, ERROR_EXIT, UntilgreenError } from '../core/errors.ts';
import { argumentsSchema } from './arguments.ts';
import { refused } from './outcome.ts';
import { shortened } from './text.ts';
import type { Effect, Tool, ToolContext, ToolResult } from './types.ts';

/** A tool as a program registers it. */
export interface OwnTool<A = any> extends Pick<Tool<A>, 'aliases' | 'role' | 'standalone' | 'writes' | 'reads'> {
  /** Letters, digits, `_` and `-`, at most 64: what every function calling interface takes. */
  name: string;
  /** One sentence for the model and for people. */
  description: string;
  /** An object schema; arguments that do not fit are refused before `run`. Strict objects also refuse arguments they do not know. */
  schema: z.ZodType<A>;
  /** What it may do. Default `execute`, the one of which nothing is known. */
  effect?: Effect;
  /**
   * Does the work. Its value becomes the result's `data`; a `ToolResult` is taken as it is. What it throws becomes a refusal: an
   * `UntilgreenError` with its own code, anything else `tool_failed`.
   */
  run(args: A, context: ToolContext): unknown;
}

/** Names that OpenAI's and Anthropic's function calling take. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** Characters of a value in the one-line summary. */
const SUMMARY = 200;

/**
 * A tool from what a program gives: its results and errors become `ToolResult`s.
 * @throws `bad_arguments` for a name that function calling does not take, no description, or a schema that is not one of an object
 */
export function toolFrom<A>(own: OwnTool<A>): Tool<A> {
  const bad = (what: string, next: string): UntilgreenError => new UntilgreenError('bad_arguments', what, { name: own.name }, next);
  if (!NAME.test(own.name)) throw bad(`Expected the name of a tool, got ${JSON.stringify(own.name)}.`, 'Use 1 to 64 letters, digits, "_" and "-".');
  if (own.description.trim() === '') throw bad(`The tool ${own.name} has no description.`, 'Say in one sentence what it does: a model chooses by it.');
  // What was made by another major version of zod is a stranger too: this one cannot read it.
  if (!(own.schema instanceof z.core.$ZodType)) throw bad(`The schema of ${own.name} is not one of zod 4.`, 'Use z.object or z.strictObject; tools of which there is only a JSON schema join as those of an MCP server.');
  const tool: Tool<A> = { ...own, effect: own.effect ?? 'execute', run: (args, context) => outcomeOf(own, args, context) };
  const { type } = argumentsSchema(tool);
  if (type !== undefined && type !== 'object') throw bad(`The schema of ${own.name} is one of ${type}.`, 'Arguments have names: use z.object or z.strictObject.');
  return tool;
}

async function outcomeOf<A>(own: OwnTool<A>, args: A, context: ToolContext): Promise<ToolResult> {
  let value: unknown;
  try {
    value = await own.run(args, context);
  } catch (thrown) {
    if (context.signal?.aborted) return refused('cancelled', `${own.name} was cancelled.`);
    const error = asError(thrown);
    return refused(error.code === 'internal' ? 'tool_failed' : error.code, `${own.name}: ${error.message}`, Object.keys(error.data).length ? error.data : undefined);
  }
  if (isToolResult(value)) return value;
  const json = asJson(value);
  if (json === undefined) return refused('tool_failed', `${own.name} gave a value that is not JSON. Return plain objects, arrays, texts, numbers, booleans or null.`);
  return { ok: true, data: value ?? null, summary: shortened(typeof value === 'string' ? value : json, SUMMARY) };
}

function isToolResult(value: unknown): value is ToolResult {
  if (value === null || typeof value !== 'object') return false;
  const { ok, summary, code, message } = value as Record<string, unknown>;
  if (ok === true) return 'data' in value && typeof summary === 'string';
  return ok === false && typeof code === 'string' && Object.hasOwn(ERROR_EXIT, code) && typeof message === 'string';
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value ?? null);
  } catch {
    // A cycle or a bigint: no JSON, which is the answer.
    return undefined;
  }
}
