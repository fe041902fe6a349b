import type { CodeReport } from '../run/run.ts';
import type { FunctionLanguage, Signature } from '../../languages/function/types.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { RunDeps } from '../interfaces.ts';
import type { Capability, CapabilityDraft, GateName, GateResult, JsonObject, JsonSchema, ToolCase } from '../types.ts';

/** A mutant that no case noticed, as whoever writes a further case is told of it. */
export interface SurvivingChange {
  /** 1-based line of the code. */
  line: number;
  before: string;
  after: string;
}

export interface AdmitInput extends RunDeps {
  draft: CapabilityDraft;
  /**
   * Codes that were written for the same contract, each a draw of its own; the draft's is one of them. Whoever calls sees to that: a text that one
   * greedy answer gave twice may stand here once.
   */
  candidates: readonly string[];
  /** A person stands for it (a seed, written by hand, an import that was looked at): then nobody else has to agree with it. */
  vouched?: boolean;
  /** The library, for what does the same already. */
  tools: readonly Capability[];
  /** Version of the product, for the evidence. */
  product: string;
  /** Share of mutants that the cases have to notice. Default 0.75. */
  mutationScore?: number;
  /** Made inputs on which candidates are compared. Default 25. */
  inputs?: number;
  /** The same seed makes the same inputs. Default 1. */
  seed?: number;
  /** Asked once, for cases that notice what survives. It is shown changes of the code, and never what a case gave. */
  killers?: (survivors: SurvivingChange[]) => Promise<ToolCase[]>;
  /** Told of each gate as it was passed, or not. */
  onGate?: (result: GateResult) => void;
  /** Only these, in the order of `GATES`. Default: all. */
  only?: readonly GateName[];
}

/** What a gate measured; name and time are added by whoever runs it. */
export type Verdict = Omit<GateResult, 'gate' | 'ms'>;

/** One gate. It refuses with `ok: false`; it throws only for what is no property of the tool (no sandbox, cancelled). */
export type Gate = (context: GateContext) => Promise<Verdict>;

/** What gates know of the tool, and what they leave for those after them. */
export interface GateContext {
  readonly input: AdmitInput;
  readonly draft: CapabilityDraft;
  readonly language: FunctionLanguage;
  readonly signature: Signature;
  /** What the signature alone means. */
  readonly schemas: { parameters: JsonSchema; returns: JsonSchema };
  /** Those of the draft; mutation testing adds to them. */
  cases: ToolCase[];
  /** Codes that do what the draft does, the draft's among them: what they agree on is taken for right. */
  voices: readonly string[];
  /** A registered tool that does the same. */
  duplicateOf?: string;
  /** Runs codes of this contract, all in one sandboxed wave. `caseMs`: of one call; default what a use may take. */
  run(codes: readonly string[], cases: readonly JsonObject[], options?: { sandbox?: Sandbox; caseMs?: number }): Promise<CodeReport[]>;
  /** Arguments made from those of the cases, the same for the same seed; fewer where no more different ones can be made. */
  inputs(count: number, seedOffset?: number): JsonObject[];
}

/** Cases that whoever writes the code may see. */
export const isVisible = ({ from }: Pick<ToolCase, 'from'>): boolean => from !== 'hidden';
