import { asError, type ErrorCode } from '../core/errors.ts';
import type { RelativePath } from '../workspace/types.ts';
import type { Tool, ToolContext, ToolResult } from './types.ts';

/** A refusal: the tool did nothing, and says why and what to do next. */
export function refused(code: ErrorCode, message: string, data?: unknown): ToolResult<never> {
  return { ok: false, code, message, ...(data === undefined ? {} : { data }) };
}

/** A success; `changed` names the files it wrote, sorted and once each. */
export function done<D>(data: D, summary: string, changed?: readonly RelativePath[]): ToolResult<D> {
  return { ok: true, data, summary, ...(changed ? { changed: [...new Set(changed)].sort() } : {}) };
}

/** Declares a tool and makes its `run` safe: what it throws becomes a refusal with the error's code. */
export function defineTool<A>(tool: Tool<A>): Tool<A> {
  return {
    ...tool,
    async run(args: A, context: ToolContext): Promise<ToolResult> {
      try {
        context.signal?.throwIfAborted();
        return await tool.run(args, context);
      } catch (thrown) {
        const error = asError(thrown);
        return refused(error.code, error.message, Object.keys(error.data).length ? error.data : undefined);
      }
    },
  };
}
