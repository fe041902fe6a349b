import { extname } from 'node:path/posix';
import { z } from 'zod';
import { asError, type ErrorCode } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import type { Message } from '../models/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import { assertSound, assertWhole } from './changes.ts';
import { languageOf } from './paths.ts';
import type { ToolContext } from './types.ts';

export const testerReply = z.object({ summary: z.string().optional(), content: z.string().min(1) });

/** Frameworks and an existing test as an example of the project's style. */
export async function habits(language: Language, context: ToolContext): Promise<string> {
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
async function problemOf(path: RelativePath, content: string, language: Language, context: ToolContext): Promise<{ code: ErrorCode; message: string } | undefined> {
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

/**
 * Asks the tester for one test file, with one corrective turn where it does not parse, holds no test or skips one.
 *
 * @param task all but the instructions: what to test, and how the project tests
 * @param key of the model calls
 * @throws the errors of the models
 */
export async function askTester(path: RelativePath, language: Language, task: string, key: string, context: ToolContext): Promise<{ content: string } | { problem: { code: ErrorCode; message: string } }> {
  const models = context.models!;
  const messages: Message[] = [{ role: 'user', content: task }];
  const ask = async (k: string) =>
    models.ask({ role: 'tester', system: await context.prompt('tester'), messages, schema: testerReply, schemaName: 'test_file', key: k, ...(context.signal ? { signal: context.signal } : {}) });
  let reply = await ask(key);
  let problem = await problemOf(path, reply.value.content, language, context);
  if (problem) {
    messages.push({ role: 'assistant', content: reply.text }, { role: 'user', content: `The file was refused: ${problem.message}\nSend the whole corrected JSON object.` });
    reply = await ask(`${key}/again`);
    problem = await problemOf(path, reply.value.content, language, context);
  }
  if (problem) return { problem };
  const { content } = reply.value;
  return { content: content.endsWith('\n') ? content : `${content}\n` };
}
