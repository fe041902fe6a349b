import { z } from 'zod';
import { UntilgreenError, asError } from '../core/errors.ts';
import type { Message, Models } from '../models/types.ts';
import { operationSchema } from '../refactor/index.ts';
import type { RelativePath, TextFile } from '../workspace/types.ts';
import { assertSound, assertWhole, commit, vanishedSymbols, vanishedText, type ComputedChange } from './changes.ts';
import { changedRegions, computeEdits } from './edit_file.ts';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, languageOf, tidyPath } from './paths.ts';
import { previewed, runRefactoring } from './refactoring.ts';
import { shownFile } from './shown.ts';
import { count, inShapeOf } from './text.ts';
import type { ToolContext } from './types.ts';

const schema = z
  .strictObject({
    path: z.string().optional().describe('file to change'),
    paths: z.array(z.string()).min(1).max(20).optional().describe('several files to change together'),
    instruction: z.string().min(1).optional().describe('what to change, in words'),
    operation: operationSchema.optional().describe('a refactoring carried out without a model, in place of an instruction'),
  })
  .refine((args) => (args.operation === undefined) !== (args.instruction === undefined), { message: 'give operation or instruction, one of the two', path: ['instruction'] })
  .refine((args) => args.operation === undefined || (args.path === undefined && args.paths === undefined), { message: 'the operation names its own paths', path: ['path'] })
  .refine((args) => args.operation !== undefined || (args.path === undefined) !== (args.paths === undefined), { message: 'give path or paths, one of the two', path: ['path'] });
type Args = z.infer<typeof schema>;
const named = (args: Args): string[] => (args.paths ?? (args.path === undefined ? [] : [args.path])).map(tidyPath);

export const coderReply = z.object({
  summary: z.string().optional(),
  edits: z.array(z.object({ path: z.string(), edits: z.array(z.object({ oldText: z.string(), newText: z.string() })) })).optional(),
  files: z.array(z.object({ path: z.string(), content: z.string() })).optional(),
});
type Reply = z.infer<typeof coderReply>;
interface Computed {
  changes: ComputedChange[];
  regions: string[];
  problems: { code: UntilgreenError['code']; message: string }[];
}

/** All files of a reply computed, every problem collected, nothing written. */
async function compute(reply: Reply, shown: ReadonlyMap<RelativePath, TextFile>, context: ToolContext): Promise<Computed> {
  const out: Computed = { changes: [], regions: [], problems: [] };
  const seen = new Set<RelativePath>();
  const take = async (raw: string, make: (path: RelativePath) => Promise<ComputedChange | undefined>): Promise<void> => {
    try {
      const path = insidePath(raw);
      if (seen.has(path)) throw new UntilgreenError('overlap', `${path} is given twice; put all its edits into one entry.`);
      seen.add(path);
      if (!shown.has(path)) {
        if (await context.bench.exists(path)) throw new UntilgreenError('path_outside', `${path} was not shown to you and must stay as it is.`);
        const language = languageOf(path, context.languages);
        if (language?.isTestFile(path) || language?.isTestConfig(path)) throw new UntilgreenError('path_outside', `${path} is a test file; this step changes sources only.`);
      }
      const change = await make(path);
      if (!change) return;
      await assertSound(change, context);
      out.changes.push(change);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === 'cancelled' || error.code === 'internal') throw error;
      out.problems.push({ code: error.code, message: error.message });
    }
  };
  for (const entry of reply.edits ?? []) {
    await take(entry.path, async (path) => {
      const before = shown.get(path);
      if (!before) throw new UntilgreenError('file_missing', `${path} does not exist; give a new file whole in "files".`);
      if (entry.edits.length === 0) return undefined;
      const computed = computeEdits(before, entry.edits);
      if (!computed.ok) throw new UntilgreenError(computed.code, computed.message);
      out.regions.push(`${path}\n${changedRegions(computed.after, computed.edits)}`);
      return { path, before, after: computed.after };
    });
  }
  for (const file of reply.files ?? []) {
    await take(file.path, async (path) => {
      const before = shown.get(path);
      const change = { path, ...(before ? { before } : {}), after: inShapeOf(before?.text, file.content) };
      assertWhole(change, context);
      return change;
    });
  }
  if (out.problems.length === 0 && !out.changes.some((c) => c.before?.text !== c.after)) {
    out.problems.push({ code: 'no_change', message: 'Your reply changes nothing. Send the edits that carry out the instruction.' });
  }
  return out;
}

async function ask(models: Models, messages: Message[], key: string, context: ToolContext): Promise<{ text: string; value: Reply }> {
  return models.ask({ role: 'coder', system: await context.prompt('coder'), messages, schema: coderReply, schemaName: 'changes', key, ...(context.signal ? { signal: context.signal } : {}) });
}

/**
 * Changes files by an instruction through the coder's model, with one corrective turn that shows every refusal of the
 * first. All files are computed and parsed before the first is written.
 * Refusals: `no_model`, the ladder's codes, `breaks_syntax`, `file_missing`, `path_outside`, and the model's errors.
 */
export const refactorCode = defineTool<Args>({
  name: 'refactor_code',
  description: 'Refactor across the whole project by an operation (imports, references and tests follow; no model), or let the coder model change files by an instruction.',
  effect: 'write',
  role: 'coder',
  asksModel: (args) => args.operation === undefined,
  schema,
  reads: named,
  ...({ writes: (args: Args) => (args.operation ? undefined : named(args)) } as object),
  preview: async (args, context) => (args.operation ? previewed(args.operation, context) : undefined),
  async run(args, context) {
    if (args.operation) return runRefactoring(args.operation, context);
    const { models } = context;
    if (!models) return refused('no_model', 'refactor_code needs a model, and none is configured. Set OPENAI_BASE_URL or another model, or use edit_file.');
    const shown = new Map<RelativePath, TextFile>();
    for (const path of (args.paths ?? [args.path ?? '']).map(insidePath)) {
      await assertThere(path, context, 'create_file makes new files.');
      shown.set(path, await context.bench.readText(path));
    }
    const request = `${args.instruction}\n${context.goal ?? ''}`;
    const files = await Promise.all([...shown.values()].map((file) => shownFile(file, request, context.languages)));
    const goal = context.goal ? `The goal of the whole work (your part is the instruction only):\n${context.goal}\n\n` : '';
    const messages: Message[] = [{ role: 'user', content: `${files.join('\n\n')}\n\n${goal}Instruction:\n${args.instruction}` }];
    const key = `${context.key ?? 'tool'}/refactor`;
    const first = await ask(models, messages, key, context);
    let computed = await compute(first.value, shown, context);
    let turns = 1;
    if (computed.problems.length) {
      context.emit('edit_refused', { tool: 'refactor_code', problems: computed.problems });
      const text = computed.problems.map((p) => `- ${p.code}: ${p.message}`).join('\n');
      messages.push({ role: 'assistant', content: first.text }, { role: 'user', content: `Nothing was written, because:\n${text}\n\nSend the whole corrected JSON object.` });
      computed = await compute((await ask(models, messages, `${key}/again`, context)).value, shown, context);
      turns = 2;
    }
    const [problem] = computed.problems;
    if (problem) return refused(problem.code, computed.problems.map((p) => p.message).join('\n'), { problems: computed.problems });
    const changed = await commit(computed.changes, context);
    const vanished = await vanishedSymbols(computed.changes, context);
    return done({ changed, regions: computed.regions.join('\n\n'), vanished, turns }, `Changed ${count(changed.length, 'file')}: ${changed.join(', ')}.${vanishedText(vanished)}`, changed);
  },
});
