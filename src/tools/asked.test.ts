import { describe, expect, test } from 'vitest';
import { UntilgreenError } from '../core/errors.ts';
import { fauxModels, type FauxReply } from '../models/faux.ts';
import { generateTests } from './generate_tests.ts';
import { runTool } from './registry.ts';
import { sandboxedContext, toolContext } from './testing/context.prop.ts';
import type { ToolContext } from './types.ts';

const FILES = {
  'area.py': 'def area(r):\n    return 3 * r\n',
  'use.py': 'from area import area\n\nprint(area(1))\n',
  'tests/test_area.py': 'from area import area\n\ndef test_zero():\n    assert area(0) == 0\n',
  'pyproject.toml': '[project]\nname = "p"\n\n[tool.pytest.ini_options]\n',
};
const FIX = { path: 'area.py', edits: [{ oldText: '    return 3 * r', newText: '    return 3 * r * r' }] };
const FIXED = 'def area(r):\n    return 3 * r * r\n';
const TESTS = 'from area import area\n\ndef test_square():\n    assert area(2) == 12\n\ndef test_one():\n    assert area(1) == 3\n';

async function asked(name: string, args: unknown, replies: FauxReply[], check: (seen: { result: any; models: ReturnType<typeof fauxModels>; context: ToolContext }) => Promise<void> | void): Promise<void> {
  const models = fauxModels(replies);
  const { context, close } = await toolContext(FILES, { models, goal: 'The area grows with the square.', key: 'it1/s1' });
  try {
    await check({ result: await runTool(name, args, context), models, context });
  } finally {
    await close();
  }
}
const unchanged = async (context: ToolContext): Promise<void> => expect(await context.bench.deltas()).toEqual([]);
const lastWords = (models: ReturnType<typeof fauxModels>): string => models.calls.at(-1)?.messages.at(-1)?.content ?? '';

describe('refactor_code', () => {
  const args = { path: 'area.py', instruction: 'Square the radius.' };

  test('writes the edits of the coder, who saw the file, the instruction and the goal', async () => {
    await asked('refactor_code', args, [{ edits: [FIX] }], async ({ result, models, context }) => {
      expect(result).toMatchObject({ ok: true, changed: ['area.py'], data: { turns: 1 } });
      expect((await context.bench.readText('area.py')).text).toBe(FIXED);
      const [call] = models.calls;
      expect(call).toMatchObject({ role: 'coder', key: 'it1/s1/refactor' });
      for (const part of [FILES['area.py'], 'Square the radius.', 'The area grows with the square.']) expect(call?.messages[0]?.content).toContain(part);
    });
  });

  test.each<[string, object, string]>([
    ['an edit that matches nowhere', { edits: [{ path: 'area.py', edits: [{ oldText: '    return 4 * r', newText: '    return 0' }] }] }, 'not_found'],
    ['a change that does not parse', { edits: [{ path: 'area.py', edits: [{ oldText: '    return 3 * r', newText: '    return (3 * r' }] }] }, 'breaks_syntax'],
    ['a left-out body', { files: [{ path: 'area.py', content: 'def area(r):\n    # ... rest of code unchanged ...\n    pass\n' }] }, 'omission'],
    ['a file that was not shown', { edits: [FIX, { path: 'use.py', edits: [{ oldText: 'print(area(1))', newText: 'print(area(2))' }] }] }, 'path_outside'],
    ['a new test file', { edits: [FIX], files: [{ path: 'tests/test_new.py', content: 'def test_a():\n    assert True\n' }] }, 'path_outside'],
    ['a path that leads out', { files: [{ path: '../evil.py', content: 'x = 1\n' }] }, 'path_outside'],
    ['one file given twice', { edits: [FIX], files: [{ path: 'area.py', content: FIXED }] }, 'overlap'],
    ['a reply that changes nothing', { edits: [] }, 'no_change'],
  ])('%s gets one corrective turn that names the fault, and nothing of the first reply is written', async (_title, reply, code) => {
    await asked('refactor_code', args, [reply, { edits: [FIX] }], async ({ result, models, context }) => {
      expect(result).toMatchObject({ ok: true, changed: ['area.py'], data: { turns: 2 } });
      expect(lastWords(models)).toContain(`- ${code}: `);
      expect(models.calls[1]?.key).toBe('it1/s1/refactor/again');
      expect((await context.bench.deltas()).map((d) => d.path)).toEqual(['area.py']);
      expect((await context.bench.readText('area.py')).text).toBe(FIXED);
    });
    await asked('refactor_code', args, [reply, reply], async ({ result, models, context }) => {
      expect(result).toMatchObject({ ok: false, code });
      expect(models.remaining()).toBe(0);
      await unchanged(context);
    });
  });

  test('a model that fails is its refusal, with its code', async () => {
    await asked('refactor_code', args, [new UntilgreenError('model_unreachable', 'The server is gone.')], async ({ result, context }) => {
      expect(result).toMatchObject({ ok: false, code: 'model_unreachable', message: 'The server is gone.' });
      await unchanged(context);
    });
  });

  test('a vanished function is named with who still uses it', async () => {
    await asked('refactor_code', args, [{ files: [{ path: 'area.py', content: 'def size(r):\n    return 3 * r * r\n' }] }], ({ result }) => {
      expect(result).toMatchObject({ ok: true, data: { vanished: [{ name: 'area', referencedIn: expect.arrayContaining(['use.py', 'tests/test_area.py']) }] } });
    });
  });
});

