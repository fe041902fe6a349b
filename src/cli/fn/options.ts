import type { FunctionOptions } from '../../functions/types.ts';
import type { OutputForm } from '../../languages/function/types.ts';
import { oneOf, usage, wholeNumber } from '../arguments.ts';
import type { EngineFlags, OutputFlags } from '../program.ts';

/** What `fn` was given, as commander names it. */
export interface FnOptions extends Pick<EngineFlags, 'model' | 'baseUrl' | 'sandbox' | 'config' | 'record' | 'replay'>, Pick<OutputFlags, 'json' | 'quiet' | 'verbose'> {
  task?: string;
  fn?: string;
  lang?: string;
  signature?: string;
  doctests?: string;
  tests?: string;
  /** False with `--no-design`. */
  design?: boolean;
  /** False with `--no-test`. */
  test?: boolean;
  decode?: string;
  candidates?: string;
  iters?: string;
  timeout?: string;
  maxNewTokens?: string;
  seed?: string;
  addImports?: boolean;
  standalone?: boolean;
  cleanDoc?: boolean;
  profile?: string;
  out?: string;
  modelsRoot?: string[];
}

/** What becomes of the answer. */
export interface FnOutput {
  form: OutputForm;
  cleanDoc: boolean;
  /** Written to a file; `out` says where, else it is the usual folder. */
  save: boolean;
  out?: string;
}

const PROFILES = ['copy', 'save', 'fast'] as const;
type Profile = (typeof PROFILES)[number];

/** A quick try: no design, one greedy candidate, one repair, little text. */
const FAST: Partial<FunctionOptions> = { design: false, decode: 'greedy', candidates: 1, iterations: 2, maxNewTokens: 256 };

/** The options of the job and of its output; a profile sets what no flag says. */
export function readOptions(options: FnOptions): { job: Partial<FunctionOptions>; output: FnOutput } {
  const profile: Profile | undefined = options.profile === undefined ? undefined : oneOf('--profile', PROFILES, options.profile);
  if (options.addImports && options.standalone) throw usage('--add-imports and --standalone exclude each other.', 'A standalone script has its imports.');
  if (profile === 'copy' && options.out !== undefined) throw usage('--profile copy writes no file, and --out asks for one.', 'Leave one of them out.');
  const given: Partial<FunctionOptions> = {
    // Commander fills in `true` for a --no-… flag that was not given.
    ...(options.design === false ? { design: false } : {}),
    ...(options.test === false ? { test: false } : {}),
    ...(options.decode === undefined ? {} : { decode: oneOf('--decode', ['greedy', 'sample'] as const, options.decode) }),
    ...(options.candidates === undefined ? {} : { candidates: wholeNumber('--candidates', options.candidates) }),
    ...(options.iters === undefined ? {} : { iterations: wholeNumber('--iters', options.iters) }),
    ...(options.timeout === undefined ? {} : { timeoutSeconds: seconds(options.timeout) }),
    ...(options.maxNewTokens === undefined ? {} : { maxNewTokens: wholeNumber('--max-new-tokens', options.maxNewTokens) }),
    ...(options.seed === undefined ? {} : { seed: seed(options.seed) }),
  };
  const save = profile === 'save' || options.out !== undefined;
  return {
    job: { ...(profile === 'fast' ? FAST : {}), ...given },
    output: {
      // A file that lacks its imports is of no use to its tests.
      form: options.standalone ? 'standalone' : options.addImports || save ? 'imports' : 'function',
      cleanDoc: options.cleanDoc === true || profile === 'copy',
      save, ...(options.out === undefined ? {} : { out: options.out }),
    },
  };
}

function seconds(value: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(value) || Number(value) <= 0) throw usage(`--timeout ${value}: expected seconds above 0, such as 60 or 0.5.`);
  return Number(value);
}

function seed(value: string): number {
  if (!/^\d+$/.test(value)) throw usage(`--seed ${value}: expected a whole number of at least 0.`);
  return Number(value);
}
