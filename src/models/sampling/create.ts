import { UntilgreenError } from '../../core/errors.ts';
import { publicUrl } from '../base-url.ts';
import { withoutThinking } from '../decode.ts';
import type { Sample, SampleRequest, Sampler, Samples } from '../sampler.ts';
import type { Persist, Send } from '../send.ts';
import type { Target } from '../target.ts';
import type { Usage } from '../types.ts';
import { each, sampleAlone } from './alone.ts';
import { billionsOf } from './billions.ts';
import { bodyOf, ENDPOINT } from './body.ts';
import type { Part } from './body.ts';
import type { Choice, Choices } from './choices.ts';
import { readChoices } from './choices.ts';
import type { ServerFacts } from './facts.ts';
import { learnFromRefusal } from './learn.ts';

export interface SamplerParts {
  target: Target;
  persist: Persist;
  send: Send;
  /** What is known of the server; the same object each time, for it is added to. */
  facts(request: SampleRequest): Promise<ServerFacts>;
  /** Requests go one after the other: a recording has one order. */
  inTurn: boolean;
  /** Runs a sampling when its turn has come. */
  turn<T>(request: SampleRequest, work: () => Promise<T>): Promise<T>;
  /** The address may be told. */
  tellAddress: boolean;
}

/** OpenAI's reasoning models take neither temperature nor stop: their package knows what to leave out. */
const PARTICULAR = /^(o\d|gpt-5)/;

/**
 * Samples over the OpenAI protocol: all samples of a prompt in one request where the server has `n`, which evaluates the prompt once; else
 * in single ones. Other services are asked through their packages.
 */
export function createSampler({ target, persist, send, facts: factsOf, inTurn, turn, tellAddress }: SamplerParts): Sampler {
  const direct = target.provider === 'openai-compatible' || (target.provider === 'openai' && !PARTICULAR.test(target.model));
  let known: ServerFacts | undefined;

  async function sample(request: SampleRequest): Promise<Samples> {
    const started = performance.now();
    const facts = (known = await factsOf(request));
    const told = new Set<number>();
    let requests = 0;

    /** One request, repeated without what the server turns out not to take. */
    const ask = async (n: number, offset: number): Promise<{ part: Part; got: Choices }> => {
      const part: Part = {
        form: facts.form === 'completion' ? 'completion' : 'chat',
        prefill: facts.form !== 'completion' && facts.prefill ? request.chat.prefill : undefined,
        n,
        seed: request.seed + offset,
      };
      const onChoice = (choice: Choice, index: number): void => {
        // After a broken stream the same samples come once more.
        if (told.has(offset + index)) return;
        told.add(offset + index);
        request.onSample?.(sampleOf(choice, part), offset + index);
      };
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(target.apiKey ? { authorization: `Bearer ${target.apiKey}` } : {}) },
        body: JSON.stringify(bodyOf(target, request, part, facts.kind)),
        ...(request.signal ? { signal: request.signal } : {}),
      };
      try {
        const got = await persist(target, (wire) => readChoices(wire, `${target.baseUrl}${ENDPOINT[part.form]}`, init, onChoice), {
          signal: request.signal,
          sent: () => void (requests += 1),
          withSchema: false,
        });
        if (facts.form === 'auto') facts.form = 'chat';
        if (got.choices.length < n) facts.most = 1;
        return { part, got };
      } catch (error) {
        const { status, said } = error instanceof UntilgreenError && error.code === 'model_refused' ? error.data : {};
        const asked = { chat: part.form === 'chat', prefill: part.prefill !== undefined, n };
        if (typeof status !== 'number' || !learnFromRefusal(facts, asked, status, String(said))) throw error;
        return ask(Math.min(n, facts.most ?? n), offset);
      }
    };

    const answers: { part: Part; got: Choices }[] = [];
    const samples: Sample[] = [];
    const take = (answer: { part: Part; got: Choices }): void => {
      answers.push(answer);
      samples.push(...answer.got.choices.map((choice) => sampleOf(choice, answer.part)));
    };
    while (samples.length < request.n) {
      const offset = samples.length;
      const left = request.n - offset;
      if (facts.most === 1) (await each(left, (index) => ask(1, offset + index), inTurn)).forEach(take);
      else take(await ask(Math.min(left, facts.most ?? left), offset));
    }
    samples.length = request.n; // a server may give more than it was asked for
    return { samples, form: answers.at(-1)!.part.form, usage: usageOfAll(answers.map(({ got }) => got), target), ms: Math.round(performance.now() - started), requests };
  }

  return {
    describe: () => ({
      provider: target.provider,
      model: target.model,
      ...(tellAddress ? { baseUrl: publicUrl(target.baseUrl) } : {}),
      form: known?.form ?? (direct ? (target.api ?? 'auto') : 'chat'),
      billions: known?.billions ?? billionsOf(target.model),
    }),
    sample: (request) => {
      if (!Number.isInteger(request.n) || request.n < 1) throw new UntilgreenError('bad_arguments', `Expected at least one sample, got ${request.n}.`, { n: request.n });
      return turn(request, () => (direct ? sample(request) : sampleAlone(target, request, send, inTurn)));
    },
  };
}

/** Some servers repeat the beginning that the reply was given, some do not. */
function sampleOf({ text, finish, tokens }: Choice, { form, prefill }: Part): Sample {
  const whole = prefill === undefined || text.startsWith(prefill) ? text : prefill + text;
  return { text: form === 'chat' ? withoutThinking(whole) : whole, outputTokens: tokens, finish };
}

/** A figure is known only where every request told it. */
function usageOfAll(all: readonly Choices[], { price }: Target): Usage {
  const sum = (figure: (of: Choices) => number | undefined): number | undefined =>
    all.some((of) => figure(of) === undefined) ? undefined : all.reduce((total, of) => total + figure(of)!, 0);
  const inputTokens = sum((of) => of.inputTokens);
  const outputTokens = sum((of) => of.outputTokens);
  const cost = price && inputTokens !== undefined && outputTokens !== undefined ? (inputTokens * price.input + outputTokens * price.output) / 1_000_000 : undefined;
  return { inputTokens, outputTokens, cachedTokens: sum((of) => of.cachedTokens), cost };
}
