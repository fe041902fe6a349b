import { locate } from '../context/locate.ts';
import { fence, fileSections, projectOverview } from '../context/project.ts';
import { estimateTokens } from '../context/tokens.ts';
import type { ToolContext } from '../tools/types.ts';

/** Tokens of the project in the planner's message: what fits the smallest window that is served, with room for tools and reply. */
const BUDGET = 16_000;

/** What a planner is shown of a project for one task: an overview, the files it most likely concerns, and what the caller knows. */
export async function projectText(task: string, known: Readonly<Record<string, unknown>>, { bench, languages }: Pick<ToolContext, 'bench' | 'languages'>): Promise<string> {
  const detections = (await Promise.all(languages.map((language) => language.detect(bench)))).flat();
  const overview = await projectOverview(bench, detections);
  const located = await locate({ bench, languages, request: `${task}\n${JSON.stringify(known)}`, reports: [], touched: (await bench.deltas()).filter((d) => d.kind !== 'deleted').map((d) => d.path) });
  const files = await fileSections(located, languages, Math.max(1_000, BUDGET - estimateTokens(overview)));
  const given = Object.keys(known).length ? `## Given\n${fence(JSON.stringify(known, null, 1))}` : '';
  return [`## Project\n${overview}`, files && `## Files\n${files}`, given].filter(Boolean).join('\n\n');
}
