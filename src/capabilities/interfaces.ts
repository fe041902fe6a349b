import type { LoadedConfig } from '../config/schema.ts';
import type { Emit } from '../core/events.ts';
import type { FunctionLanguageName } from '../languages/function/types.ts';
import type { HttpModels } from '../models/client.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { Store } from '../store/types.ts';
import type { AskResult, Capability, CapabilityDraft, Evidence, Found, GateName, GateResult, Json, JsonObject, Match, Need, Origin, Query, Status, ToolCase, UseRecord, UseResult } from './types.ts';

/** A tool of the folder as it was found there. */
export interface Entry {
  tool: Capability;
  /** Absolute path of its folder. */
  folder: string;
  /** Its files are not those that were admitted: somebody edited them. */
  edited: boolean;
  evidence?: Evidence;
}
/** A folder that holds no tool that can be read, with the file, the place in it and what is wrong. */
export interface Broken {
  name: string;
  folder: string;
  problem: string;
}
export interface Version {
  version: string;
  hash: string;
  made: Origin;
  current: boolean;
}

/** The folder of tools: what is in it is true. Every change is whole or not at all, also when the process is killed. */
export interface Library {
  readonly directory: string;
  /** Current versions, by name. */
  list(): Promise<{ tools: Entry[]; broken: Broken[] }>;
  /** By name or alias; the current version where none is named. */
  read(name: string, version?: string): Promise<Entry | undefined>;
  /** The oldest first. Errors: `not_found`. */
  versions(name: string): Promise<Version[]>;
  /** Writes a version and makes it the current one; the one before stays in the tool's history. Errors: `file_exists` for a version that is there with another content. */
  save(draft: CapabilityDraft, version: string, evidence: Evidence): Promise<Capability>;
  /** Makes an earlier version the current one again. Errors: `not_found`. */
  setCurrent(name: string, version: string, reason: string): Promise<Capability>;
  /** Changes what is not part of the content. */
  update(name: string, change: Partial<Pick<Capability, 'aliases' | 'requests'>> & { status?: Status; standing?: Capability['standing'] }): Promise<Capability>;
  /** Another text whenever anything in the folder may have changed; cheap. */
  revision(): Promise<string>;
}

/** What runs tools. */
export interface RunDeps {
  sandbox: Sandbox;
  signal?: AbortSignal;
}

export interface GateReport {
  ok: boolean;
  /** Those that were reached, in their order. */
  gates: GateResult[];
  stoppedBy?: GateName;
  /** Those of the draft, with agreed ones that were added so that mutants are noticed. */
  cases: ToolCase[];
  /** A registered tool that does the same. */
  duplicateOf?: string;
  evidence: Evidence;
}

export interface MakeRequest {
  /** What it does, in words. */
  description: string;
  name?: string;
  language?: FunctionLanguageName;
  /** Calls and their results, which the caller vouches for. */
  examples?: { arguments: JsonObject; result: Json }[];
}
export type MakeResult =
  | { ok: true; tool: Capability; /** False: there was one already. */ made: boolean; gates: GateResult[] }
  | { ok: false; reason: string; stoppedBy?: GateName; gates: GateResult[] };

export interface CallOptions {
  signal?: AbortSignal;
  /** Progress of this call; besides the one of the engine. */
  emit?: Emit;
}
export interface AskOptions extends CallOptions {
  /** False: answer with tools that are there, and make none. Default true. */
  make?: boolean;
  language?: FunctionLanguageName;
}

export interface ToolStats {
  name: string;
  version: string;
  status: Status;
  uses: number;
  failures: number;
  /** Mean of the reliability, 0 to 1, and how sure it is that it is above 0.9. */
  reliability: { mean: number; above: number };
  /** Its first uses, in which each result is checked once more. */
  probation: boolean;
  lastUse?: string;
}
export interface LibraryStats {
  tools: number;
  byLanguage: Record<string, number>;
  byStatus: Record<string, number>;
  requests: number;
  reused: number;
  made: number;
  refused: number;
  each: ToolStats[];
}
/** What usage says would be wanted: a tool that is there, or one worth making. */
export interface Suggestion {
  kind: 'existing' | 'make';
  name?: string;
  description: string;
  why: string;
}

