import type { PromptResponse } from '@agentclientprotocol/sdk';
import { join } from 'node:path';
import { refuse } from '../errors.ts';
import { said } from '../run-view.ts';
import type { TurnContext } from '../turn.ts';
import { clean, plural } from '../text.ts';

/** Takes back the last change that was applied in the session's directory. Files that were changed since are never overwritten. */
export async function undo({ session, engine, text, turn }: TurnContext): Promise<PromptResponse> {
  if (text) throw refuse('/undo takes no words: it takes back the last change in this directory. `untilgreen undo --run ID` takes back another.');
  const { run, files } = await engine.undo({ directory: session.directory });
  const { id, update } = session.calls.begin({ title: `Take back ${plural(files.length, 'file')}`, kind: 'edit', status: 'in_progress' });
  session.send(update, session.calls.become(id, 'completed', { locations: files.map(({ path }) => ({ path: join(session.directory, path) })), rawOutput: { run, files } }));
  turn.answer = [`Took back run \`${run}\`:`, ...files.map(({ path, action }) => `- ${action} \`${clean(path)}\``)].join('\n');
  session.send(said(turn.answer));
  return { stopReason: 'end_turn', _meta: { untilgreen: { run, files } } };
}
