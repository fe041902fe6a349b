import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import { languages as defaultLanguages } from '../languages/registry.ts';
import type { Language } from '../languages/types.ts';
import { characterise } from '../mutation/characterise.ts';
import { mutationOf } from '../mutation/registry.ts';
import { meanScore } from '../mutation/score.ts';
import { freeTestPath } from '../mutation/test-path.ts';
import type { RelativePath } from '../workspace/types.ts';
import { commit } from './changes.ts';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, languageOf, tidyPath } from './paths.ts';
import { askTester, habits } from './tester.ts';
import { count, slug } from './text.ts';
import type { ToolContext, ToolResult } from './types.ts';

const schema = z.strictObject({
  path: z.string().optional().describe('source file to test'),
  target: z.string().optional().describe('function, class or behaviour to test'),
  instruction: z.string().optional().describe('what the tests must show; default the goal'),
});
type Args = z.infer<typeof schema>;

/** Milliseconds to look for inputs of a file: a step of a plan, where the command takes three minutes. */
const PINNING_MS = 60_000;

function pseudoSource(args: Args, context: ToolContext): { path: RelativePath; language: Language } | undefined {
  if (args.path !== undefined) {
    const path = insidePath(args.path);
    const language = languageOf(path, context.languages);
    return language && { path, language };
  }
  const language = context.languages[0];
  return language && { path: `${slug(args.target ?? context.goal ?? '', 'goal')}${language.extensions[0]}`, language };
}

const NO_MODEL = 'generate_tests needs a model for a behaviour or an instruction, and none is configured. With a path, and a function as target, it pins what the code does without one; create_file can hold tests written by hand.';

/** What needs no judgement: all functions of a file, or one by its name. */
function canPin(args: Args): boolean {
  return args.path !== undefined && args.instruction === undefined && (args.target === undefined || /^[\p{L}_$][\p{L}\p{N}_$.]*$/u.test(args.target)) && defaultLanguages.some((one) => mutationOf(one.name) && languageOf(args.path!, [one]));
}

/** Tests of what the functions do at present, without a model. */
async function pinned(path: RelativePath, args: Args, context: ToolContext): Promise<ToolResult> {
  const { bench, sandbox, languages, signal } = context;
  const made = await characterise({ paths: [path], bench, sandbox, languages, budgetMs: PINNING_MS, ...(args.target === undefined ? {} : { functions: [args.target] }), ...(signal ? { signal } : {}) });
  const why = made.skipped.map(({ name, why: reason }) => `${name ? `${name}: ` : ''}${reason}`).join('; ');
  if (made.files.length === 0) return refused('no_change', `No test of ${path} could be kept: ${why}.`, { skipped: made.skipped });
  const changed = await commit(made.files.map((file) => ({ path: file.path, after: file.text })), context);
  const tests = (await Promise.all(made.files.map((file) => languageOf(file.path, languages)!.staticTests(file.path, file.text)))).flat().map(({ name }) => name);
  const score = Math.floor(meanScore(made.functions) * 100);
  return done(
    { path: made.files[0]!.path, tests, score: meanScore(made.functions), skipped: made.skipped },
    `Wrote ${made.files.map((file) => file.path).join(' and ')} without a model: ${count(tests.length, 'test')} of what ${path} does at present, right or wrong; they notice ${score} of 100 small changes.${why ? ` Left out: ${why}.` : ''}`, changed,
  );
}

/**
 * Lets the tester's model write one new test file from the goal and the source's signatures, without the bodies: tests
 * that read the code tend to repeat its faults. Existing test files are never edited. One corrective turn. Where no model is configured, a path alone, or with a function
 * as target, gets tests that pin what the code does at present.
 * Refusals: `no_model`, `file_missing`, `bad_arguments`, `breaks_syntax`, `model_reply_invalid`, and the model's errors.
 */
export const generateTests = defineTool<Args>({
  name: 'generate_tests',
  description: 'Let the tester model write a new test file for a source file or a behaviour; existing tests stay as they are.',
  effect: 'write',
  role: 'tester',
  schema,
  asksModel: (args) => !canPin(args),
  reads: (args) => (args.path === undefined ? [] : [tidyPath(args.path)]),
  async run(args, context) {
    const source = pseudoSource(args, context);
    if (!context.models && !canPin(args)) return refused('no_model', NO_MODEL);
    if (!source) return refused('bad_arguments', `path: no language of the project knows ${args.path ?? 'it'}; give a source file.`);
    if (args.path !== undefined) await assertThere(source.path, context, 'Use search to find the source file.');
    if (args.path !== undefined && source.language.isTestFile(source.path)) return refused('bad_arguments', `path: ${source.path} is a test file; give the source file.`);
    if (!context.models) return pinned(source.path, args, context);
    const { language } = source;
    const path = await freeTestPath(await language.testPathFor(source.path, context.bench), context.bench, language);
    const about = args.path === undefined ? '' : `Source file ${source.path}, signatures only:\n${await language.outline(source.path, (await context.bench.readText(source.path)).text)}\n\n`;
    const task = [args.target ? `Test: ${args.target}` : '', args.instruction ?? '', context.goal ? `Goal:\n${context.goal}` : ''].filter(Boolean).join('\n\n');
    let reply: Awaited<ReturnType<typeof askTester>>;
    try {
      reply = await askTester(path, language, `${await habits(language, context)}\n\n${about}${task}\n\nThe new test file will be ${path}.`, `${context.key ?? 'tool'}/tests`, context);
    } catch (error) {
      // Outside a run whether a model is configured is known with the first question.
      if (error instanceof UntilgreenError && error.code === 'no_model' && canPin(args)) return pinned(source.path, args, context);
      throw error;
    }
    if ('problem' in reply) return refused(reply.problem.code, reply.problem.message, { path });
    const { content } = reply;
    const changed = await commit([{ path, after: content }], context);
    const tests = (await language.staticTests(path, content)).map((t) => t.name);
    return done({ path, tests }, `Wrote ${path} with ${count(tests.length, 'test')}: ${tests.join(', ')}.`, changed);
  },
});
