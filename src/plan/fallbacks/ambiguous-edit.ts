import type { Fallback } from './types.ts';

/** Lines shown before and after the places that match. */
const AROUND = 6;
/** Lines shown at most, so that places far apart do not become the whole of a long file. */
const MOST_LINES = 200;

/** An edit that matches several places: they are read, so that whoever asked can quote one. None is chosen here. */
export const ambiguousEdit: Fallback = {
  name: 'ambiguous',
  async recover({ step, code, data }) {
    const { path, lines } = (data ?? {}) as { path?: unknown; lines?: unknown };
    if (code !== 'ambiguous' || typeof path !== 'string') return undefined;
    const places = Array.isArray(lines) ? lines.filter((line) => typeof line === 'number') : [];
    const fromLine = Math.max(1, Math.min(...(places.length ? places : [1])) - AROUND);
    const toLine = Math.min(Math.max(...(places.length ? places : [MOST_LINES])) + AROUND, fromLine + MOST_LINES - 1);
    return {
      step: { name: 'read', action: 'file_read', args: { path, fromLine, toLine }, why: `The edit of ${step.id} matches ${places.length > 1 ? `${places.length} places` : 'several places'}; show them.` },
      next: (result) => ({ kind: 'say', text: result.ok ? `${path} reads:\n${(result.data as { text: string }).text}` : `Reading ${path} failed: ${result.message}` }),
    };
  },
};
