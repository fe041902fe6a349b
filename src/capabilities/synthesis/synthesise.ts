import { asError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { admit } from '../gate/admit.ts';
import type { MakeResult } from '../interfaces.ts';
import { runnerOf } from '../life/effects.ts';
import { mergeDuplicate } from '../life/merge.ts';
import type { Capability, JsonObject, Need } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import { implement, type Implemented } from './implement.ts';
import { specify, type Specification } from './specify.ts';
import { writeTests } from './test.ts';

export type Synthesised = MakeResult & {
  /** Arguments of the request that it was made for. */
  call?: JsonObject;
};

/** What is known around a need before a tool for it is made. */
export interface Surroundings {
  /** Tools that are near it, the nearest first: what it could be built of. */
  near: readonly Capability[];
  /** All tools, for names and duplicates. */
  tools: readonly Capability[];
  /** Why earlier tries failed. */
  failures: readonly string[];
}

/**
 * Makes a tool: specification, tests by a role that never sees code, implementations in waves, each written on its own, then the gate. What passes
 * is saved; what does not is remembered with its reason. Everything that a model said is kept by key, so that a job that was killed goes on.
 *
 * @returns never rejects for what a model wrote; the reason is in the result
 * @throws as `Models.ask`, `no_sandbox`, `cancelled`
 */
export async function synthesise(need: Need, around: Surroundings, deps: SynthesisDeps): Promise<Synthesised> {
  const { emit, settings } = deps;
  emit('specifying', { need: need.description });
  killPoint('synthesis begins');
  const taken = new Set(around.tools.flatMap(({ name, aliases }) => [name, ...aliases]));
  let spec: Specification;
  try {
    spec = await specify(need, { tools: around.near, taken, failures: around.failures }, deps, settings.language);
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'model_reply_invalid') throw thrown;
    return refused(need, { reason: error.what, gates: [] }, deps);
  }
  emit('specified', { tool: spec.contract.name, signature: spec.contract.signature, description: spec.contract.description, examples: spec.visible.length });
  killPoint('synthesis specified');
  const tests = await writeTests(spec.contract, deps);
  emit('tests_written', { tool: spec.contract.name, cases: tests.hidden.length, laws: tests.properties.length });
  killPoint('synthesis tested');
  const implemented = await implement(spec, tests, need, around, deps);
  if (implemented.kind === 'refused') return refused(need, implemented, deps);
  const made = implemented.kind === 'admitted' ? await save(implemented, around, deps) : await joined(implemented, around, deps);
  return made.ok ? { ...made, call: spec.call } : refused(need, made, deps);
}

/** Remembers why nothing came of it. */
async function refused(need: Need, { reason, stoppedBy, gates }: Pick<Extract<MakeResult, { ok: false }>, 'reason' | 'stoppedBy' | 'gates'>, deps: SynthesisDeps): Promise<Synthesised> {
  const stopped = stoppedBy ? { stoppedBy } : {};
  await deps.catalogue.addFailedSynthesis({ need: { description: need.description, name: need.name }, reason, ...stopped });
  deps.emit('not_made', { need: need.description, reason, gate: stoppedBy ?? null }, 'warn');
  return { ok: false, reason, gates, ...stopped };
}

/** There is a tool that does the same: it is known by the new name and request too, and has the new cases as well. */
async function joined({ of: name, draft, report }: Extract<Implemented, { kind: 'duplicate' }>, { tools }: Surroundings, deps: SynthesisDeps): Promise<MakeResult> {
  const { library, sandbox, signal } = deps;
  const entry = await library.read(name);
  if (!entry) return { ok: false, reason: `${name} does the same, and is no longer there.`, gates: report.gates, stoppedBy: 'duplicate' };
  const merged = await mergeDuplicate({
    kept: entry.tool, duplicate: draft, taken: (await library.versions(entry.tool.name)).map(({ version }) => version), run: runnerOf({ sandbox, ...(signal ? { signal } : {}) }), update: (of, change) => library.update(of, change),
    admit: (wider, candidates) => admit({
      draft: wider, candidates, vouched: true, tools: tools.filter((tool) => tool.name !== name), product: deps.product, mutationScore: deps.settings.mutationScore, sandbox, ...(signal ? { signal } : {}),
    }),
    async save(wider, version, evidence) {
      const saved = await library.save(wider, version, evidence);
      await deps.catalogue.setEvidence(saved.name, evidence);
      return saved;
    },
  });
  // On made inputs it did the same, and on a case it does not: then it is no duplicate, and the case would have to be decided by a person.
  if (merged.outcome === 'differs') return { ok: false, reason: `${name} does nearly the same, and otherwise for ${JSON.stringify(merged.failing.arguments)}: expected ${JSON.stringify(merged.failing.result ?? merged.failing.error)}.`, gates: report.gates, stoppedBy: 'duplicate' };
  // An archived one that is wanted again.
  const tool = merged.tool.status === 'active' ? merged.tool : await library.update(merged.tool.name, { status: 'active' });
  return { ok: true, made: false, tool, gates: report.gates };
}

/** Writes the tool under a name of its own. */
async function save({ draft, report }: Extract<Implemented, { kind: 'admitted' }>, { tools }: Surroundings, deps: SynthesisDeps): Promise<MakeResult> {
  const tool = await deps.library.save(draft, '1.0.0', report.evidence);
  killPoint('synthesis saved');
  await deps.catalogue.setEvidence(tool.name, report.evidence);
  deps.emit('registered', { tool: tool.name, version: tool.version, hash: tool.hash, tools: tools.length + 1 });
  return { ok: true, made: true, tool, gates: report.gates };
}
