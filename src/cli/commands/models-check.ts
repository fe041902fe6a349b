import { fileURLToPath } from 'node:url';
import { EXIT, UntilgreenError } from '../../core/errors.ts';
import { normalizeBaseUrl, publicUrl } from '../../models/base-url.ts';
import type { Checked } from '../../models/files/check/types.ts';
import { rate } from '../../models/files/check/types.ts';
import type { FoundModel } from '../../models/files/types.ts';
import { isLocal, localPath } from '../../models/local-url.ts';
import { usage } from '../arguments.ts';
import { servedModels } from '../model-servers.ts';
import { bytesText, progressLine, timeText, type ProgressLine } from '../progress-line.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { colors, print, printJson } from '../terminal.ts';
import { oneLine } from '../view/text.ts';
import { describeFacts, rootsOf, type ModelsOptions } from './models.ts';

export interface CheckOptions extends ModelsOptions {
  baseUrl?: string;
  server?: string;
}

/** What was checked, and how it was reached. */
interface Outcome {
  name: string;
  found?: FoundModel;
  /** `in process`, `vLLM`, `http://127.0.0.1:8000/v1` */
  by: string;
  checked: Checked;
}

/**
 * `untilgreen models check [NAME|PATH]`: loads the model (a GGUF file into this process, a snapshot through a server that is started
 * for it and stopped again, a server's by asking it), has it answer once, and prints speed and memory. Without a name: the model
 * that a run would use. Errors end it with 8 and say why.
 */
export async function modelsCheck(name: string | undefined, options: CheckOptions): Promise<number> {
  const line = progressLine(options);
  const { signal, release } = cancelOnSignal(() => line.clear());
  try {
    const outcome = await checked(name, options, line, signal);
    line.clear();
    if (options.json) printJson(asJson(outcome), 2);
    else printOutcome(outcome);
    return EXIT.green;
  } finally {
    line.clear();
    release();
  }
}

async function checked(name: string | undefined, options: CheckOptions, line: ProgressLine, signal: AbortSignal): Promise<Outcome> {
  if (options.baseUrl !== undefined) {
    if (options.server !== undefined) throw usage('--base-url and --server exclude each other: one names a server that runs, the other one to be started.');
    return overHttp(await servedBy(options.baseUrl, name, options, signal), signal);
  }
  const find = { env: process.env, roots: await rootsOf(options) };
  if (name === undefined) return theUsual(options, line, signal);
  const { findModel, unknownModel } = await import('../../models/files/find.ts');
  const found = await findModel(name, find);
  if (found) return ofFiles(found, options, line, signal);
  const served = (await servedModels(options, signal)).find(({ models }) => models.includes(name));
  if (!served) throw await unknownModel(name, find);
  return overHttp({ baseUrl: served.address, model: name, via: served.via, ...(served.apiKey === undefined ? {} : { apiKey: served.apiKey }) }, signal);
}

/** The model that a run would use: settings, environment, the usual ports. */
async function theUsual(options: CheckOptions, line: ProgressLine, signal: AbortSignal): Promise<Outcome> {
  const { discoverModels } = await import('../../models/discover.ts');
  const { coder } = await discoverModels(await configFor(options), { signal });
  // The folder of a snapshot is named by its address until a server runs for it.
  const path = isLocal(coder.baseUrl) ? localPath(coder.baseUrl) : coder.baseUrl.startsWith('file:') ? fileURLToPath(coder.baseUrl) : undefined;
  if (path !== undefined) {
    const { look } = await import('../../models/files/look.ts');
    return ofFiles(await look({ path, name: coder.model, via: 'path' }), options, line, signal);
  }
  if (coder.provider !== 'openai-compatible' && coder.provider !== 'openai') {
    throw usage(`The model that is configured, ${coder.model}, is a hosted one of ${coder.provider}.`, '`untilgreen models check` is for models on this machine and servers that speak the OpenAI protocol; name one.');
  }
  return overHttp({ baseUrl: coder.baseUrl, model: coder.model, via: coder.via, ...(coder.apiKey === undefined ? {} : { apiKey: coder.apiKey }) }, signal);
}

type Endpoint = Parameters<(typeof import('../../models/files/check/over-http.ts'))['checkOverHttp']>[0];

