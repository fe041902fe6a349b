import { endedRuns } from '../../store/queries/asked.ts';
import type { PastAsk } from '../life/suggest/types.ts';
import type { AskResult } from '../types.ts';
import type { Understood } from '../understand/understand.ts';
import { ASK_KIND } from './ask.ts';
import type { Shared } from './open.ts';

const OUTCOMES: ReadonlySet<string> = new Set<AskResult['outcome']>(['answered', 'impossible', 'not_made', 'failed']);

/** Requests of the past, the newest first, as far as they say what would be wanted. */
export async function pastAsks(shared: Shared): Promise<PastAsk[]> {
  const { db } = await shared.store();
  const runs = await endedRuns(db, { kind: ASK_KIND, directory: shared.library.directory, step: 'understood' });
  return runs.flatMap(({ request, outcome, output, created_at, step }): PastAsk[] => {
    const result = output?.['result'] as AskResult | undefined;
    const understood = step?.['value'] as Understood | undefined;
    if (!result || !understood || !OUTCOMES.has(outcome ?? '')) return [];
    const needs = understood.kind === 'needs' ? understood.needs : [];
    const steps = needs.map(({ id, name, description }) => {
      const tool = result.steps.find((one) => one.id === id)?.tool;
      return { name, description, ...(tool === undefined ? {} : { tool }) };
    });
    return [{ request, at: created_at, outcome: result.outcome, ...(result.impossible ? { impossible: result.impossible } : {}), steps }];
  });
}
