import type { MakeResult } from '../interfaces.ts';
import { bindingOf } from '../find/fit.ts';
import { askWhichServes } from '../find/tie-break.ts';
import { synthesise, type Synthesised } from '../synthesis/synthesise.ts';
import type { SynthesisDeps } from '../synthesis/deps.ts';
import type { Capability, Found, JsonObject, Match, Need } from '../types.ts';
import { bind } from './bind.ts';

/** What a need is done with. */
export type Resolved =
  | { kind: 'tool'; need: Need; tool: string; version: string; arguments: JsonObject; made: boolean; probability?: number }
  | { kind: 'none'; need: Need; why: string };

export interface ResolveDeps extends Omit<SynthesisDeps, 'settings'> {
  settings: SynthesisDeps['settings'] & {
    /** May tools be made. */
    make: boolean;
  };
  /** Looks a need up in the library. */
  find(need: Need): Promise<Found>;
  /** A tool as it may be used: one that was edited by hand, or came from elsewhere, passes the gate first. Undefined where it does not. */
  admitted(tool: Capability): Promise<Capability | undefined>;
  /** Told after a tool came. */
  changed(): void;
}

/** Tools near a need that a synthesis is told of. */
const NEAR = 5;

/**
 * Finds the tool for a need, or makes it. The order: a tool that has served this very request; examples of the request run on tools that are near; a
 * probability from the measured share of tools that served; where that leaves doubt the model is asked which one serves, if any.
 *
 * @throws as `Models.ask`, `no_sandbox`, `cancelled`
 */
export async function resolve(need: Need, deps: ResolveDeps): Promise<Resolved> {
  const there = await settle<Extract<Resolved, { kind: 'tool' }>>(need, deps, take);
  if (there.kind === 'found') return there.value;
  if (there.kind === 'none') return { kind: 'none', need, why: there.why };
  const { made } = there;
  if (!made.ok) return { kind: 'none', need, why: made.reason };
  // Arguments of the specification are those of the tool that was made; another that does the same has names of its own.
  if (made.made && made.call) return { kind: 'tool', need, tool: made.tool.name, version: made.tool.version, arguments: made.call, made: true };
  const bound = await bind(need, made.tool, { models: deps.models, key: `${deps.key}/bind/${made.tool.name}`, ...(deps.signal ? { signal: deps.signal } : {}) });
  if ('not' in bound) return { kind: 'none', need, why: bound.not };
  return { kind: 'tool', need, tool: made.tool.name, version: made.tool.version, arguments: bound.arguments, made: made.made };
}

/** The tool for a need, without a call of it: one that is there, or a new one. Rejects as `resolve`. */
export async function provide(need: Need, deps: ResolveDeps): Promise<MakeResult> {
  const there = await settle<Capability>(need, deps, async (_need, { tool }) => deps.admitted(tool));
  if (there.kind === 'found') return { ok: true, tool: there.value, made: false, gates: [] };
  if (there.kind === 'none') return { ok: false, reason: there.why, gates: [] };
  return there.made;
}

type Take<T> = (need: Need, match: Match, deps: ResolveDeps) => Promise<T | undefined>;
type Settled<T> = { kind: 'found'; value: T } | { kind: 'none'; why: string } | { kind: 'made'; made: Synthesised };

/** Looks for a tool, and makes one where there is none: one at a time for needs that are alike. */
async function settle<T>(need: Need, deps: ResolveDeps, takes: Take<T>): Promise<Settled<T>> {
  const { catalogue, emit, settings, signal } = deps;
  emit('finding', { need: need.description });
  await catalogue.sync();
  const there = await choose(need, deps, takes);
  if (there !== undefined) return { kind: 'found', value: there };
  if (!settings.make) return { kind: 'none', why: `No tool does this: ${need.description} Without --no-make one would be made.` };
  const claim = await catalogue.claimMaking({ description: need.description, name: need.name }, signal);
  try {
    if (claim.waited) {
      await catalogue.sync();
      const since = await choose(need, { ...deps, key: `${deps.key}/since` }, takes);
      if (since !== undefined) return { kind: 'found', value: since };
    }
    return { kind: 'made', made: await make(need, deps) };
  } finally {
    await claim.release();
  }
}

/** A tool that is there already; undefined where none serves. */
async function choose<T>(need: Need, deps: ResolveDeps, takes: Take<T>): Promise<T | undefined> {
  const { library, emit } = deps;
  const { tools } = await library.list();
  // What somebody else's tool says of itself is no memory of ours.
  const known = tools.map(({ tool }) => tool).filter((tool) => tool.status === 'active' && tool.made.by !== 'import' && tool.requests.includes(need.request));
  for (const tool of known) {
    const taken = await takes(need, { tool, probability: 1, figures: { same_request: 1 } }, deps);
    if (taken !== undefined) return taken;
  }
  const found = await deps.find(need);
  emit('found', { need: need.description, decision: found.decision, why: found.why, tools: found.matches.slice(0, 3).map(({ tool, probability }) => `${tool.name} ${probability.toFixed(2)}`), ms: Math.round(found.ms) });
  const [best] = found.matches;
  if (found.decision === 'reuse' && best) return takes(need, best, deps);
  if (found.decision !== 'unsure') return undefined;
  const { tool: name, why } = await askWhichServes(need.request, found.matches, { models: deps.models, key: `${deps.key}/which`, ...(deps.signal ? { signal: deps.signal } : {}) });
  emit('tie_broken', { need: need.description, tool: name ?? null, why });
  const match = found.matches.find(({ tool }) => tool.name === name);
  return match && takes(need, match, deps);
}

/** A tool with its arguments; undefined where it turns out not to fit. */
async function take(need: Need, match: Match, deps: ResolveDeps): Promise<Extract<Resolved, { kind: 'tool' }> | undefined> {
  const tool = await deps.admitted(match.tool);
  if (!tool) return undefined;
  const sure = match.binding ?? bindingOf(need, tool);
  const bound = sure ? { arguments: sure } : await bind(need, tool, { models: deps.models, key: `${deps.key}/bind/${tool.name}`, ...(deps.signal ? { signal: deps.signal } : {}) });
  if ('not' in bound) {
    deps.emit('not_fitting', { tool: tool.name, why: bound.not });
    return undefined;
  }
  deps.emit('reused', { need: need.description, tool: tool.name, version: tool.version, probability: match.probability });
  return { kind: 'tool', need, tool: tool.name, version: tool.version, arguments: bound.arguments, made: false, probability: match.probability };
}

async function make(need: Need, deps: ResolveDeps): Promise<Synthesised> {
  const { library, catalogue } = deps;
  const [{ tools }, near, failures] = await Promise.all([library.list(), catalogue.near(need, { limit: NEAR }), catalogue.nearFailedSyntheses(need, 2)]);
  deps.emit('stage_started', { stage: 'making' });
  const around = { near: near.map(({ tool }) => tool), tools: tools.map(({ tool }) => tool), failures: failures.filter(({ similarity }) => similarity >= ALIKE).map(({ reason }) => reason) };
  const made = await synthesise(need, around, { ...deps, settings: { ...deps.settings, language: need.language ?? deps.settings.language } });
  if (made.ok) deps.changed();
  return made;
}

/** Needs as near as this are the same try. Measured: texts of one meaning in other words stand at 0.6 and above with MiniLM. */
const ALIKE = 0.6;
