import type { Feature } from './features.ts';

export interface Coefficients {
  bias: number;
  weights: Partial<Record<Feature, number>>;
}

/** By name of the embedding model; `any` for those that were not measured. Fitted by bench/capabilities/find-or-make.mts on half of the requests. */
export const COEFFICIENTS: Readonly<Record<string, Coefficients>> = {
  any: { bias: -4, weights: { text: 4, textLead: 6, taken: 1, unfilled: -2, z: 0.4 } },
};
