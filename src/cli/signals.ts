import { EXIT } from '../core/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal cancels through the returned `AbortSignal`, so that the run ends in a state that can be resumed; the
 * second one ends the process at once.
 *
 * @param onFirst  called once, to say that it stops
 */
export function cancelOnSignal(onFirst: () => void): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(EXIT.cancelled);
    onFirst();
    controller.abort(new DOMException('Cancelled by a signal.', 'AbortError'));
  };
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal: controller.signal,
    release() {
      for (const name of SIGNALS) process.removeListener(name, listener);
    },
  };
}
