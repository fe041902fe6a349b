import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { functionLanguage } from '../languages/function/registry.ts';
import { openSandbox } from '../sandbox/open.ts';
import type { OpenedSandbox } from '../sandbox/types.ts';
import { NO_USAGE } from '../models/usage.ts';
import { confidenceLine, headerOf, leftOut, renderFunction } from './output.ts';
import { placeOf, saveFunction } from './save.ts';
import type { FunctionResult } from './types.ts';

let sandbox: OpenedSandbox;
let root: string;
beforeAll(async () => {
  sandbox = await openSandbox();
});
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-save-')));
  vi.spyOn(process, 'cwd').mockReturnValue(root);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** An answer as the job gives it. */
async function answer(code: string, doctests = 'double(4) => 8'): Promise<FunctionResult> {
  const python = functionLanguage('python');
  const examples = await python.parseExamples(doctests, 'double');
  return {
    ok: true, lang: 'python', fn: 'double', signature: await python.parseSignature('def double(n: int) -> int:', 'double'), doc: 'Twice a number.', code,
    confidence: { value: 0.905, band: 'high', why: '4 of 4 candidates that passed agree on 25 inputs' },
    evidence: { trustedExamples: 1, sampled: 5, distinct: 3, passers: 4, agreeing: 4, agreement: 1, inputs: 25 },
    examples: [...examples.map((example) => ({ ...example, trust: 'user' as const })), ...(await python.parseExamples('double(5) => 10', 'double')).map((example) => ({ ...example, trust: 'agreed' as const }))],
    properties: [], tried: [], usage: NO_USAGE, requests: 2, ms: 1, model: 'm', seed: 7, ended: 'agreed', notes: [],
  };
}
const DOUBLE = 'def double(n: int) -> int:\n    return 2 * n\n';

describe('a standalone script', () => {
  it('is run with the words of an example', async () => {
    const tried: unknown[] = [];
    const text = await renderFunction(await answer(DOUBLE), { form: 'standalone', cleanDoc: true }, { sandbox, emit: (event, data) => event === 'script_tried' && tried.push(data) });
    expect(text).toContain('argparse');
    expect(tried).toEqual([{ argv: '4', ok: true, printed: '8' }]);
  });

  it('takes the words that the code has names and types for, where its head was read off examples', async () => {
    const result = { ...(await answer('def double(text: str, /) -> str:\n    return text * 2\n', 'double("12") => "1212"')), examples: [] };
    const guessed = await functionLanguage('python').parseSignature('def double(n1):', 'double');
    const text = await renderFunction({ ...result, signature: guessed }, { form: 'standalone', cleanDoc: true }, { sandbox });
    expect(text).toContain(`parser.add_argument("text", type=str, help='str')`);
    expect(text).toContain('double(args.text)');
  });

  it('that does not run is an error with what it said', async () => {
    const wrong = answer('def double(n: int) -> int:\n    raise ValueError("never")\n');
    await expect(renderFunction(await wrong, { form: 'standalone', cleanDoc: true }, { sandbox })).rejects.toMatchObject({ code: 'tool_failed', message: expect.stringMatching(/was tried with "4" and exited 1: ValueError: never/) });
  });
});

it('what candidates agreed on does not stand in the doc: it would read as a promise', async () => {
  const text = await renderFunction(await answer(DOUBLE), { form: 'imports', cleanDoc: false }, { sandbox });
  expect(text).toContain('double(4)');
  expect(text).not.toContain('double(5)');
});

it('what the function alone lacks is named: its imports, not the package or comments', async () => {
  const result = await answer('import math\n\n\ndef double(n: int) -> int:\n    return math.floor(2 * n)\n');
  const text = await renderFunction(result, { form: 'function', cleanDoc: true }, { sandbox });
  expect(text).not.toContain('import math');
  expect(await leftOut(result, text, true)).toEqual(['import math']);
  expect(await leftOut(await answer(DOUBLE), await renderFunction(await answer(DOUBLE), { form: 'function', cleanDoc: true }, { sandbox }), true)).toEqual([]);
});

