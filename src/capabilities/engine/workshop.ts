import { functionLanguage } from '../../languages/function/registry.ts';
import { NO_USAGE } from '../../models/usage.ts';
import { admit } from '../gate/admit.ts';
import { retestDependants, type Retested } from '../life/dependants.ts';
import type { Admit, Save, Write } from '../life/effects.ts';
import type { reconsider } from '../synthesis/test.ts';
import { write } from '../synthesis/write.ts';
import type { Capability, JsonObject } from '../types.ts';
import type { Admission } from './admitted.ts';
import type { Job } from './durable-job.ts';
import { resolveDeps } from './make.ts';
import type { Shared } from './open.ts';

/** What mending and making faster have in common: writers, the gate, and where versions are kept. */
export interface Workshop {
  write: Write;
  admit: Admit;
  /** The gate for code that is known to do what admitted code does. */
  vouched: Admit;
  save: Save;
  tester: Parameters<typeof reconsider>[2];
}

/**
 * @param key prefix of the keys of model calls in the job
 */
export async function workshop(shared: Shared, admission: Admission, job: Job, key: string): Promise<Workshop> {
  const deps = await resolveDeps(shared, admission, job, { spent: { usage: NO_USAGE, requests: 0 } });
  const { library } = shared;
  const gate = (vouched: boolean): Admit => async (draft, candidates) =>
    admit({
      draft, candidates, vouched, tools: (await library.list()).tools.map((entry) => entry.tool).filter(({ name }) => name !== draft.name), product: shared.product,
      mutationScore: deps.settings.mutationScore, sandbox: deps.sandbox, signal: job.signal,
      onGate: ({ gate: name, ok, says, ms }) => job.emit('gate', { tool: draft.name, gate: name, ok, says, ms }, ok ? 'info' : 'warn'),
    });
  return {
    tester: { models: deps.models, key: `${key}/expected`, signal: job.signal },
    async write({ contract, cases, code, problem, round }) {
      const language = functionLanguage(contract.language);
      const signature = await language.parseSignature(contract.signature, contract.name);
      const spec = { contract, signature, language, visible: cases, properties: [], call: {} as JsonObject };
      const written = await write(spec, { number: round, helpers: [], failures: [], feedback: { code, says: problem } }, { ...deps, key });
      return written.flatMap((one) => (one.code === undefined || one.problem ? [] : [one.code]));
    },
    admit: gate(false),
    vouched: gate(true),
    async save(draft, version, evidence) {
      const saved = await library.save(draft, version, evidence);
      await deps.catalogue.setEvidence(saved.name, evidence);
      job.emit('registered', { tool: saved.name, version: saved.version, hash: saved.hash, tools: (await library.list()).tools.length });
      shared.changed();
      return saved;
    },
  };
}

/** Tools that call one that changed are tested with its new version, and renewed or left with what they have. */
export async function renewDependants(shared: Shared, changed: Capability, { vouched, save }: Workshop, job: Job): Promise<Retested[]> {
  const { library } = shared;
  const { tools } = await library.list();
  const told = await retestDependants(changed, tools.map(({ tool }) => tool), {
    admit: vouched, save, taken: async (name) => (await library.versions(name)).map(({ version }) => version),
  });
  for (const one of told) job.emit('dependant_tested', { tool: one.name, outcome: one.outcome, ...(one.outcome === 'pinned' ? { why: one.why } : { version: one.tool.version }) });
  return told;
}
