import type { Near } from '../interfaces.ts';
import type { Query } from '../types.ts';
import { numbersFit, numbersIn, valuesFit } from './literals.ts';

/**
 * What the probability is made from. The first group are cosines, which mean something else in every model; the others mean the same in all.
 */
export const MODEL_FEATURES = ['best', 'description', 'name', 'signature', 'request', 'lead'] as const;
export const COMMON_FEATURES = ['z', 'text', 'textLead', 'crowd', 'taken', 'unfilled'] as const;
export const FEATURES = [...MODEL_FEATURES, ...COMMON_FEATURES] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Record<Feature, number>;

/** The figures of a tool that was found near a query. */
export function featuresOf(query: Query, { tool, figures }: Near): Features {
  const fit = query.values ? valuesFit(query.values, tool) : numbersFit(numbersIn(query.request), tool);
  const figure = (name: string): number => figures[name] ?? 0;
  return {
    best: figure('best'), description: figure('description'), name: figure('name'), signature: figure('signature'), request: figure('request'), lead: figure('lead'),
    z: figure('z'), text: figure('text'), textLead: figure('textLead'), crowd: figure('crowd'), ...fit,
  };
}

/** Which way a figure may speak: for a tool, or against it. Others would only make up for each other in the requests they are fitted on. */
export const DIRECTION: Readonly<Record<Feature, 1 | -1>> = {
  best: 1, description: 1, name: 1, signature: 1, request: 1, lead: 1, z: 1, text: 1, textLead: 1, crowd: -1, taken: 1, unfilled: -1,
};
