import { UntilgreenError } from '../../core/errors.ts';
import type { Group } from './group.ts';

/** Who is told how it goes, and who can end it. */
export interface Watch {
  signal?: AbortSignal;
  /** Called about once a second while something is waited for. Must not throw. */
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  step: 'convert' | 'start';
  /** Since the step began. */
  seconds: number;
  /** What the program printed last. */
  line: string | undefined;
}

const TELL_MS = 1_000;
/** Lines of a program's output in an error. */
const LINES = 12;

/** Waits for a step of a program, and tells how it goes. Errors: `cancelled`. */
export async function watched<T>(group: Group, step: Progress['step'], { signal, onProgress }: Watch, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => onProgress?.({ step, seconds: (performance.now() - started) / 1000, line: group.tail(1)[0] }), TELL_MS);
  let cancel: (() => void) | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new UntilgreenError('cancelled', 'Cancelled.'));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    clearInterval(timer);
    if (cancel) signal?.removeEventListener('abort', cancel);
  }
}

/** What often stands in the output of a server that did not start, and what helps. */
const KNOWN: readonly [RegExp, string][] = [
  [/out of memory|CUDA error.*memory|Cannot allocate memory|bad_alloc/i, 'It does not fit into memory: take a smaller or more strongly quantised model.'],
  [/KV cache|max_model_len|max_seq_len/i, 'Give it a shorter context: --server "vllm serve {model} --host 127.0.0.1 --port {port} --max-model-len 8192".'],
  [/not supported|unknown (model )?architecture|unrecognized|does not recognize/i, 'This version of the server does not know the architecture: update it, or take another model.'],
  [/ModuleNotFoundError|ImportError|No module named/i, 'Its Python installation is not complete.'],
  [/trust_remote_code/i, 'The model brings code of its own, which is not run here. Start the server yourself if you trust it, and give --base-url.'],
];

/** A program that ended or did not answer, with what it said last. */
export function failed(program: string, how: string, group: Group): UntilgreenError {
  const tail = group.tail(LINES);
  const text = group.tail(200).join('\n');
  const next = KNOWN.find(([pattern]) => pattern.test(text))?.[1];
  const said = tail.length > 0 ? ` It said last:\n${tail.join('\n')}` : ' It said nothing.';
  return new UntilgreenError('model_server_failed', `${program} ${how}.${said}`, { program, tail }, next === undefined ? undefined : `\n${next}`);
}
