import type { Near } from '../interfaces.ts';
import type { Query } from '../types.ts';
import { numbersFit, numbersIn, valuesFit } from './literals.ts';

/**
 * What the probability is made from. The first group are cosines, which mean something else in every model; the others mean the same in all.
 */
export const MODEL_FEATURES = ['best', 'description', 'name', 'signature', 'request', 'lead'] as const;
export const COMMON_FEATURES = ['served', 'z', 'text', 'textLead', 'taken', 'unfilled'] as const;
export const FEATURES = [...MODEL_FEATURES, ...COMMON_FEATURES] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Record<Feature, number>;

/** The figures of a tool that was found near a query. `served`: it has served a request before, so `request` says something. */
export function featuresOf(query: Query, { tool, figures }: Near): Features {
  const fit = query.values ? valuesFit(query.values, tool) : numbersFit(numbersIn(query.request), tool);
  const figure = (name: string): number => figures[name] ?? 0;
  return {
    best: figure('best'), description: figure('description'), name: figure('name'), signature: figure('signature'), request: figure('request'), lead: figure('lead'),
    served: tool.requests.length > 0 ? 1 : 0, z: figure('z'), text: figure('text'), textLead: figure('textLead'), ...fit,
  };
}