it('a result without code has nothing to render', async () => {
  const { code: _none, ...rest } = await answer(DOUBLE);
  await expect(renderFunction(rest, { form: 'function', cleanDoc: false }, { sandbox })).rejects.toMatchObject({ code: 'not_found' });
});

it('the header says who wrote it, when, with what and how sure', async () => {
  const result = await answer(DOUBLE);
  const date = new Date('2026-11-21T10:00:00Z');
  const alone = 'Read it before you rely on it.';
  expect(headerOf(result, date, { tests: true }).split('\n')).toEqual(['double: written by untilgreen fn on 2026-11-21 with m, seed 7.', 'confidence 0.91: 4 of 4 candidates that passed agree on 25 inputs', 'Its examples are in the test file beside it; read it before you rely on it.']);
  // No file of tests is written for a script, nor where there is no example.
  expect(headerOf(result, date, { tests: false }).split('\n').at(-1)).toBe(alone);
  expect(headerOf({ ...result, examples: [] }, date, { tests: true }).split('\n').at(-1)).toBe(alone);
  expect(confidenceLine({ confidence: { value: 0.2, band: 'low', why: 'nothing was run' } })).toBe('confidence 0.20 (low): nothing was run');
});

describe('where a result goes', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'lib'));
    writeFileSync(join(root, 'lib/taken.py'), 'x = 1\n');
  });

  it.each<[string, string | undefined, { directory: string; stem: string; extension: string; fixed: boolean }]>([
    ['the usual folder', undefined, { directory: 'outputs/generated_code', stem: 'double', extension: '.py', fixed: false }],
    ['a directory', 'lib', { directory: 'lib', stem: 'double', extension: '.py', fixed: false }],
    ['a file', 'lib/twice.py', { directory: 'lib', stem: 'twice', extension: '.py', fixed: true }],
  ])('%s', (_title, out, { directory, ...place }) => {
    expect(placeOf(out && join(root, out), 'double', 'python')).toEqual({ directory: join(root, directory), ...place });
  });

  it.each<[string, string, RegExp]>([
    ['a directory that is not there', 'gone/', /^There is no directory .*gone\//],
    ['a file in a directory that is not there', 'gone/a.py', /^There is no directory .*gone for a\.py\. Make it first/],
    ['a file that exists', 'lib/taken.py', /taken\.py exists, and is not overwritten/],
    ['a name of another language', 'lib/a.go', /is no name for a file in python\. Give it the extension \.py\./],
  ])('%s is refused', (_title, out, message) => {
    expect(() => placeOf(`${root}/${out}`, 'double', 'python')).toThrow(message);
  });

  it('a name that is taken gets a number, for the file and its tests alike', async () => {
    const result = await answer(DOUBLE);
    writeFileSync(join(root, 'lib/test_double.py'), 'mine\n');
    const saved = await saveFunction(result, DOUBLE, placeOf(join(root, 'lib'), 'double', 'python'), { tests: true });
    expect(saved).toEqual({ file: join(root, 'lib/double_2.py'), tests: join(root, 'lib/test_double_2.py') });
    expect(readFileSync(saved.tests!, 'utf8')).toMatch(/from double_2 import double/);
    expect(readFileSync(join(root, 'lib/test_double.py'), 'utf8')).toBe('mine\n');
    expect(readdirSync(join(root, 'lib')).sort()).toEqual(['double_2.py', 'taken.py', 'test_double.py', 'test_double_2.py']);
  });

  it('a file that was asked for and came meanwhile is an error, and stays as it is', async () => {
    const place = placeOf(join(root, 'lib/twice.py'), 'double', 'python');
    writeFileSync(join(root, 'lib/twice.py'), 'mine\n');
    await expect(saveFunction(await answer(DOUBLE), DOUBLE, place, { tests: true })).rejects.toMatchObject({ code: 'file_exists' });
    expect(readdirSync(join(root, 'lib')).sort()).toEqual(['taken.py', 'twice.py']);
    expect(readFileSync(join(root, 'lib/twice.py'), 'utf8')).toBe('mine\n');
  });
});
