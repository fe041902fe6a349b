import type { SampleRequest } from '../../models/sampler.ts';
import type { Spec } from '../prompt.ts';
import { candidatePrompt } from '../prompt.ts';
import type { FunctionOptions } from '../types.ts';
import type { Wave } from '../waves.ts';
import { waves } from '../waves.ts';

/**
 * The requests of a job's waves as they are when nothing has to be stirred up: the same prompt, seeds and limits. What is sampled by them ahead
 * of the job is what the job will ask for.
 */
export function requestsAhead(spec: Spec, options: Pick<FunctionOptions, 'decode' | 'candidates' | 'seed' | 'maxNewTokens'>): { wave: Wave; request: SampleRequest }[] {
  return waves(options).map((wave) => ({
    wave,
    request: { ...candidatePrompt(spec), n: wave.n, temperature: wave.temperature, maxTokens: options.maxNewTokens, seed: wave.seed, key: `wave${wave.wave}` },
  }));
}
