import type { Feature } from './features.ts';

export interface Coefficients {
  bias: number;
  weights: Partial<Record<Feature, number>>;
}

/** By name of the embedding model; `any` for those that were not measured. Fitted by bench/capabilities/find-or-make.mts on half of the requests. */
export const COEFFICIENTS: Readonly<Record<string, Coefficients>> = {
  'all-MiniLM-L6-v2-int8': {
    bias: -5.104,
    weights: { best: 3.831, description: 1.078, signature: 2.749, lead: 4.892, textLead: 11.851, crowd: -0.663, taken: 0.261, unfilled: -2.146 },
  },
  'ngram-256-v1': {
    bias: -3.853,
    weights: { description: 0.838, name: 1.480, lead: 4.320, text: 0.521, textLead: 19.258, taken: 0.336, unfilled: -2.565 },
  },
  'any': {
    bias: -3.548,
    weights: { z: 0.205, text: 1.355, textLead: 19.721, crowd: -0.434, taken: 0.240, unfilled: -2.420 },
  },
};