describe('generate_tests', () => {
  const args = { path: 'area.py' };

  test('writes a new file by the habit of the project; the tester sees signatures, not bodies', async () => {
    await asked('generate_tests', args, [{ content: TESTS }], async ({ result, models, context }) => {
      expect(result).toMatchObject({ ok: true, changed: ['tests/test_area_2.py'], data: { tests: ['test_square', 'test_one'] } });
      expect((await context.bench.readText('tests/test_area_2.py')).text).toBe(TESTS);
      const [call] = models.calls;
      expect(call).toMatchObject({ role: 'tester', key: 'it1/s1/tests' });
      const seen = call?.messages[0]?.content ?? '';
      for (const part of ['def area(r)', 'The area grows with the square.', 'tests/test_area_2.py', 'pytest', 'def test_zero']) expect(seen).toContain(part);
      expect(seen).not.toContain('return 3 * r');
      expect(seen).not.toContain('hypothesis is available');
    });
  });

  test.each<[string, string, string, string]>([
    ['no test', 'x = 1\n', 'model_reply_invalid', 'holds no test'],
    ['a broken file', 'def test_a(:\n', 'breaks_syntax', 'would not parse'],
    ['a skipped test', 'import pytest\n\n@pytest.mark.skip\ndef test_a():\n    assert 1 == 2\n', 'model_reply_invalid', 'are skipped'],
  ])('%s gets one corrective turn, then a refusal', async (_title, content, code, says) => {
    await asked('generate_tests', args, [{ content }, { content: TESTS }], ({ result, models }) => {
      expect(result).toMatchObject({ ok: true, changed: ['tests/test_area_2.py'] });
      expect(lastWords(models)).toContain(says);
      expect(models.calls[1]?.key).toBe('it1/s1/tests/again');
    });
    await asked('generate_tests', args, [{ content }, { content }], async ({ result, context }) => {
      expect(result).toMatchObject({ ok: false, code, message: expect.stringContaining(says) });
      await unchanged(context);
    });
  });

  test('without a model it pins what a function does at present, with the score', async () => {
    const { context, close } = await sandboxedContext({ 'area.py': FILES['area.py'], 'tests/test_area.py': FILES['tests/test_area.py'] });
    try {
      const result = await runTool('generate_tests', { path: 'area.py', target: 'area' }, context);
      expect(result).toMatchObject({ ok: true, changed: expect.arrayContaining(['tests/test_area_2.py']), data: { path: 'tests/test_area_2.py', score: 1 }, summary: expect.stringContaining('without a model') });
      expect((await context.bench.readText('tests/test_area_2.py')).text).toContain('from area import area');
    } finally {
      await close();
    }
  }, 90_000);

  test.each<[string, object, boolean]>([
    ['a path alone', { path: 'area.py' }, false],
    ['a function of it', { path: 'area.py', target: 'Circle.area' }, false],
    ['a behaviour', { path: 'area.py', target: 'areas are never negative' }, true],
    ['an instruction', { path: 'area.py', instruction: 'Show that it grows.' }, true],
    ['no path', { target: 'area' }, true],
    ['a file of a language that has no mutants', { path: 'area.sh' }, true],
  ])('%s needs a model: %s', (_title, wanted, needed) => {
    expect(generateTests.asksModel!(wanted)).toBe(needed);
  });

  test.each<[string, object, string]>([
    ['a test file as the source', { path: 'tests/test_area.py' }, 'bad_arguments'],
    ['a missing source', { path: 'no.py' }, 'file_missing'],
    ['a file of no known language', { path: 'pyproject.toml' }, 'bad_arguments'],
  ])('%s is refused without asking', async (_title, wrong, code) => {
    await asked('generate_tests', wrong, [], ({ result, models }) => {
      expect(result).toMatchObject({ ok: false, code });
      expect(models.calls).toEqual([]);
    });
  });
});