/** The ask job and its library, over one store, one sandbox and one set of models. Safe for many calls at once. */
export interface Capabilities {
  readonly library: Library;
  /** Answers a request with tools; makes those that are missing. Rejects with `usage` for an empty request and as models and sandbox do; else resolves. */
  ask(request: string, options?: AskOptions): Promise<AskResult>;
  /** Makes a tool, unless there is one that does the same. Two calls for the same tool make one. */
  make(request: MakeRequest, options?: CallOptions): Promise<MakeResult>;
  find(query: Query, options?: CallOptions): Promise<Found>;
  /** Hybrid search by words, for people. No model is asked. */
  search(words: string, limit?: number): Promise<Match[]>;
  /** Calls one tool and remembers the use. Errors: `not_found`, with near names. A tool that was edited by hand passes the gate first. */
  use(name: string, args: JsonObject, options?: CallOptions & { version?: string; request?: string }): Promise<{ tool: Capability; result: UseResult }>;
  /** Runs the gate again on one tool, or on all. An edited tool that passes becomes a new version. */
  test(name?: string, options?: CallOptions): Promise<{ name: string; version: string; report: GateReport }[]>;
  /** Says what a call should have given: it becomes a case, and a repair is tried. */
  report(name: string, failure: { arguments: JsonObject; expected?: Json; error?: true | string }, options?: CallOptions): Promise<MakeResult>;
  rollback(name: string, version?: string): Promise<Capability>;
  deprecate(name: string, why: { reason: string; instead?: string }): Promise<Capability>;
  /** Makes a deprecated or archived tool active again. */
  restore(name: string): Promise<Capability>;
  /** A faster version, where one is found whose behaviour is the same. */
  optimise(name: string, options?: CallOptions): Promise<MakeResult & { ratio?: number }>;
  export(names: readonly string[], file: string): Promise<{ tools: string[]; signer: string }>;
  import(file: string, options: CallOptions & { trust?: boolean }): Promise<{ name: string; version: string; ok: boolean; why: string }[]>;
  seed(names?: readonly string[], options?: CallOptions): Promise<{ name: string; version: string; ok: boolean; why: string }[]>;
  stats(): Promise<LibraryStats>;
  suggest(limit?: number): Promise<Suggestion[]>;
  uses(name?: string, limit?: number): Promise<UseRecord[]>;
  /** Jobs that were interrupted; `resume` goes on with one, or with all. */
  unfinished(): Promise<{ id: string; request: string; at: string }[]>;
  resume(id?: string, options?: CallOptions): Promise<AskResult[]>;
  /** Called after tools came, went or changed. Gives a function that ends it. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface CapabilitiesOptions {
  config: LoadedConfig;
  /** Default: those of the configuration, opened when first needed. */
  models?: HttpModels;
  sandbox?: Sandbox;
  store?: Store;
  record?: string;
  replay?: string;
  emit?: Emit;
  /** Told in a sentence what takes long before the work begins. */
  onProgress?: (text: string) => void;
}

/** What the catalogue remembers of a synthesis that failed. */
export interface FailedSynthesis {
  need: Pick<Need, 'description' | 'name'>;
  stoppedBy?: GateName;
  reason: string;
  at: string;
}

/** The database's index of the library, made anew from the folder whenever that has changed, and what was remembered of uses. */
export interface Catalogue {
  /** Brings it up to the folder; cheap when nothing changed. */
  sync(): Promise<{ added: string[]; changed: string[]; removed: string[] }>;
  /** Tools near some texts, by all views and by full text. Active ones, unless `all`. */
  near(query: Query, options?: { limit?: number; all?: boolean }): Promise<Near[]>;
  /** Has this content been admitted on this machine. */
  evidenceOf(hash: string): Promise<Evidence | undefined>;
  setEvidence(name: string, evidence: Evidence): Promise<void>;
  addUse(use: Omit<UseRecord, 'at'>): Promise<void>;
  markWrong(id: string): Promise<void>;
  uses(filter?: { name?: string; limit?: number }): Promise<UseRecord[]>;
  addFailedSynthesis(failed: Omit<FailedSynthesis, 'at'>): Promise<void>;
  nearFailedSyntheses(need: Pick<Need, 'description'>, limit?: number): Promise<(FailedSynthesis & { similarity: number })[]>;
  /**
   * One synthesis at a time for needs that are alike, over all processes: resolves when nobody else is making such a tool. Claims of processes that
   * died are passed over.
   */
  claimMaking(need: Pick<Need, 'description' | 'name'>, signal?: AbortSignal): Promise<{ /** Somebody else made something alike meanwhile. */ waited: boolean; release(): Promise<void> }>;
}
export interface Near {
  tool: Capability;
  /** Figures of the features: cosine by view, text rank, … */
  figures: Record<string, number>;
}
