import { statSync } from 'node:fs';
import { openCapabilities } from '../../capabilities/engine.ts';
import { EXIT } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { holdHttp, type HttpPlace } from '../../mcp/http-place.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { sandboxOptions } from '../../tools/later.ts';
import { usage } from '../arguments.ts';
import type { McpFlags } from '../mcp/grammar.ts';
import { openJobs } from '../mcp/jobs.ts';
import { configFor } from '../settings.ts';
import { cancelOnSignal } from '../signals.ts';
import { sayProgress } from '../terminal.ts';
import { describe } from '../view/describe.ts';
import { oneLine } from '../view/text.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 7373;
const MAX_PORT = 65_535;

/** `untilgreen mcp`: serves until the client goes, or Ctrl-C. Stdout belongs to the protocol; everything else goes to stderr. */
export async function mcp(options: McpFlags, product: string): Promise<number> {
  for (const flag of ['host', 'port', 'token'] as const) {
    if (!options.http && options[flag] !== undefined) throw usage(`--${flag} is for HTTP, and --http is not given.`, 'Add --http, or leave it out.');
  }
  for (const root of options.root ?? []) {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) throw usage(`--root ${root} is no directory.`, 'Name one that may be worked on, or leave it out.');
  }
  const http = options.http ? httpOf(options) : undefined;
  const { createService } = await import('../../mcp/service.ts');
  const config = await configFor(options);
  const sandbox = await openSandbox(sandboxOptions(config));
  const capabilities = await openCapabilities({ config, sandbox, onProgress: sayProgress });
  const onError = (error: Error): void => {
    if (options.verbose) sayProgress(oneLine(`mcp: ${error.message}`));
  };
  const jobs = await openJobs(options, { config, capabilities, sandbox });
  const service = createService({
    ...jobs, product, sandboxed: sandbox.guarantees.rung !== 'none', onError,
    ...(options.root && { roots: options.root }),
    say: (event) => told(event, options.verbose === true),
  });
  const { signal, release } = cancelOnSignal(() => sayProgress('Stopping; what is finished is kept. Once more ends it at once.'));
  try {
    if (http) {
      const { serveHttp } = await import('../../mcp/http.ts');
      const server = await serveHttp(service, { ...http, onError });
      sayProgress(`Serving MCP at ${server.url}${http.token === undefined ? '' : ', with a token'}. Ctrl-C ends it.`);
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await server.close();
    } else {
      const { serveStdio } = await import('../../mcp/stdio.ts');
      await serveStdio(service, { signal, onError });
    }
    return EXIT.green;
  } finally {
    await service.close();
    await jobs.close();
    await capabilities.close();
    release();
  }
}

function httpOf({ host = DEFAULT_HOST, port, token = process.env['UNTILGREEN_MCP_TOKEN'] }: McpFlags): HttpPlace {
  if (port !== undefined && (!/^\d+$/.test(port) || Number(port) > MAX_PORT)) throw usage(`--port ${port}: expected a number from 0 to ${MAX_PORT}.`);
  const place = { host, port: port === undefined ? DEFAULT_PORT : Number(port), ...(token ? { token } : {}) };
  holdHttp(place);
  return place;
}

/** An event as a line of progress, and on stderr where that is wanted. */
function told(event: RunEvent, verbose: boolean): string | undefined {
  const line = describe(event)?.text;
  if (verbose && line) sayProgress(line);
  return line;
}
