import { join } from 'node:path';
import { dataDir } from '../../config/paths.ts';
import type { LoadedConfig } from '../../config/schema.ts';
import { silent, type Emit } from '../../core/events.ts';
import { productVersion } from '../../core/product.ts';
import { createModels, type HttpModels } from '../../models/client.ts';
import { openEmbedder } from '../../models/embedding/open.ts';
import type { Embedder } from '../../models/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { openStore, type Store } from '../../store/store.ts';
import { once, sandboxOptions } from '../../tools/later.ts';
import { openCatalogue } from '../catalogue/open.ts';
import type { CapabilitiesOptions, Catalogue, Library } from '../interfaces.ts';
import { openLibrary } from '../library/open.ts';

/** What the calls of the engine share, each opened when it is first needed. */
export interface Shared {
  readonly config: LoadedConfig;
  readonly library: Library;
  /** Version of the product. */
  readonly product: string;
  /** Data directory. */
  readonly home: string;
  readonly emit: Emit;
  store(): Promise<Store>;
  models(): Promise<HttpModels>;
  sandbox(): Promise<Sandbox>;
  embedder(): Promise<Embedder>;
  catalogue(): Promise<Catalogue>;
  /** Tells listeners that tools came, went or changed. */
  changed(): void;
  onChange(listener: () => void): () => void;
  /** Closes what was opened here, and nothing that was handed in. */
  close(): Promise<void>;
}

/** Folder of the tools: of the configuration, else `tools` in the data directory. */
export function toolsDirectory({ settings, env }: Pick<LoadedConfig, 'settings' | 'env'>): string {
  return settings.capabilities.tools_dir ?? join(dataDir(env), 'tools');
}

export async function openShared(options: CapabilitiesOptions): Promise<Shared> {
  const { config, record, replay, onProgress } = options;
  const home = dataDir(config.env);
  const emit = options.emit ?? silent;
  const library = await openLibrary(toolsDirectory(config));
  const closers: (() => Promise<void>)[] = [];
  const listeners = new Set<() => void>();
  const store = once(async () => {
    if (options.store) return options.store;
    const opened = await openStore({ url: config.env['DATABASE_URL'], directory: join(home, 'db') });
    closers.push(() => opened.close());
    return opened;
  });
  const models = once(async () => {
    if (options.models) return options.models;
    const opened = await createModels(config, { record, replay, ...(onProgress ? { onProgress } : {}) });
    closers.push(() => opened.close());
    return opened;
  });
  const embedder = once(() => openEmbedder(config, emit));
  return {
    config, library, home, emit, store, models, embedder,
    product: await productVersion(),
    sandbox: once(async () => options.sandbox ?? openSandbox(sandboxOptions(config))),
    catalogue: once(async () => openCatalogue({ db: (await store()).db, embedder, library })),
    changed: () => listeners.forEach((listener) => listener()),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}
