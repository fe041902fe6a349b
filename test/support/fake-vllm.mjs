#!/usr/bin/env node
// Takes the words of `vllm serve DIR --port N` or `llama-server -m FILE --port N` and answers as such a server does, without a model.
// FAKE_SERVER: `dies` (at once, with a reason), `silent` (never listens), `closed` (wants a key), else it works.
// FAKE_PIDS: file to which its process id and that of a helper it starts are appended, one a line.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const words = process.argv.slice(2);
const after = (word) => words[words.indexOf(word) + 1];
const model = words.includes('-m') ? after('-m') : words[words.indexOf('serve') + 1];
const { FAKE_SERVER: how, FAKE_PIDS: pids } = process.env;
console.error(`loading ${model}`);
if (how === 'dies') {
  console.error('ValueError: Model architectures [...] are not supported for now.');
  process.exit(3);
}
if (pids) {
  const helper = spawn('sleep', ['600']);
  appendFileSync(pids, `${process.pid}\n${helper.pid}\n`);
}
if (how === 'silent') setInterval(() => console.error('still loading'), 50);
else {
  createServer(async (request, response) => {
    if (how === 'closed') return void response.writeHead(401).end();
    if (request.url === '/v1/models') return void response.end(JSON.stringify({ data: [{ id: model }, { id: 'embedding-model' }] }));
    let body = '';
    for await (const piece of request) body += piece;
    const { stream, messages } = JSON.parse(body || '{}');
    if (!stream || (messages && how === 'base')) return void response.writeHead(400).end(JSON.stringify({ error: { message: 'default chat template is no longer allowed, so you must provide a chat template' } }));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = how === 'mute' ? '' : 'return a + b';
    const send = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    send({ choices: [{ index: 0, ...(messages ? { delta: { content: text } } : { text }), finish_reason: 'stop' }] });
    send({ choices: [], usage: { prompt_tokens: 30, completion_tokens: 5 } });
    response.end('data: [DONE]\n\n');
  }).listen(Number(after('--port')), '127.0.0.1');
}
