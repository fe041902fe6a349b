import type { FunctionLanguageName } from '../languages/function/types.ts';
import type { Usage } from '../models/types.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** A JSON schema, draft 2020-12, of the few words that contracts use: type, properties, required, items, prefixItems, enum, anyOf, description, default, minimum, maximum. */
export type JsonSchema = { [key: string]: unknown };

/** Where a case came from. All of them stay for good: a new version has to meet those of the old ones. */
export type CaseOrigin =
  /** The user stated it, in a request or by hand. */
  | 'user'
  /** The specification; whoever writes the code sees it. */
  | 'specification'
  /** The tester, who never sees code; whoever writes the code never sees it. */
  | 'hidden'
  /** Independent implementations agree on it. */
  | 'agreed'
  /** A use that failed, and what it should have given. */
  | 'failure';

/** One call of a tool and what is to come out: a result, or an error (`true`: any; a text: the class of the exception). */
export interface ToolCase {
  arguments: JsonObject;
  result?: Json;
  error?: true | string;
  from: CaseOrigin;
}

/** A law that always holds: an expression of the tool's language over its parameters and the function. */
export interface ToolProperty {
  text: string;
  expression: string;
}

/** What a tool promises. Whoever uses it needs nothing else. */
export interface Contract {
  /** snake_case, 3 to 64 characters; also the function's name, in every language. */
  name: string;
  /** One sentence: what it gives for what. */
  description: string;
  language: FunctionLanguageName;
  /** Its head in the language, with types: `def calculate_percentage(percent: float, number: float) -> float:`. */
  signature: string;
  /** Schema of the arguments: an object with the parameters in the order of the signature, `additionalProperties: false`. */
  parameters: JsonSchema;
  /** Schema of the result. */
  returns: JsonSchema;
  /**
   * Tools compute and touch nothing: no clock, no chance, no files, no network, no other process. What they need of the world (today's date, a
   * seed) is an argument.
   */
  effects: 'pure';
  /** Inputs that it refuses, in words, with the class of the exception (Go: no class). */
  errors: { when: string; error?: string }[];
  /** How a result is said: `{percent} percent of {number} is {result}.` Names are those of parameters; `{result.mean}` a field of the result. */
  answer: string;
}

/** A tool that another calls, at the version whose code stands in the other's file. */
export interface Use {
  name: string;
  version: string;
  /** Content hash of that version. */
  hash: string;
}

export type Status = 'active' | 'deprecated' | 'archived';

/** How a version came to be. */
export interface Origin {
  /** ISO 8601, UTC. */
  at: string;
  by: 'model' | 'hand' | 'seed' | 'import';
  /** The model that wrote it. */
  model?: string;
  /** The request it was made for. */
  request?: string;
  /** The version before it, and why there is a new one. */
  parent?: string;
  reason?: string;
}

/** A version of a tool as it stands in its folder. */
export interface Capability extends Contract {
  /** `major.minor.patch`. Patch: same contract, all old cases hold. Minor: a contract that takes all that the old one took. Major: another contract. */
  version: string;
  /** The module, as the file has it. */
  code: string;
  /** All cases, as `cases.json` has them. */
  cases: ToolCase[];
  properties: ToolProperty[];
  uses: Use[];
  /** Other names by which it is known: of tools that were found to be the same. */
  aliases: string[];
  /** Requests that it has served well, at most three: what it is found by. */
  requests: string[];
  status: Status;
  /** Why it is deprecated or archived, since when, and what to use. */
  standing?: { reason: string; since: string; instead?: string };
  made: Origin;
  /** SHA-256 over contract, code, cases, properties and uses. */
  hash: string;
  /** SHA-256 over what a caller sees: parameters, returns, errors. */
  contractHash: string;
}

/** What a caller hands in to have it written: hashes, version and standing are the library's to say. */
export type CapabilityDraft = Omit<Capability, 'version' | 'hash' | 'contractHash' | 'status' | 'standing'>;

