import { extname } from 'node:path/posix';
import { z } from 'zod';
import { asError } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import type { Message } from '../models/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import { assertSound, assertWhole, commit } from './changes.ts';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, languageOf, tidyPath } from './paths.ts';
import { count, slug } from './text.ts';
import type { ToolContext } from './types.ts';

const schema = z.strictObject({
  path: z.string().optional().describe('source file to test'),
  target: z.string().optional().describe('function, class or behaviour to test'),
  instruction: z.string().optional().describe('what the tests must show; default the goal'),
});
type Args = z.infer<typeof schema>;

export const testerReply = z.object({ summary: z.string().optional(), content: z.string().min(1) });

/** A path for a new test file: the habit's own, else the same with a number, never an existing file. */
async function freePath(wanted: RelativePath, context: ToolContext, language: Language): Promise<RelativePath> {
  if (!(await context.bench.exists(wanted))) return wanted;
  const folder = wanted.includes('/') ? wanted.slice(0, wanted.lastIndexOf('/') + 1) : '';
  const name = wanted.slice(folder.length);
  const dot = name.indexOf('.');
  for (let n = 2; ; n += 1) {
    const [stem, rest] = [name.slice(0, dot), name.slice(dot)];
    // `test_a_2.py` and `a_2.test.js` keep the pattern by which the framework finds tests; `a_test.py` needs the number before the suffix.
    const numbered = stem.endsWith('_test') ? `${stem.slice(0, -5)}_${n}_test${rest}` : `${stem}_${n}${rest}`;
    const path = folder + numbered;
    if (!(await context.bench.exists(path)) && language.isTestFile(path)) return path;
    if (n > 500) return `${folder}${stem}_${Date.now()}${rest}`;
  }
}

/** Frameworks and an existing test as an example of the project's style. */
async function habits(language: Language, context: ToolContext): Promise<string> {
  const detections = (await language.detect(context.bench)).filter((d) => d.language === language.name);
  const frameworks = [...new Set(detections.flatMap((d) => d.checks.map((c) => c.framework)))].filter((f) => f !== 'command' && f !== 'tsc');
  const files = (await context.bench.list()).filter((f) => f.link === undefined);
  const example = files.filter((f) => f.path.endsWith(extname(f.path)) && languageOf(f.path, [language]) && language.isTestFile(f.path) && f.size < 20_000).sort((a, b) => a.size - b.size)[0];
  let hypothesis = false;
  const parts = [`Test framework: ${frameworks.join(', ') || (language.name === 'python' ? 'pytest' : language.name === 'go' ? 'go test' : 'node:test with node:assert/strict')}.`];
  for (const manifest of ['pyproject.toml', 'setup.cfg', 'tox.ini', 'requirements.txt', 'requirements-dev.txt', 'requirements-test.txt', 'package.json']) {
    if (!files.some((f) => f.path === manifest)) continue;
    const { text } = await context.bench.readText(manifest);
    hypothesis ||= language.name === 'python' && /\bhypothesis\b/.test(text);
    if (language.name !== 'python' && language.name !== 'go' && manifest === 'package.json' && /"type"\s*:\s*"module"/.test(text)) parts.push('The package is an ES module: use import.');
  }
  if (hypothesis) parts.push('hypothesis is available.');
  if (example) parts.push(`An existing test file, for its style (${example.path}):\n${(await context.bench.readText(example.path)).text.slice(0, 3_000)}`);
  return parts.join('\n');
}

/** What is wrong with a generated test file, in words for the model; undefined when it is fit. */
async function problemOf(path: RelativePath, content: string, language: Language, context: ToolContext) {
  try {
    assertWhole({ path, after: content }, context);
    await assertSound({ path, after: content }, context);
  } catch (thrown) {
    const error = asError(thrown);
    return { code: error.code, message: error.message };
  }
  const tests = await language.staticTests(path, content);
  if (tests.length === 0) return { code: 'model_reply_invalid' as const, message: `${path} holds no test that the framework would find.` };
  const skipped = tests.filter((t) => t.skipped).map((t) => t.name);
  return skipped.length ? { code: 'model_reply_invalid' as const, message: `These tests are skipped and would prove nothing: ${skipped.join(', ')}.` } : undefined;
}

function pseudoSource(args: Args, context: ToolContext): { path: RelativePath; language: Language } | undefined {
  if (args.path !== undefined) {
    const path = insidePath(args.path);
    const language = languageOf(path, context.languages);
    return language && { path, language };
  }
  const language = context.languages[0];
  return language && { path: `${slug(args.target ?? context.goal ?? '', 'goal')}${language.extensions[0]}`, language };
}

/**
 * Lets the tester's model write one new test file from the goal and the source's signatures, without the bodies: tests
 * that read the code tend to repeat its faults. Existing test files are never edited. One corrective turn.
 * Refusals: `no_model`, `file_missing`, `bad_arguments`, `breaks_syntax`, `model_reply_invalid`, and the model's errors.
 */
export const generateTests = defineTool<Args>({
  name: 'generate_tests',
  description: 'Let the tester model write a new test file for a source file or a behaviour; existing tests stay as they are.',
  effect: 'write',
  role: 'tester',
  schema,
  reads: (args) => (args.path === undefined ? [] : [tidyPath(args.path)]),
  async run(args, context) {
    const { models } = context;
    if (!models) return refused('no_model', 'generate_tests needs a model, and none is configured. create_file can hold tests written by hand.');
    const source = pseudoSource(args, context);
    if (!source) return refused('bad_arguments', `path: no language of the project knows ${args.path ?? 'it'}; give a source file.`);
    if (args.path !== undefined) await assertThere(source.path, context, 'Use search to find the source file.');
    if (args.path !== undefined && source.language.isTestFile(source.path)) return refused('bad_arguments', `path: ${source.path} is a test file; give the source file.`);
    const { language } = source;
    const path = await freePath(await language.testPathFor(source.path, context.bench), context, language);
    const about = args.path === undefined ? '' : `Source file ${source.path}, signatures only:\n${await language.outline(source.path, (await context.bench.readText(source.path)).text)}\n\n`;
    const task = [args.target ? `Test: ${args.target}` : '', args.instruction ?? '', context.goal ? `Goal:\n${context.goal}` : ''].filter(Boolean).join('\n\n');
    const messages: Message[] = [{ role: 'user', content: `${await habits(language, context)}\n\n${about}${task}\n\nThe new test file will be ${path}.` }];
    const key = `${context.key ?? 'tool'}/tests`;
    const ask = async (k: string) =>
      models.ask({ role: 'tester', system: await context.prompt('tester'), messages, schema: testerReply, schemaName: 'test_file', key: k, ...(context.signal ? { signal: context.signal } : {}) });
    let reply = await ask(key);
    let problem = await problemOf(path, reply.value.content, language, context);
    if (problem) {
      messages.push({ role: 'assistant', content: reply.text }, { role: 'user', content: `The file was refused: ${problem.message}\nSend the whole corrected JSON object.` });
      reply = await ask(`${key}/again`);
      problem = await problemOf(path, reply.value.content, language, context);
    }
    if (problem) return refused(problem.code, problem.message, { path });
    const content = reply.value.content.endsWith('\n') ? reply.value.content : `${reply.value.content}\n`;
    const changed = await commit([{ path, after: content }], context);
    const tests = (await language.staticTests(path, content)).map((t) => t.name);
    return done({ path, tests }, `Wrote ${path} with ${count(tests.length, 'test')}: ${tests.join(', ')}.`, changed);
  },
});
