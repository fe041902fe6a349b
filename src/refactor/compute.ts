import { refusalReason, refuse } from '../languages/refactor/refuse.ts';
import type { Operation, RefactorContext, RefactorEngine, Refactoring } from '../languages/refactor/types.ts';
import { enginesOf } from './engines.ts';

/** What one engine makes of an operation. */
export interface Computed {
  engine: RefactorEngine;
  refactoring: Refactoring;
}

/**
 * An operation as every engine concerned computes it. Nothing is written.
 *
 * @throws `refactoring_refused` with `data.reason`; `ambiguous` for a name that several languages declare. `cancelled`
 */
export async function computeAll(operation: Operation, context: RefactorContext): Promise<Computed[]> {
  const engines = await enginesOf(operation, context.bench);
  const computed: Computed[] = [];
  let missing: unknown;
  for (const engine of engines) {
    context.signal?.throwIfAborted();
    try {
      computed.push({ engine, refactoring: await engine.compute(operation, context) });
    } catch (thrown) {
      // Of several languages that hold the word, those that declare nothing of the name have nothing to say.
      if (engines.length === 1 || refusalReason(thrown) !== 'not_found') throw thrown;
      missing = thrown;
    }
  }
  if (!computed.length) throw missing;
  const changing = computed.filter(({ refactoring }) => refactoring.edits.length);
  if (operation.kind === 'rename' && changing.length > 1) {
    const places = changing.map(({ engine }) => engine.languages[0]);
    throw refuse('ambiguous', `${operation.symbol} is declared in several languages: ${places.join(', ')}.`, { symbol: operation.symbol, places }, 'Name the file that declares the one that is meant.');
  }
  return computed;
}

/** All of them as one. */
export function together(computed: readonly Computed[]): Refactoring {
  return {
    summary: computed.map(({ refactoring }) => refactoring.summary).join(' '),
    edits: computed.flatMap(({ refactoring }) => refactoring.edits),
    notes: computed.flatMap(({ refactoring }) => refactoring.notes),
  };
}

/**
 * Computes a refactoring and writes nothing.
 *
 * @throws as `computeAll`
 * @example
 * const { summary } = await preview({ kind: 'rename', symbol: 'area', to: 'surface' }, { bench, sandbox });
 */
export async function preview(operation: Operation, context: RefactorContext): Promise<Refactoring> {
  return together(await computeAll(operation, context));
}