/** The gates in the order in which they are passed; the first that does not hold ends it. */
export const GATES = [
  'contract', 'safety', 'visible_cases', 'hidden_cases', 'agreement', 'properties', 'determinism', 'mutation', 'duplicate', 'cold_run',
] as const;
export type GateName = (typeof GATES)[number];

export interface GateResult {
  gate: GateName;
  ok: boolean;
  /** In one line what was measured: "23 of 25 mutants noticed (0.92)". For a refusal also why. */
  says: string;
  /** The figures, for programs. */
  data: JsonObject;
  ms: number;
}

/** Evidence for one content hash. */
export interface Evidence {
  hash: string;
  at: string;
  /** Version of the product whose gate it passed. */
  product: string;
  gates: GateResult[];
}

/** What became of a call. `undeclared`: an exception that the contract does not name. */
export type UseResult = { ms: number } & (
  | { ok: true; result: Json }
  | { ok: false; kind: 'arguments' | 'declared_error' | 'undeclared' | 'timeout' | 'crashed' | 'bad_result'; error?: string; message: string }
);

/** A use as it is remembered. */
export interface UseRecord {
  id: string;
  name: string;
  version: string;
  request: string | null;
  arguments: JsonObject;
  result: UseResult;
  /** Somebody said that the result is wrong. */
  wrong: boolean;
  at: string;
}

/** One thing that a request needs done. Its words come from the model that read the request; nothing of them has been looked up yet. */
export interface Need {
  /** `s1`, unique in the request. */
  id: string;
  /** The part of the request that it serves, in the user's words. */
  request: string;
  /** What a tool for it does, in general: "Calculate a percentage of a number." */
  description: string;
  /** What such a tool could be called. */
  name: string;
  /** Its parameters as they could be named, with the values of the request; `{ from: 's1' }` is the result of another need. */
  values: { name: string; type: ValueType; value?: Json; from?: string }[];
  returns: ValueType;
  /** Calls whose results the user stated. */
  examples: { arguments: JsonObject; result: Json }[];
  /** The language that the user asked for. */
  language?: FunctionLanguageName;
}
export type ValueType = 'number' | 'integer' | 'string' | 'boolean' | 'list' | 'object' | 'any';

/** What is looked for: a need, or just words. */
export type Query = Pick<Need, 'request'> & Partial<Pick<Need, 'description' | 'name' | 'values' | 'returns' | 'examples'>>;

/** A tool that may serve. */
export interface Match {
  tool: Capability;
  /** 0 to 1: how likely it serves, by the measured share of tools that did with such figures. */
  probability: number;
  /** What the figure was made from: nearness by view, text rank, margin, how values fit. */
  figures: Record<string, number>;
  /** Arguments, where the values of the query fit without asking anybody. */
  binding?: JsonObject;
  /** Examples of the query that it gave, and that it gave otherwise. */
  examples?: { reproduced: number; contradicted: number };
}

/** `unsure`: likely enough to be asked about, not to be taken. */
export interface Found {
  decision: 'reuse' | 'unsure' | 'make';
  /** Why, in one line. */
  why: string;
  /** The best first, at most five. */
  matches: Match[];
  ms: number;
}

/** Why no tool can be made for a request. */
export type Impossible = 'needs_network' | 'needs_secret' | 'needs_files' | 'acts_on_the_world' | 'not_a_computation' | 'unclear';

/** What was done for one need. */
export interface StepResult {
  id: string;
  tool: string;
  version: string;
  arguments: JsonObject;
  result: UseResult;
  /** The tool was made for this request. */
  made: boolean;
  probability?: number;
}

export interface AskResult {
  /** Id of the job, for `ask --resume`. */
  id: string;
  ok: boolean;
  outcome: 'answered' | 'impossible' | 'not_made' | 'failed' | 'cancelled';
  /** For people. */
  answer: string;
  impossible?: Impossible;
  steps: StepResult[];
  usage: Usage;
  requests: number;
  ms: number;
}
