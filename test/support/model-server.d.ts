import type { IncomingHttpHeaders } from 'node:http';
import type { LoadedConfig, ModelSettings } from '../../src/config/schema.ts';
/**
 * A scripted OpenAI-compatible model server on the loopback, streaming and not, for tests of everything that talks to a model.
 *
 * As a process: `node --import tsx test/support/model-server.ts SCRIPT.json` prints its URL as the first line. SCRIPT.json is a list of
 * replies, or `{replies, repeat, models, requireKey, countFile, port}`. `countFile` holds the number of chat requests so far.
 */
export type Reply = 
/** The connection stays open and silent. */
'hang'
/** The connection is cut before an answer. */
 | 'reset'
/** A stream that is no JSON. */
 | 'malformed' | {
    /** The reply's text. */
    content?: string;
    /** The reply's text, given as a value. */
    json?: unknown;
    /** Sent as `reasoning_content` before the text. */
    reasoning?: string;
    tool_calls?: {
        name: string;
        arguments: unknown;
    }[];
    /** An HTTP status that is no success, with `error` as its message (default: the status) or `body` as it is. */
    status?: number;
    error?: string;
    body?: string;
    headers?: Record<string, string>;
    /** Characters in one piece of the stream; default 20. */
    piece?: number;
    /** Milliseconds before each piece; default 0. */
    delay_ms?: number;
    /** After this many pieces the connection is cut (`reset`), ended without a finish (`end`), goes silent (`hang`) or sends rubbish (`malformed`). */
    break_after?: number;
    break_with?: 'reset' | 'end' | 'hang' | 'malformed';
    /** Default `stop`. */
    finish_reason?: string;
    usage?: {
        prompt_tokens: number;
        completion_tokens: number;
        cached_tokens?: number;
    };
    /** The request must contain this text, or it is answered with HTTP 418: keeps a script in step with what asks. */
    expect?: string;
};
export interface ServerRequest {
    method: string;
    path: string;
    headers: IncomingHttpHeaders;
    /** Parsed JSON; undefined without a body. */
    body: any;
}
export interface ModelServerOptions {
    replies: (Reply | ((request: ServerRequest, n: number) => Reply))[];
    /** The last reply answers every further request; without it they get HTTP 500. */
    repeat?: boolean;
    /** Ids of `GET /v1/models`; default `['test-model']`. */
    models?: string[];
    /** Bearer key without which everything is HTTP 401. */
    requireKey?: string;
    /** `json_schema` is refused with HTTP 400, as by servers without structured output. */
    refuseSchema?: boolean;
    /** File that holds the number of chat requests. */
    countFile?: string;
    /** Default: a free one. */
    port?: number;
}
export interface ModelServer {
    /** `http://127.0.0.1:PORT/v1` */
    url: string;
    port: number;
    /** Chat requests in order. */
    requests: ServerRequest[];
    /** All requests, `GET /v1/models` included. */
    all: ServerRequest[];
    close(): Promise<void>;
}
/**
 * @example
 * const server = await startModelServer({ replies: [{ status: 429, headers: { 'retry-after': '0' } }, { json: { answer: 42 } }] });
 * const config = …; // with env { VLLM_URL: server.url }
 * await server.close();
 */
export declare function startModelServer(options: ModelServerOptions): Promise<ModelServer>;
/** A configuration as the loader gives it, from an environment and settings of `models`. */
export declare function modelConfig(env: Record<string, string | undefined>, models?: {
    [role: string]: ModelSettings | number | undefined;
}): LoadedConfig;
