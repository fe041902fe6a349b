import { readFileSync } from 'node:fs';
import { askEvents } from '../../capabilities/ask/events.ts';
import { openCapabilities } from '../../capabilities/engine.ts';
import type { AskOptions, Capabilities } from '../../capabilities/interfaces.ts';
import type { AskResult } from '../../capabilities/types.ts';
import { EXIT } from '../../core/errors.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import { usage } from '../arguments.ts';
import { converse } from '../ask/chat.ts';
import type { AskFlags } from '../ask/grammar.ts';
import { exitCodeOf } from '../ask/outcome.ts';
import { tell } from '../ask/tell.ts';
import { configFor, recordingOf } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { canAsk, chooseView, print, printJson, sayProgress } from '../terminal.ts';
import { oneLine } from '../view/text.ts';

/** `untilgreen ask`: the answer goes to stdout, how it came about to stderr. */
export async function ask(words: readonly string[], options: AskFlags): Promise<number> {
  const request = requestOf(words, options);
  const language = options.lang === undefined ? undefined : functionLanguage(options.lang).name;
  const files = recordingOf(options);
  const config = await configFor({ ...options, toolsDir: options.toolsDir });
  const capabilities = await openCapabilities({ config, ...files, ...(options.quiet ? {} : { onProgress: sayProgress }) });
  const settings: AskOptions = { make: options.make, ...(language ? { language } : {}) };
  try {
    if (options.unfinished) return await listUnfinished(capabilities, options);
    if (options.resume !== undefined && options.resume !== false) return await resumed(capabilities, options);
    if (request === undefined) return await converse(capabilities, settings, options);
    const code = await answered(request, options, (call) => capabilities.ask(request, { ...settings, ...call }).then((result) => [result]));
    if (code !== EXIT.cancelled) await tellUnfinished(capabilities, options);
    return code;
  } finally {
    await capabilities.close();
  }
}

function requestOf(words: readonly string[], options: AskFlags): string | undefined {
  const text = words.join(' ').trim();
  if (options.resume !== undefined && options.resume !== false && text !== '') throw usage('--resume goes on with a request that was asked before; leave the new one out.');
  if (text === '-') return readFileSync(0, 'utf8').trim();
  if (text !== '' || options.resume || options.unfinished) return text === '' ? undefined : text;
  if (!canAsk(options)) throw usage('There is no request.', 'Give one in quotes: untilgreen ask "What is 15 percent of 300?", or - for standard input.');
  return undefined;
}

/** Runs requests to their answers, with progress and signals. */
async function answered(request: string, options: AskFlags, work: (call: Pick<AskOptions, 'signal' | 'emit'>) => Promise<AskResult[]>): Promise<number> {
  const view = chooseView(options, { request });
  const emit = askEvents((event) => view.event(event));
  const { signal, release } = cancelOnSignal(() => {
    view.pause();
    if (!options.quiet) process.stderr.write('Stopping; what is finished is kept. Once more ends it at once.\n');
    view.resume();
  });
  try {
    const results = await work({ signal, emit });
    view.close();
    for (const result of results) tell(result, options);
    return Math.max(EXIT.green, ...results.map(exitCodeOf));
  } finally {
    release();
    view.close();
  }
}

async function resumed(capabilities: Capabilities, options: AskFlags): Promise<number> {
  const id = typeof options.resume === 'string' ? options.resume : undefined;
  if (id === undefined && (await capabilities.unfinished()).length === 0) {
    if (!options.quiet) process.stderr.write('No request was interrupted.\n');
    return EXIT.green;
  }
  return answered(id ?? '', options, (call) => capabilities.resume(id, call));
}

async function listUnfinished(capabilities: Capabilities, { json }: AskFlags): Promise<number> {
  const open = await capabilities.unfinished();
  if (json) printJson(open);
  else for (const { id, request } of open) print(`${id}  ${oneLine(request)}`);
  return EXIT.green;
}

/** Requests of earlier processes that ended in the middle. */
async function tellUnfinished(capabilities: Capabilities, { quiet, json }: AskFlags): Promise<void> {
  if (quiet || json) return;
  const open = await capabilities.unfinished();
  if (open.length > 0) process.stderr.write(`${open.length === 1 ? `The request "${oneLine(open[0]!.request)}" was interrupted` : `${open.length} requests were interrupted`}; go on: untilgreen ask --resume\n`);
}
