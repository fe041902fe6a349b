import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { UntilgreenError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { reply } from './replay.ts';
import type { Exchange, Header, Tape } from './recording.ts';
import { readRecording, recordedRequest } from './recording.ts';
import { withoutSplitSecrets } from './split-secret.ts';

/**
 * Records every finished exchange, each made durable before its reply is used. An existing recording is continued: the exchanges of
 * the question that was open when the run was killed are answered from the file, so that the whole file replays as one run.
 *
 * Exchanges that never finished (reset, time-out, abort) are not recorded: the client repeats them with the same request.
 *
 * @param path   is created with mode 0600, for prompts hold the project's source
 * @param redact takes secrets out of a text
 * @throws `replay_missing` when `path` holds something that is no recording, `replay_mismatch` when it was made with other models; it is not touched
 */
export function recordTo(path: string, header: Header, redact: (text: string) => string): Tape & { earlier: Exchange[] } {
  const existing = readRecording(path);
  if (existing && canonicalJson(existing.header.models) !== canonicalJson(header.models)) {
    const names = (of: Header): string => [...new Set(of.models.map((m) => m.model))].join(', ');
    throw new UntilgreenError('replay_mismatch', `${path} was recorded with ${names(existing.header)}; it cannot be continued with ${names(header)} or other settings of the models.`, { path, recorded: existing.header.models, now: header.models }, 'Record to another file.');
  }
  const file = openSync(path, existing ? 'r+' : 'w', 0o600);
  let end = existing?.bytes ?? 0;
  const append = (value: unknown): void => {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let at = 0; at < line.length; ) at += writeSync(file, line, at, line.length - at, end + at);
    end += line.length;
    fsyncSync(file);
  };
  // What a kill left of a last line would swallow the next one.
  if (existing) ftruncateSync(file, end);
  else append(header);
  const earlier = existing?.exchanges ?? [];
  let open = lastQuestion(earlier);
  let key: string | undefined;
  return {
    earlier,
    begin(next) {
      key = next;
      if (open[0]?.key !== next) open = [];
    },
    through: (call, baseUrl) => async (input, init) => {
      const request = recordedRequest(input, init, baseUrl, redact);
      const kept = open.shift();
      if (kept && canonicalJson(kept.request) === canonicalJson(request)) return reply(kept);
      open = [];
      const response = await call(input, init);
      const record = (body: string): void =>
        append({
          key,
          request,
          response: { status: response.status, content_type: response.headers.get('content-type') ?? '', body: withoutSplitSecrets(redact(body), redact) },
        } satisfies Exchange);
      if (!response.body) {
        record('');
        return response;
      }
      return new Response(tee(response.body, record), { status: response.status, headers: response.headers });
    },
    skip(answered) {
      if (open[0]?.key === answered) open = [];
    },
    remaining: () => 0,
    close: () => closeSync(file),
  };
}

/** The exchanges of the question asked last, which may not have been finished; only a named question can be told apart. */
function lastQuestion(exchanges: Exchange[]): Exchange[] {
  const key = exchanges.at(-1)?.key;
  if (key === undefined) return [];
  const before = exchanges.findLastIndex((exchange) => exchange.key !== key);
  return exchanges.slice(before + 1);
}

/** Passes the body on and hands over the whole text before its end is seen. */
function tee(body: ReadableStream<Uint8Array>, whole: (text: string) => void): ReadableStream<Uint8Array> {
  const decoder = new TextDecoder();
  let text = '';
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        text += decoder.decode(piece, { stream: true });
        controller.enqueue(piece);
      },
      flush() {
        whole(text + decoder.decode());
      },
    }),
  );
}
