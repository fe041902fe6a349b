import { asError, UntilgreenError } from '../../core/errors.ts';
import { installedLlama, llamaPackages, thisMachine } from '../local/install.ts';
import { planServer } from '../serve/plan.ts';
import { look } from './look.ts';
import { scan, type ScanOptions } from './scan.ts';
import type { FoundModel, FoundVia } from './types.ts';

/** What can load a model on this machine. */
export interface Loading {
  by: 'in process' | 'server' | 'nothing';
  /** `vLLM`, `llama.cpp`; why not; what happens first. */
  detail: string;
  next?: string;
}

/** A model of the list: looked at, or with what is wrong with it. */
export type Entry = { name: string; path: string; via: FoundVia } & ({ found: FoundModel; loading: Loading } | { problem: UntilgreenError });

/** Everything that seems to be a model on this machine, in the order of the places; damaged ones with their problem. */
export async function inventory(options: ScanOptions): Promise<{ entries: Entry[]; problems: string[] }> {
  const { candidates, problems } = await scan(options);
  const entries: Entry[] = [];
  for (const one of candidates) {
    options.signal?.throwIfAborted();
    const { name, path, via } = one;
    try {
      const found = await look(one);
      entries.push({ name, path: found.path, via, found, loading: await loadingOf(found, options.env) });
    } catch (error) {
      entries.push({ name, path, via, problem: asError(error) });
    }
  }
  return { entries, problems };
}

/** What would load a model here: this process for GGUF, a server for snapshots. */
export async function loadingOf(found: FoundModel, env: ScanOptions['env']): Promise<Loading> {
  if (found.facts.unfit !== undefined) return { by: 'nothing', detail: found.facts.unfit };
  if (found.kind === 'gguf') {
    try {
      llamaPackages(thisMachine());
      return { by: 'in process', detail: (await installedLlama()) === undefined ? 'node-llama-cpp is installed on first use (85 MB)' : 'node-llama-cpp' };
    } catch (error) {
      return await served(found, env).catch(() => ({ by: 'nothing', detail: asError(error).what, ...nextOf(error) }));
    }
  }
  return served(found, env).catch((error: unknown): Loading => ({ by: 'nothing', detail: asError(error).what, ...nextOf(error) }));
}

const nextOf = (error: unknown): { next?: string } => (error instanceof UntilgreenError && error.next !== undefined ? { next: error.next } : {});

async function served(found: FoundModel, env: ScanOptions['env']): Promise<Loading> {
  const plan = await planServer(found, env);
  return { by: 'server', detail: `${plan.server}${plan.convert ? ', converted to GGUF on first use' : ''}` };
}
