import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { settingsSchema } from '../../src/config/schema.js';
/**
 * @example
 * const server = await startModelServer({ replies: [{ status: 429, headers: { 'retry-after': '0' } }, { json: { answer: 42 } }] });
 * const config = …; // with env { VLLM_URL: server.url }
 * await server.close();
 */
export async function startModelServer(options) {
    const requests = [];
    const all = [];
    const server = createServer((incoming, response) => {
        void handle(incoming, response).catch((error) => {
            if (!response.headersSent)
                response.writeHead(500);
            response.end(String(error));
        });
    });
    async function handle(incoming, response) {
        const pieces = [];
        for await (const piece of incoming)
            pieces.push(piece);
        const text = Buffer.concat(pieces).toString();
        const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
        const request = { method: incoming.method ?? 'GET', path, headers: incoming.headers, body: text ? JSON.parse(text) : undefined };
        all.push(request);
        const fail = (status, message, headers = {}) => {
            response.writeHead(status, { 'content-type': 'application/json', ...headers });
            response.end(JSON.stringify({ error: { message, type: 'error', code: status } }));
        };
        if (options.requireKey !== undefined && incoming.headers.authorization !== `Bearer ${options.requireKey}`)
            return fail(401, 'Invalid API key.');
        if (path === '/v1/models') {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify({ object: 'list', data: (options.models ?? ['test-model']).map((id) => ({ id, object: 'model' })) }));
            return;
        }
        if (path !== '/v1/chat/completions')
            return fail(404, `no ${path} here`);
        if (options.refuseSchema && request.body?.response_format?.type === 'json_schema') {
            requests.push(request);
            return fail(400, "response_format type 'json_schema' is not supported");
        }
        const n = replied;
        replied += 1;
        requests.push(request);
        if (options.countFile)
            writeFileSync(options.countFile, String(requests.length));
        const scripted = options.replies[n] ?? (options.repeat ? options.replies.at(-1) : undefined);
        if (scripted === undefined)
            return fail(500, `the script has no reply ${n + 1}`);
        await answer(typeof scripted === 'function' ? scripted(request, n) : scripted, request, n, response, fail);
    }
    let replied = 0;
    await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const { port } = server.address();
    return {
        url: `http://127.0.0.1:${port}/v1`,
        port,
        requests,
        all,
        close: () => new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        }),
    };
}
/** A configuration as the loader gives it, from an environment and settings of `models`. */
export function modelConfig(env, models = {}) {
    return { settings: settingsSchema.parse({ models }), origins: {}, files: [], env };
}
async function answer(reply, request, n, response, fail) {
    if (reply === 'hang')
        return;
    if (reply === 'reset')
        return void response.socket?.resetAndDestroy();
    if (reply === 'malformed') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('data: {"choices": [{"delta": {"content": "half\n\ndata: <html>\n\n');
        return;
    }
    if (reply.expect !== undefined && !JSON.stringify(request.body.messages).includes(JSON.stringify(reply.expect).slice(1, -1))) {
        return fail(418, `request ${n + 1} does not contain ${JSON.stringify(reply.expect)}`);
    }
    if (reply.status !== undefined && reply.status !== 200) {
        if (reply.body === undefined)
            return fail(reply.status, reply.error ?? `HTTP ${reply.status}`, reply.headers);
        response.writeHead(reply.status, { 'content-type': 'text/html', ...reply.headers });
        response.end(reply.body);
        return;
    }
    const content = reply.json !== undefined ? JSON.stringify(reply.json) : (reply.content ?? '');
    const calls = reply.tool_calls?.map((call, index) => ({
        index,
        id: `call_${index}`,
        type: 'function',
        function: { name: call.name, arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments) },
    }));
    const finish_reason = reply.finish_reason ?? (calls ? 'tool_calls' : 'stop');
    const counted = reply.usage ?? { prompt_tokens: Math.ceil(JSON.stringify(request.body.messages).length / 4), completion_tokens: Math.ceil(content.length / 4) };
    const usage = {
        prompt_tokens: counted.prompt_tokens,
        completion_tokens: counted.completion_tokens,
        total_tokens: counted.prompt_tokens + counted.completion_tokens,
        ...(counted.cached_tokens !== undefined ? { prompt_tokens_details: { cached_tokens: counted.cached_tokens } } : {}),
    };
    const common = { id: `chatcmpl-${n}`, created: 0, model: request.body.model };
    if (!request.body.stream) {
        response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
        const message = { role: 'assistant', content, ...(reply.reasoning ? { reasoning_content: reply.reasoning } : {}), ...(calls ? { tool_calls: calls } : {}) };
        response.end(JSON.stringify({ ...common, object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage }));
        return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
    const chunk = (delta, finish = null) => `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const size = reply.piece ?? 20;
    const deltas = [
        { role: 'assistant', content: '' },
        ...(reply.reasoning ? [{ reasoning_content: reply.reasoning }] : []),
        ...Array.from({ length: Math.ceil(content.length / size) }, (_, i) => ({ content: content.slice(i * size, (i + 1) * size) })),
        ...(calls ? [{ tool_calls: calls }] : []),
    ];
    for (const [index, delta] of deltas.entries()) {
        if (reply.break_after !== undefined && index >= reply.break_after) {
            const how = reply.break_with ?? 'reset';
            if (how === 'reset')
                response.socket?.resetAndDestroy();
            else if (how === 'end')
                response.end();
            else if (how === 'malformed')
                response.end('data: {"choices": [{]}\n\n');
            return;
        }
        if (reply.delay_ms)
            await new Promise((resolve) => setTimeout(resolve, reply.delay_ms));
        if (response.destroyed)
            return;
        response.write(chunk(delta));
    }
    response.write(chunk({}, finish_reason));
    response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
    response.end('data: [DONE]\n\n');
}
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
    const script = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
    const server = await startModelServer(Array.isArray(script) ? { replies: script } : script);
    console.log(server.url);
}
