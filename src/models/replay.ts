import { createTwoFilesPatch } from 'diff';
import { UntilgreenError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Exchange, Header, RecordedRequest, Tape } from './recording.ts';
import { readRecording, recordedRequest } from './recording.ts';

/** Lines of the difference that an error shows. */
const DIFF_LINES = 20;

/**
 * Replays a recording in strict order: each request must equal the recorded one, and nothing is sent anywhere.
 *
 * @throws `replay_missing` when the file is missing or no recording
 */
export function replayFrom(path: string, redact: (text: string) => string): Tape & { header: Header } {
  const recording = readRecording(path);
  if (!recording) throw new UntilgreenError('replay_missing', `There is no recording at ${path}.`, { path }, 'Make one with --record FILE.');
  const { header, exchanges } = recording;
  let at = 0;
  let key: string | undefined;
  return {
    header,
    begin(next) {
      key = next;
    },
    through: (_call, baseUrl) => async (input, init) => {
      if (init?.signal?.aborted) throw init.signal.reason as Error;
      const request = recordedRequest(input, init, baseUrl, redact);
      const expected = exchanges[at];
      const question = key === undefined ? '' : ` (${key})`;
      if (!expected) {
        throw new UntilgreenError('replay_missing', `Request ${at + 1}${question} is not in the recording ${path}, which ends after ${exchanges.length}.\n${show(undefined, request)}`, { path, request: at + 1, key, recorded: exchanges.length });
      }
      if (canonicalJson(expected.request) !== canonicalJson(request)) {
        const difference = show(expected.request, request);
        throw new UntilgreenError('replay_mismatch', `Request ${at + 1}${question} differs from the recording ${path}:\n${difference}`, { path, request: at + 1, key, expectedKey: expected.key, difference });
      }
      at += 1;
      return reply(expected);
    },
    skip(answered) {
      while (exchanges[at] && exchanges[at]!.key === answered) at += 1;
    },
    remaining: () => exchanges.length - at,
    close() {},
  };
}

/** The recorded response, as the server would give it. */
export function reply({ response }: Exchange): Response {
  const headers = response.content_type === '' ? undefined : { 'content-type': response.content_type };
  return new Response(response.body, { status: response.status, headers });
}

/** The first lines of the difference, with the line ends inside prompts as line ends. */
function show(expected: RecordedRequest | undefined, got: RecordedRequest): string {
  const patch = createTwoFilesPatch('recorded', 'requested', expected ? readable(expected) : '', readable(got), undefined, undefined, { context: 2 });
  const lines = patch.split('\n').filter((line) => !line.startsWith('=====') && !line.startsWith('\\ No newline'));
  const shown = lines.slice(0, DIFF_LINES).map((line) => (line.length > 200 ? `${line.slice(0, 200)}…` : line));
  return lines.length > DIFF_LINES ? [...shown, `… ${lines.length - DIFF_LINES} more lines`].join('\n') : shown.join('\n').trimEnd();
}

function readable(request: RecordedRequest): string {
  const body = JSON.stringify(JSON.parse(canonicalJson(request.body)), null, 2).replaceAll(String.raw`\n`, '\n');
  return `${request.method} ${request.path}\n${body}\n`;
}
