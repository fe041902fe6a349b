import { asError } from '../core/errors.ts';
import { runTool } from '../tools/registry.ts';
import { openToolSession, type Applied, type ToolSessionOptions } from '../tools/session.ts';
import type { Tool, ToolResult } from '../tools/types.ts';

/** What `tool call` prints: the tool's own result, and what became of it in the user's directory. */
export type CallResult = ToolResult & Applied;

/**
 * Runs one tool on a project: in a private copy, whose change is then applied as a transaction that can be undone. A refusal, also
 * one of the apply, is a result; the directory is then untouched.
 *
 * Errors: those of the directory and of the configuration.
 */
export async function callTool(tool: Tool, args: unknown, options: ToolSessionOptions): Promise<CallResult> {
  const session = await openToolSession(options);
  try {
    return await session.work<ToolResult>((context) => runTool(tool, args, context));
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'conflict' && error.code !== 'path_unsafe') throw error;
    return { ok: false, code: error.code, message: error.message, data: error.data };
  } finally {
    await session.close();
  }
}
