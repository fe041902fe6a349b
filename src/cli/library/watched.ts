import { askEvents } from '../../capabilities/ask/events.ts';
import type { CallOptions } from '../../capabilities/interfaces.ts';
import { cancelOnSignal } from '../signals.ts';
import { chooseView } from '../terminal.ts';
import type { LibraryFlags } from './grammar.ts';

/** Some work with its progress on stderr, which Ctrl-C stops. JSON is the outcome alone: who reads it waits for one value. */
export async function watched<T>(title: string, options: LibraryFlags, work: (call: CallOptions) => Promise<T>): Promise<T> {
  const view = chooseView({ quiet: Boolean(options.quiet || options.json), verbose: Boolean(options.verbose) }, { request: title });
  const { signal, release } = cancelOnSignal(() => {
    view.pause();
    if (!options.quiet) process.stderr.write('Stopping. Once more ends it at once.\n');
    view.resume();
  });
  try {
    return await work({ signal, emit: askEvents((event) => view.event(event)) });
  } finally {
    release();
    view.close();
  }
}
