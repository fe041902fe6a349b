import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../../core/events.ts';
import { EXIT, UntilgreenError } from '../../core/errors.ts';
import type { LogEvent, ModelCallRow, RunRow } from '../../store/types.ts';
import { diffLine } from '../approvals.ts';
import { withEngine } from '../job.ts';
import { findRun } from '../runs.ts';
import { configFor } from '../settings.ts';
import { goOn, standingOf, standingText, whatIsKnown, type Standing } from '../standing.ts';
import { colors, print, printJson } from '../terminal.ts';
import { describe } from '../view/describe.ts';
import { paint } from '../view/frame.ts';
import { clean, count, dollars, messageLines, oneLine, plural } from '../view/text.ts';

interface Shown {
  run: RunRow;
  events: LogEvent[];
  modelCalls: ModelCallRow[];
  folder: string;
}

/** `untilgreen show RUN`: what was asked, done, tested and spent. */
export async function show(word: string, options: { json?: boolean; diff?: boolean; report?: boolean }): Promise<number> {
  const config = await configFor({});
  const shown = await withEngine(config, {}, async (engine) => engine.show((await findRun(engine, word)).id));
  const standing = standingOf(shown.run, await whatIsKnown(config, [shown.run]));
  if (options.diff) {
    const diff = clean(await evidence(shown, standing, 'change.diff'));
    print(diff.trimEnd().split('\n').map((line) => diffLine(line, colors)).join('\n'));
  } else if (options.report) print(clean(await evidence(shown, standing, 'report.md')).trimEnd());
  else if (options.json) printJson({ ...shown, ...standing }, 2);
  else printRun(shown, standing);
  return EXIT.green;
}

/** A file of the run's folder; one that is not there is told, with how far the run came. */
async function evidence(shown: Shown, standing: Standing, name: string): Promise<string> {
  try {
    return await readFile(join(shown.folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UntilgreenError('file_missing', `Run ${shown.run.id} has no ${name}: it is ${standingText(standing)}.`, { run: shown.run.id }, goOn(shown.run, standing) && `\`${goOn(shown.run, standing)}\` goes on with it.`, { cause: error });
  }
}

function printRun({ run, events, modelCalls, folder }: Shown, standing: Standing): void {
  const state = standingText(standing);
  print(`${standing.state === 'green' ? colors.green(`✓ ${state}`) : colors.yellow(state)}  ${oneLine(run.request)}`);
  print(colors.dim(`run ${run.id} · ${run.created_at} · ${oneLine(run.directory)}`));
  const summary = run.output?.['summary'];
  if (typeof summary === 'string') print(messageLines(summary).join('\n  '));
  const next = goOn(run, standing);
  if (next) print(`Go on: ${next}`);
  print();
  for (const entry of events) {
    const line = entry.kind === 'event' && isRunEvent(entry.body) ? describe(entry.body) : undefined;
    if (line && line.tone !== 'faint') print(`  ${paint(colors, line.tone, line.text)}`);
  }
  const tokens = modelCalls.reduce((sum, call) => sum + (call.inputTokens ?? 0) + (call.outputTokens ?? 0), 0);
  const costs = modelCalls.flatMap((call) => call.cost ?? []);
  print();
  print(colors.dim(`${plural(modelCalls.length, 'model call')}, ${count(tokens)} tokens${costs.length > 0 ? `, ${dollars(costs.reduce((a, b) => a + b, 0))}` : ''} · files in ${folder}`));
}

function isRunEvent(body: Record<string, unknown>): body is Record<string, unknown> & RunEvent {
  return typeof body['event'] === 'string' && typeof body['data'] === 'object' && body['data'] !== null;
}
