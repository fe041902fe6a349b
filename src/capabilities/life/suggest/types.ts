import type { AskResult, Capability, Impossible, Need } from '../../types.ts';

/** A request of the past, as far as it says what would be wanted. */
export interface PastAsk {
  request: string;
  at: string;
  outcome: AskResult['outcome'];
  impossible?: Impossible;
  /** What it needed, in order; `tool`: what served it. */
  steps: (Pick<Need, 'description' | 'name'> & { tool?: string })[];
}

/** What suggestions are made from. */
export interface Usage {
  asks: readonly PastAsk[];
  tools: readonly Capability[];
  /** How alike two texts are, 0 to 1. Default: by the words that they share. */
  alike?: (a: string, b: string) => number;
}
