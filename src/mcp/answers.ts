import type { CallToolResult } from '@modelcontextprotocol/server';
import type { UntilgreenError } from '../core/errors.ts';
import { stripTerminalEscapes } from '../sandbox/host.ts';

/** Where the code of an error stands in a result, for programs: structured content has to fit the tool's own schema. */
export const ERROR_META = 'untilgreen/error';

/** A result: a text for people and models, and the same as data. */
export function answered(text: string, data: object, options: { isError?: boolean } = {}): CallToolResult {
  return {
    content: [{ type: 'text', text: stripTerminalEscapes(text) }],
    structuredContent: asJson(data),
    ...(options.isError ? { isError: true } : {}),
  };
}

/** A call that was refused or failed: the code first, then what failed and what to do next. */
export function failed({ code, message, data }: Pick<UntilgreenError, 'code' | 'message' | 'data'>): CallToolResult {
  return failure(code, message, data);
}

/** The same for codes of other jobs. */
export function failure(code: string, message: string, data: object = {}): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: stripTerminalEscapes(`${code}: ${message}`) }],
    _meta: { [ERROR_META]: asJson({ code, message, data }) },
  };
}

/** Without `undefined`, which JSON does not know. */
const asJson = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
