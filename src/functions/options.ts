import { UntilgreenError } from '../core/errors.ts';
import type { FunctionOptions } from './types.ts';

/** What a job does where nothing else is said. */
export const FUNCTION_DEFAULTS: Readonly<FunctionOptions> = {
  design: true,
  test: true,
  decode: 'greedy',
  candidates: 21,
  iterations: 6,
  caseMs: 2_000,
  maxNewTokens: 512,
  seed: 1,
  agree: 2,
};

/** Waves have seeds of their own, a thousand to a job, and servers take 32 bits. */
const LARGEST_SEED = 4_000_000;

/** What a number may be: whole or not, and its bounds. */
const RANGES: Record<'candidates' | 'iterations' | 'caseMs' | 'maxNewTokens' | 'seed' | 'agree' | 'timeoutSeconds', { least: number; most: number; whole: boolean }> = {
  candidates: { least: 1, most: 1_000, whole: true },
  iterations: { least: 1, most: 1_000, whole: true },
  caseMs: { least: 10, most: 600_000, whole: true },
  maxNewTokens: { least: 1, most: 1_000_000, whole: true },
  seed: { least: 0, most: LARGEST_SEED, whole: true },
  agree: { least: 1, most: 1_000, whole: true },
  timeoutSeconds: { least: 0.1, most: 1_000_000, whole: false },
};

/**
 * The options of a job with defaults filled in.
 *
 * @throws `bad_arguments` with `data.argument` naming the first that cannot be
 */
export function optionsOf(given: Partial<FunctionOptions>): FunctionOptions {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options: FunctionOptions = { ...FUNCTION_DEFAULTS, ...set };
  for (const [name, { least, most, whole }] of Object.entries(RANGES)) {
    const value: unknown = options[name as keyof typeof RANGES];
    if (value === undefined) continue;
    if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isSafeInteger(value))) continue;
    throw refused(name, `${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`, value);
  }
  for (const name of ['design', 'test'] as const) if (typeof options[name] !== 'boolean') throw refused(name, 'true or false', options[name]);
  if (options.decode !== 'greedy' && options.decode !== 'sample') throw refused('decode', "'greedy' or 'sample'", options.decode);
  return options;
}

const refused = (argument: string, expected: string, got: unknown): UntilgreenError =>
  new UntilgreenError('bad_arguments', `Expected the \`${argument}\` option to be ${expected}, got ${JSON.stringify(got)}.`, { argument, got });
