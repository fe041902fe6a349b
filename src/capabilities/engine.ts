import { UntilgreenError } from '../core/errors.ts';
import { find } from './find/find.ts';
import type { Capabilities, CapabilitiesOptions } from './interfaces.ts';
import { ask, resume, unfinished } from './engine/ask.ts';
import { admissionOf } from './engine/admitted.ts';
import { exportNamed, importArchive, seedLibrary } from './engine/exchange.ts';
import { fasterTool } from './engine/faster.ts';
import { findIn } from './engine/find.ts';
import { libraryStats, suggestions } from './engine/figures.ts';
import { makeTool } from './engine/make.ts';
import { mendTool } from './engine/mend.ts';
import { openShared } from './engine/open.ts';
import { callTool, unknown } from './engine/use.ts';

/**
 * Opens the ask job: a library of tested tools, and what it takes to answer requests with them and to make those that are missing. Models, the
 * sandbox, the store and the embedding model are opened when first needed.
 *
 * @throws `config_invalid`; everything else when it is needed: `store_busy`, `no_sandbox`, `no_model`, …
 * @example
 * const capabilities = await openCapabilities({ config: await loadConfig() });
 * const { answer, steps } = await capabilities.ask('What is 15 percent of 300?');
 * await capabilities.close();
 */
export async function openCapabilities(options: CapabilitiesOptions): Promise<Capabilities> {
  const shared = await openShared(options);
  const { library } = shared;
  const admission = admissionOf(shared);
  const entryOf = async (name: string, version?: string) => {
    const entry = await library.read(name, version);
    if (!entry) throw await unknown(shared, name, version);
    return entry;
  };
  const told = <T>(value: T): T => {
    shared.changed();
    return value;
  };

  return {
    library,
    ask: (request, call) => ask(shared, admission, request, call),
    make: (request, call = {}) => makeTool(shared, admission, request, call),
    async find(query, { signal } = {}) {
      await (await shared.catalogue()).sync();
      return findIn(shared, query, signal);
    },
    async search(words, limit = 10) {
      const catalogue = await shared.catalogue();
      await catalogue.sync();
      const found = await find({ request: words }, {
        catalogue, threshold: 1, embedderModel: (await shared.embedder()).model,
        run: () => { throw new UntilgreenError('internal', 'A search by words runs no tool.'); },
      });
      return found.matches.slice(0, limit);
    },
    use: (name, args, call) => callTool(shared, admission, name, args, call),
    async test(name, call) {
      const entries = name === undefined ? (await library.list()).tools : [await entryOf(name)];
      const results: Awaited<ReturnType<Capabilities['test']>> = [];
      for (const entry of entries) {
        const { tool, report } = await admission.again(entry, call);
        results.push({ name: tool.name, version: tool.version, report });
      }
      return results;
    },
    async report(name, { arguments: args, expected, error }, call = {}) {
      return mendTool(shared, admission, name, { arguments: args, ...(expected === undefined ? {} : { result: expected }), ...(error === undefined ? {} : { error }) }, call);
    },
    async rollback(name, version) {
      const { tool } = await entryOf(name);
      const versions = await library.versions(tool.name);
      const at = versions.findIndex((one) => one.version === tool.version);
      const to = version ?? versions[at - 1]?.version;
      if (to === undefined) throw new UntilgreenError('not_found', `${tool.name} has no version before ${tool.version}.`, { name: tool.name }, `\`untilgreen library history ${tool.name}\` shows its versions.`);
      return told(await library.setCurrent(tool.name, to, `rolled back from ${tool.version}`));
    },
    async deprecate(name, { reason, instead }) {
      const { tool } = await entryOf(name);
      if (instead !== undefined) await entryOf(instead);
      return told(await library.update(tool.name, { status: 'deprecated', standing: { reason, since: new Date().toISOString(), ...(instead === undefined ? {} : { instead }) } }));
    },
    async restore(name) {
      const { tool } = await entryOf(name);
      return told(await library.update(tool.name, { status: 'active' }));
    },
    optimise: (name, call = {}) => fasterTool(shared, admission, name, call),
    export: (names, file) => exportNamed(shared, names, file),
    import: (file, call) => importArchive(shared, file, call),
    seed: (names, call = {}) => seedLibrary(shared, names, call),
    stats: () => libraryStats(shared),
    suggest: (limit) => suggestions(shared, limit),
    async uses(name, limit) {
      return (await shared.catalogue()).uses({ ...(name === undefined ? {} : { name: (await entryOf(name)).tool.name }), ...(limit === undefined ? {} : { limit }) });
    },
    async unfinished() {
      return (await unfinished(shared)).map(({ id, request, created_at }) => ({ id, request, at: created_at }));
    },
    resume: (id, call = {}) => resume(shared, admission, id, call),
    onChange: (listener) => shared.onChange(listener),
    close: () => shared.close(),
  };
}
