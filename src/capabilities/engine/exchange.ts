import { exportTools } from '../exchange/export.ts';
import { importTools, type Admit, type Imported, type ImportDeps } from '../exchange/import.ts';
import { installSeeds } from '../exchange/install-seeds.ts';
import { readArchive } from '../exchange/read-archive.ts';
import { admit } from '../gate/admit.ts';
import type { CallOptions } from '../interfaces.ts';
import type { Shared } from './open.ts';

/** Writes tools into a signed archive; all of them where none is named. */
export async function exportNamed({ library, home, product }: Shared, names: readonly string[], file: string): Promise<{ tools: string[]; signer: string }> {
  const wanted = names.length > 0 ? names : (await library.list()).tools.map(({ tool }) => tool.name);
  return exportTools(library, wanted, file, { home, product });
}

/** Takes the tools of an archive in, each through the gate of this machine. */
export async function importArchive(shared: Shared, file: string, options: CallOptions & { trust?: boolean }): Promise<Imported[]> {
  const archive = await readArchive(file, { home: shared.home, ...(options.trust === undefined ? {} : { trust: options.trust }) });
  return importTools(archive, shared.library, gateOf(shared, options), await depsOf(shared, options));
}

/** Puts the tools that come with the product into the library. */
export async function seedLibrary(shared: Shared, names: readonly string[] | undefined, options: CallOptions): Promise<Imported[]> {
  return installSeeds(shared.library, gateOf(shared, options), names, await depsOf(shared, options));
}

/** The gate for what somebody else's gate admitted: a signature or the product stands for it, so that no three have to agree. Several tools pass it at a time: each line names its own. */
function gateOf(shared: Shared, { signal, emit = shared.emit }: CallOptions): Admit {
  return async (draft, only) => {
    const { tools } = await shared.library.list();
    return admit({
      draft, candidates: [], vouched: true, tools: tools.map(({ tool }) => tool), product: shared.product, mutationScore: shared.config.settings.capabilities.mutation_score,
      sandbox: await shared.sandbox(), ...(signal ? { signal } : {}), ...(only ? { only } : {}),
      onGate: ({ gate, ok, says, ms }) => emit('gate', { tool: draft.name, gate, ok, says, ms, named: true }, ok ? 'info' : 'warn'),
    });
  };
}

async function depsOf(shared: Shared, { signal }: CallOptions): Promise<ImportDeps> {
  const catalogue = await shared.catalogue();
  return {
    sandbox: await shared.sandbox(), ...(signal ? { signal } : {}),
    async saved(tool, evidence) {
      await catalogue.setEvidence(tool.name, evidence);
      shared.changed();
    },
  };
}
