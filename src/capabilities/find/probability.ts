import { COEFFICIENTS, type Coefficients } from './coefficients.ts';
import type { Features } from './features.ts';

/**
 * How likely a tool with these figures serves the query: the share of those with such figures that did, where one request in five has its tool in the
 * library (what shares there are where half of them have is in bench/capabilities/README.md). For an embedder
 * that was not measured only figures count that mean the same in every model, and `measured` is false.
 */
export function probabilityOf(features: Features, embedderModel: string): { probability: number; measured: boolean } {
  const own = COEFFICIENTS[embedderModel];
  return { probability: probabilityWith(features, own ?? COEFFICIENTS['any']!), measured: own !== undefined };
}

/** The probability by given coefficients. */
export function probabilityWith(features: Features, { bias, weights }: Coefficients): number {
  let sum = bias;
  for (const [name, weight] of Object.entries(weights)) sum += weight * features[name as keyof Features];
  return 1 / (1 + Math.exp(-sum));
}

