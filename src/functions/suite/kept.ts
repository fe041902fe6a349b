import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { canonicalJson, sha256 } from '../../core/hash.ts';
import type { Sample, SampleRequest, Sampler, SamplerInfo, Samples } from '../../models/sampler.ts';
import { openLines } from './lines.ts';

const FORMAT = 'untilgreen-samples';

const header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  provider: z.string(),
  model: z.string(),
  billions: z.number().nullable(),
});

const line = z.strictObject({
  /** Hash of everything that decides the samples but their seed. */
  request: z.string(),
  /** Of the first sample; each further one has the next. */
  seed: z.int(),
  form: z.enum(['chat', 'completion']),
  /** Of the prompt, for the count; null where the server did not say. */
  inputTokens: z.number().nullable(),
  samples: z.array(z.tuple([z.string(), z.number().nullable(), z.enum(['stop', 'length', 'other'])])),
});
type Line = z.output<typeof line>;

export interface KeptSampler extends Sampler {
  /** Samples that came from the file, and from the model, since it was opened. */
  counts(): { kept: number; asked: number };
  close(): void;
}

/** Greedy samples do not depend on a seed. */
const seedOf = (request: SampleRequest, index: number): number => (request.temperature === 0 ? index : request.seed + index);

const keyOf = ({ chat, completion, temperature, topP, maxTokens }: SampleRequest): string => sha256(canonicalJson({ chat, completion, temperature, topP, maxTokens })).slice(0, 32);

/**
 * A sampler that keeps every sample in a file and asks the model only for those that are not in it: samples are taken once, and what chooses
 * among them can be run again and again. Each sample is known by its prompt, its temperature and its seed, so waves may be cut anew.
 *
 * A line is made durable before its samples are used; a last line that a kill cut short is dropped.
 *
 * @param open the model's sampler; not called while the file has everything
 * @throws `replay_missing` when the file holds something else
 */
export async function keepSamples(path: string, open: () => Promise<Sampler>): Promise<KeptSampler> {
  const file = openLines(path, z.union([header, line]), (number, cause) => broken(path, number, cause));
  const [first, ...rest] = file.before as (z.output<typeof header> | Line)[];
  if (first && !('format' in first)) throw broken(path, 1);
  const known = new Map<string, { sample: Sample; form: Line['form']; inputTokens: number | null }>();
  const remember = ({ request, seed, form, inputTokens, samples }: Line): void =>
    samples.forEach(([text, tokens, finish], index) => known.set(`${request}:${seed + index}`, { sample: { text, outputTokens: tokens ?? undefined, finish }, form, inputTokens }));
  const lines = rest.filter((each) => 'request' in each);
  lines.forEach(remember);
  const before: SamplerInfo | undefined = first && { provider: first.provider, model: first.model, billions: first.billions ?? undefined, form: lines[0]?.form ?? 'auto' };
  let sampler: Promise<Sampler> | undefined;
  const model = (): Promise<Sampler> =>
    (sampler ??= open().then((opened) => {
      const described = opened.describe();
      if (before && before.model !== described.model) {
        throw new UntilgreenError('replay_mismatch', `The samples in ${path} are of ${before.model}; those that are missing cannot come from ${described.model}.`, { path, kept: before.model, model: described.model }, 'Give another --samples file, or the same model.');
      }
      return opened;
    }));
  const counts = { kept: 0, asked: 0 };
  let info: SamplerInfo = before ?? (await model()).describe();
  let headed = before !== undefined;

  return {
    describe: () => info,
    counts: () => ({ ...counts }),
    async sample(request): Promise<Samples> {
      const key = keyOf(request);
      const kept = Array.from({ length: request.n }, (_, index) => known.get(`${key}:${seedOf(request, index)}`));
      const missing = kept.findIndex((each) => each === undefined);
      if (missing < 0) {
        counts.kept += request.n;
        kept.forEach((each, index) => request.onSample?.(each!.sample, index));
        const tokens = kept.map((each) => each!.sample.outputTokens);
        const outputTokens = tokens.includes(undefined) ? undefined : tokens.reduce<number>((sum, count) => sum + count!, 0);
        return {
          samples: kept.map((each) => each!.sample), form: kept[0]!.form, ms: 0, requests: 0,
          usage: { inputTokens: kept[0]!.inputTokens ?? undefined, outputTokens, cachedTokens: undefined, cost: undefined },
        };
      }
      const answer = await (await model()).sample(request);
      counts.asked += request.n;
      if (!headed) {
        headed = true;
        const { provider, model: name, billions } = (info = (await model()).describe());
        file.append({ format: FORMAT, version: 1, provider, model: name, billions: billions ?? null });
      }
      const entry: Line = {
        request: key,
        seed: seedOf(request, 0),
        form: answer.form,
        inputTokens: answer.usage.inputTokens ?? null,
        samples: answer.samples.map(({ text, outputTokens, finish }) => [text, outputTokens ?? null, finish]),
      };
      file.append(entry);
      remember(entry);
      return answer;
    },
    close: () => file.close(),
  };
}

const broken = (path: string, number: number, cause?: unknown): UntilgreenError =>
  new UntilgreenError('replay_missing', `${path} is no file of kept samples (line ${number}).`, { path, line: number }, 'Give a new file, or one that --samples has written.', { cause });