/** The server at an address and one of its models: the one that was named, else its first. */
async function servedBy(address: string, name: string | undefined, options: CheckOptions, signal: AbortSignal): Promise<Endpoint> {
  if (!URL.canParse(address) && !URL.canParse(`http://${address}`)) throw usage(`--base-url ${address} is not a URL.`, 'Give it as http://host:port/v1.');
  const baseUrl = normalizeBaseUrl(address);
  const server = (await servedModels({ ...options, baseUrl }, signal)).find((one) => one.address === baseUrl);
  if (server?.problem) throw server.problem;
  const models = server?.models ?? [];
  if (name !== undefined && models.length > 0 && !models.includes(name)) {
    throw new UntilgreenError('no_model', `The server ${publicUrl(baseUrl)} has no model '${name}'; it has ${models.slice(0, 10).join(', ')}${models.length > 10 ? ', …' : ''}.`, { baseUrl: publicUrl(baseUrl), name, models });
  }
  const model = name ?? models[0];
  if (model === undefined) throw new UntilgreenError('no_model', `The server ${publicUrl(baseUrl)} lists no models.`, { baseUrl: publicUrl(baseUrl) }, 'Name one: untilgreen models check NAME --base-url URL');
  return { baseUrl, model, via: '--base-url', ...(server?.apiKey === undefined ? {} : { apiKey: server.apiKey }) };
}

async function overHttp(endpoint: Endpoint, signal: AbortSignal): Promise<Outcome> {
  const { checkOverHttp } = await import('../../models/files/check/over-http.ts');
  return { name: endpoint.model, by: publicUrl(endpoint.baseUrl), checked: answering(await checkOverHttp(endpoint, { signal }), endpoint.model) };
}

async function ofFiles(found: FoundModel, options: CheckOptions, line: ProgressLine, signal: AbortSignal): Promise<Outcome> {
  const { unfit } = await import('../../models/serve/plan.ts');
  if (found.facts.unfit !== undefined) throw unfit(found);
  line.show(`Loading ${found.name} (${bytesText(found.facts.bytes)})`);
  if (found.kind === 'gguf' && options.server === undefined) {
    const { checkInProcess } = await import('../../models/files/check/in-process.ts');
    return { name: found.name, found, by: 'in process', checked: await checkInProcess(found.path, { signal, onProgress: (text) => line.show(text) }) };
  }
  const [{ serveSnapshot }, { checkOverHttp }] = await Promise.all([import('../../models/serve/serve.ts'), import('../../models/files/check/over-http.ts')]);
  const served = await serveSnapshot(found, {
    env: process.env, signal, ...(options.server === undefined ? {} : { server: options.server }),
    onProgress: ({ step, seconds, line: said }) => line.show(`${step === 'convert' ? 'Converting' : 'Starting the server'}, ${timeText(seconds)}${said === undefined ? '' : `: ${said}`}`),
  });
  try {
    const checked = await checkOverHttp({ baseUrl: served.baseUrl, model: served.model, via: served.server }, { form: found.facts.chat ? 'chat' : 'completion', signal });
    return { name: found.name, found, by: served.server, checked: answering({ ...checked, loadSeconds: served.seconds, peakBytes: await served.peakBytes() }, found.name) };
  } finally {
    await served.stop();
  }
}

function answering(checked: Checked, name: string): Checked {
  if (checked.text.trim() === '') throw new UntilgreenError('model_refused', `${name} answered, and with no text.`, { model: name }, 'It may be damaged, of another kind than its files say, or the server spent all tokens on thinking.');
  return checked;
}

function asJson({ name, found, by, checked }: Outcome): Record<string, unknown> {
  const { promptTokens, promptSeconds, replyTokens, replySeconds, ...rest } = checked;
  return {
    ok: true, name, by, ...(found && { path: found.path, kind: found.kind, ...found.facts }), ...rest,
    prompt: { tokens: promptTokens, seconds: promptSeconds, tokensPerSecond: rate(promptTokens, promptSeconds) },
    reply: { tokens: replyTokens, seconds: replySeconds, tokensPerSecond: rate(replyTokens, replySeconds) },
  };
}

function printOutcome({ name, found, by, checked }: Outcome): void {
  const { form, text, loadSeconds, promptTokens, promptSeconds, replyTokens, replySeconds, peakBytes } = checked;
  const row = (title: string, value: string) => print(`  ${title.padEnd(8)} ${value}`);
  const speed = (tokens: number | undefined, seconds: number) => {
    const perSecond = rate(tokens, seconds);
    return `${tokens ?? '?'} tokens in ${seconds.toFixed(2)} s${perSecond === undefined ? '' : `, ${perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond)} tokens/s`}`;
  };
  print(`${colors.green('ok')} ${colors.bold(oneLine(name))}${found ? ` (${oneLine(describeFacts(found.facts))})` : ''}`);
  if (found) row('file', oneLine(found.path));
  row('by', `${by}${loadSeconds === undefined ? '' : `, loaded in ${loadSeconds.toFixed(2)} s`}`);
  row('form', form === 'chat' ? 'chat' : 'completion: it has no chat template and continues text');
  row('prompt', speed(promptTokens, promptSeconds));
  row('reply', speed(replyTokens, replySeconds));
  row('memory', peakBytes === undefined ? 'the server’s own' : `${bytesText(peakBytes)} at most${by === 'in process' ? ', this process' : ''}`);
  row('said', JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text));
}
