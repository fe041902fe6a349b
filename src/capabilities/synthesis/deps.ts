import type { Emit } from '../../core/events.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { Sampler } from '../../models/sampler.ts';
import type { Models } from '../../models/types.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { Catalogue, Library } from '../interfaces.ts';

/** A step of a job that is done once, whatever becomes of the process: its result is kept, and given again to whoever goes on with the job. */
export type Once = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** What a synthesis works with. */
export interface SynthesisDeps {
  /** Durable: a finished call is not repeated. */
  models: Pick<Models, 'ask'>;
  sampler: Sampler;
  sandbox: Sandbox;
  library: Library;
  catalogue: Catalogue;
  once: Once;
  settings: {
    language: FunctionLanguageName;
    mutationScore: number;
    /** Most implementations of one tool. */
    candidates: number;
  };
  /** Version of the product, for the evidence. */
  product: string;
  emit: Emit;
  signal?: AbortSignal;
  /** Prefix of the keys of this synthesis in its job: `make/s1`. */
  key: string;
}
