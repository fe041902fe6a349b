import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../config/load.ts';
import { ERROR_EXIT } from '../core/errors.ts';
import { undoApply } from '../workspace/undo.ts';
import { argumentsSchema, type JsonSchema } from './arguments.ts';
import { libraryTools } from './registry.ts';
import { oddProject, treeOf } from './testing/tree.prop.ts';
import { defaultRegistry, ToolRegistry, type Executed } from './tool-registry.ts';

let root: string;
let project: string;
let registry: ToolRegistry;
beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-registry-prop-')));
  project = join(root, 'project');
  mkdirSync(project);
  oddProject(project);
  const config = await loadConfig({ directory: project, env: { PATH: process.env.PATH, HOME: root, UNTILGREEN_HOME: join(root, 'home') }, cwd: project });
  registry = defaultRegistry({ directory: project, config });
});
afterAll(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});

const PATHS = ['a.py', 'sub/b.txt', 'sub', 'new.txt', 'deep/er/new.py', 'bin.dat', 'latin.txt', 'huge.txt', 'out', 'inside', 'loop1', 'loop1/x', 'slash/etc/hosts', 'fifo', 'a.py/x', '../x', '/etc/hosts', '.git/config', '', '.', '..', 'a\0b', './/sub\\b.txt', '__proto__', 'sub/../a.py'];
const TEXTS = ['', 'x', 'return', 'def area(r):\n    return 3 * r\n', 'def f(:\n', '# ... existing code ...\n', 'a\r\nb', '\uFEFFx', '(a+)+$', '(', '\uD800', 'write', 'append', 'create', 'three'];
const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PATHS) }, { weight: 3, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) });

/** Values that fit a schema more often than not. */
function likely(schema: JsonSchema | undefined): fc.Arbitrary<unknown> {
  if (schema?.enum) return fc.constantFrom(...schema.enum, 'other');
  if (schema?.properties) return argumentsLike(schema);
  if (schema?.items) return fc.array(likely(schema.items), { maxLength: 3 });
  if (schema?.type === 'string') return word;
  if (schema?.type === 'boolean') return fc.boolean();
  if (schema?.type === 'integer') return fc.oneof(fc.integer({ min: -1, max: 5 }), fc.integer());
  if (schema?.type === 'number') return fc.oneof(fc.double({ noNaN: true }), fc.integer());
  return fc.jsonValue();
}

function argumentsLike(schema: JsonSchema): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, fc.oneof({ weight: 20, arbitrary: likely(inner) }, { weight: 1, arbitrary: fc.jsonValue() })] as const);
  const known = fc.record(Object.fromEntries(keys), { requiredKeys: (schema.required ?? []).filter((key) => key in (schema.properties ?? {})) });
  // Now and then one that no tool has, and one missing.
  const odd = fc.oneof({ weight: 12, arbitrary: fc.constant<[string?, unknown?]>([]) }, { weight: 1, arbitrary: fc.tuple(fc.constant('zzz'), fc.jsonValue()) });
  const gone = fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(undefined, ...keys.map(([key]) => key)) });
  return fc.tuple(known, odd, gone).map(([value, [name, more], left]) => {
    const whole: Record<string, unknown> = { ...value, ...(name === undefined ? {} : { [name]: more }) };
    if (left !== undefined) delete whole[left];
    return whole;
  });
}

function expectAnswer(answer: Executed): void {
  if (answer.ok) expect(answer.summary).toEqual(expect.any(String));
  else {
    expect(Object.keys(ERROR_EXIT)).toContain(answer.code);
    expect(answer.code).not.toBe('internal');
    expect(answer.message).not.toBe('');
  }
  expect(() => JSON.stringify(answer)).not.toThrow();
}

const contentsOf = (tree: readonly string[]) => tree.map((line) => line.replace(/ \d+ [\d.]+ (\S*)$/, ' $1'));

describe.each(libraryTools().filter((tool) => tool.effect !== 'execute' && !tool.role).map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  it('answers whatever its arguments are; refused, the tree is as it was to the byte, and undone too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: argumentsLike(argumentsSchema(tool)) }, { weight: 1, arbitrary: fc.jsonValue() }), async (args) => {
        const before = treeOf(project);
        const answer = await registry.execute(name, args);
        expectAnswer(answer);
        if (answer.run === undefined) expect(treeOf(project)).toEqual(before);
        else {
          await undoApply(join(root, 'home/journals'), { runId: answer.run });
          expect(contentsOf(treeOf(project))).toEqual(contentsOf(before));
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe.each(libraryTools().map((tool) => [tool.name, tool] as const))('the schema of %s', (name, tool) => {
  // The same schema before a tool that does nothing: what is accepted shows without running anything.
  const shadow = new ToolRegistry();
  shadow.register({ ...tool, standalone: true, run: () => 'ran' });
  const [shown] = shadow.schemas('anthropic') as [{ input_schema: Parameters<typeof z.fromJSONSchema>[0] }];
  const reader = z.fromJSONSchema(shown.input_schema);
  /** What JSON schema does not say: that one of two arguments is needed. */
  const beyond = /one of the two/;

  it('accepts what execute accepts, as it is shown to models', async () => {
    await fc.assert(
      fc.asyncProperty(argumentsLike(argumentsSchema(tool)), async (args) => {
        const answer = await shadow.execute(name, args);
        const accepted = reader.safeParse(args).success;
        if (answer.ok) expect(accepted).toBe(true);
        else {
          expect(answer.code).toBe('bad_arguments');
          if (!beyond.test(answer.message)) expect(accepted).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('refuses any other JSON than an object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue().filter((v) => v === null ? false : typeof v !== 'object' || Array.isArray(v)), async (args) => {
        expect(await shadow.execute(name, args)).toMatchObject({ ok: false, code: 'bad_arguments' });
      }),
      { numRuns: 50 },
    );
  });
});
