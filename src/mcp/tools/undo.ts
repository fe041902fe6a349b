import { z } from 'zod';
import { answered } from '../answers.ts';
import type { Places } from '../places.ts';
import type { BuiltIn, McpJobs } from '../types.ts';

const schema = z.strictObject({
  directory: z.string().min(1).describe('the project whose change is taken back'),
  run: z.string().min(1).optional().describe('id of a run; default: the last change of the directory'),
  force: z.boolean().optional().describe('also files that were changed since; what stands there now is kept in the journal'),
});

const result = z.object({ run: z.string(), files: z.array(z.object({ path: z.string(), action: z.string() })) });

/** Takes back an applied change. */
export const undoTool = (openEngine: McpJobs['openEngine'], places: Places): BuiltIn<z.infer<typeof schema>> => ({
  name: 'undo',
  title: 'Take back an applied change',
  description: 'Take back the last change that a run applied to a directory, or that of one run: files stand as they did before it. Works without git; a file that was changed since is left alone and named.',
  schema,
  result,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async run({ directory: word, run, force }, call) {
    const place = await places.enter(word, call);
    if ('question' in place) return place.question;
    const { engine } = await openEngine(place.directory, { apply: 'never' });
    try {
      const undone = await engine.undo({ directory: place.directory, ...(run && { runId: run }), ...(force && { force }) });
      return answered([`Took back run ${undone.run}:`, ...undone.files.map(({ path, action }) => `${action} ${path}`)].join('\n'), { run: undone.run, files: undone.files });
    } finally {
      await engine.close();
    }
  },
});
