import fc from 'fast-check';
import { expect, describe, test } from 'vitest';
import { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import { UntilgreenError } from '../core/errors.ts';
import { defineTool, done, refused } from '../tools/outcome.ts';
import { toolContext } from '../tools/testing/context.prop.ts';
import { defaultTools } from '../tools/registry.ts';
import type { Tool, ToolContext } from '../tools/types.ts';
import { executePlan, type ExecuteOptions } from './execute.ts';
import { fallbacks } from './fallbacks/registry.ts';
import { cycleOf } from './graph.ts';
import { judged } from './judge.ts';
import { backOff, RETRIES, TRANSIENT } from './retry.ts';
import { planTools } from './task-plan.ts';
import type { Plan, PlanStep } from './types.ts';

const plan = (...steps: (Partial<PlanStep> & Pick<PlanStep, 'action'>)[]): Plan => ({
  summary: '', checks: [], steps: steps.map((s, i) => ({ id: `s${i + 1}`, args: {}, dependsOn: [], why: '', ...s })),
});

/** Lets other steps have their turn, a number of times. */
const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

interface Log {
  now: { id: string; path?: string }[];
  most: number;
  order: string[];
  /** Pairs that were at work together. */
  together: [string, string][];
}

/** Tools that take some turns and note who works at the same time. `blind` writes a file that its arguments do not name. */
function watched(log: Log): Tool[] {
  const schema = z.strictObject({ id: z.string(), path: z.string().optional(), turns: z.number(), fails: z.boolean().optional() });
  type Args = z.infer<typeof schema>;
  const work = async (args: Args, context: ToolContext, write: boolean) => {
    const me = { id: args.id, ...(args.path === undefined ? {} : { path: args.path }) };
    for (const other of log.now) log.together.push([other.id, me.id]);
    log.now.push(me);
    log.most = Math.max(log.most, log.now.length);
    try {
      await turns(args.turns);
      if (write && args.path !== undefined) await context.bench.write([{ kind: 'write', path: args.path, content: args.id }]);
      await turns(args.turns);
    } finally {
      log.now.splice(log.now.indexOf(me), 1);
    }
    log.order.push(args.id);
    return args.fails ? refused('step_failed', `${args.id} was to fail.`) : done({ id: args.id }, args.id, write && args.path !== undefined ? [args.path] : []);
  };
  return [
    defineTool<Args>({ name: 'look', description: 'looks', effect: 'read', schema, reads: (a) => (a.path === undefined ? [] : [a.path]), run: (a, c) => work(a, c, false) }),
    defineTool<Args>({ name: 'put', description: 'writes', effect: 'write', schema, writes: (a) => (a.path === undefined ? [] : [a.path]), run: (a, c) => work(a, c, true) }),
    defineTool<Args>({ name: 'blind', description: 'writes somewhere', effect: 'execute', schema, run: (a, c) => work(a, c, true) }),
  ];
}
const newLog = (): Log => ({ now: [], most: 0, order: [], together: [] });

const FILES = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'sub/c.txt': 'c\n' };

describe('random graphs of steps', () => {
  const node = fc.record({ action: fc.constantFrom('look', 'put', 'put', 'blind'), path: fc.constantFrom('a.txt', 'b.txt', 'sub/c.txt', 'sub', 'new/x.txt'), turns: fc.nat(3), fails: fc.integer({ min: 0, max: 14 }).map((n) => n === 0), after: fc.array(fc.nat(9), { maxLength: 3 }) });
  const graph = fc.array(node, { minLength: 1, maxLength: 9 }).map((nodes) =>
    // Steps wait for earlier ones only: no cycle. `sub` is a folder and cannot be written.
    plan(...nodes.map(({ action, path, turns: n, fails, after }, i) => ({
      id: `n${i}`, action, args: { id: `n${i}`, path: path === 'sub' && action !== 'look' ? 'a.txt' : path, turns: n, ...(fails ? { fails } : {}) }, dependsOn: [...new Set(after.filter((d) => d < i).map((d) => `n${d}`))],
    }))),
  );

  test.each(['sequential', 'parallel'] as const)('%s: dependencies first, one end for each step, no two writers of a file at once, and nothing left of a plan that failed', { timeout: 120_000 }, async (mode) => {
    const { context, close } = await toolContext(FILES);
    const seen = { failed: 0, together: 0 };
    try {
      await fc.assert(
        fc.asyncProperty(graph, async (random) => {
          const log = newLog();
          const started: string[] = [];
          const ends = new Map<string, string[]>();
          const before = await context.bench.checkpoint();
          const result = await executePlan(random, context, {
            mode, tools: watched(log), onStep(step, state) {
              if (state === 'running') {
                for (const d of step.dependsOn) expect(ends.get(d)).toEqual(['done']);
                started.push(step.id);
              } else ends.set(step.id, [...(ends.get(step.id) ?? []), state]);
            },
          });
          expect([...ends].map(([id, states]) => [id, states.length])).toEqual([...ends].map(([id]) => [id, 1]));
          expect(new Set(ends.keys())).toEqual(new Set(random.steps.map((s) => s.id)));
          expect(result.steps.map((s) => s.id).toSorted()).toEqual(random.steps.map((s) => s.id).toSorted());
          expect(log.now).toEqual([]);
          const of = (id: string): PlanStep => random.steps.find((s) => s.id === id)!;
          for (const [one, two] of log.together) {
            const [a, b] = [of(one), of(two)];
            if (a.action !== 'look' && b.action !== 'look') expect([a.action, b.action, a.args.path === b.args.path]).toEqual(['put', 'put', false]);
            if (a.action === 'blind' || b.action === 'blind') continue;
            if ((a.action === 'put') !== (b.action === 'put')) expect(a.args.path).not.toBe(b.args.path);
          }
          expect(log.most).toBeLessThanOrEqual(mode === 'parallel' ? 4 : 1);
          seen.together += log.together.length ? 1 : 0;
          expect(result.ok).toBe(random.steps.every((s) => result.states[s.id] === 'done'));
          if (!result.ok) {
            seen.failed += 1;
            expect(await context.bench.deltas(before)).toEqual([]);
          }
          await context.bench.restore(before);
        }),
        { numRuns: 40 },
      );
    } finally {
      await close();
    }
    // Properties of plans that never failed or ran one by one would say little.
    expect(seen.failed).toBeGreaterThan(5);
    if (mode === 'parallel') expect(seen.together).toBeGreaterThan(5);
  });

  test('with cycles are refused, and what is named is a cycle', async () => {
    const { context, close } = await toolContext({});
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 }), async (edges) => {
          const random = plan(...edges.map((to, i) => ({ id: `n${i}`, action: 'look', args: { id: `n${i}`, turns: 0 }, dependsOn: to.filter((d) => d < edges.length).map((d) => `n${d}`) })));
          const refusal = await executePlan(random, context, { tools: watched(newLog()) }).then(() => undefined, (error: unknown) => error);
          expect(refusal === undefined).toBe(cycleOf(random.steps) === undefined);
          if (!(refusal instanceof UntilgreenError)) return;
          const cycle = refusal.data.cycle as string[];
          expect(refusal.code).toBe('plan_invalid');
          expect(cycle.length).toBeGreaterThan(1);
          expect(cycle[0]).toBe(cycle.at(-1));
          for (const [i, id] of cycle.slice(0, -1).entries()) expect(random.steps.find((s) => s.id === id)?.dependsOn).toContain(cycle[i + 1]);
        }),
      );
    } finally {
      await close();
    }
  });

  test('a dry run changes nothing and calls no tool', async () => {
    const { context, close } = await toolContext(FILES);
    try {
      await fc.assert(
        fc.asyncProperty(graph, async (random) => {
          const log = newLog();
          const result = await executePlan(random, context, { mode: 'dry-run', tools: watched(log) });
          expect(log.order).toEqual([]);
          expect(result.steps.map((s) => s.attempts)).toEqual(random.steps.map(() => 0));
          expect(await context.bench.deltas()).toEqual([]);
        }),
        { numRuns: 30 },
      );
    } finally {
      await close();
    }
  });
});

test.each(['constructor', '__proto__', 'nobody'])('a dependency on %s, which is no step, keeps no step from its turn', async (name) => {
  const { context, close } = await toolContext(FILES);
  try {
    const result = await executePlan(plan({ action: 'delete_file', args: { path: 'gone.txt' }, dependsOn: [name] }), context, {});
    expect(result).toMatchObject({ ok: false, states: { s1: 'failed' }, failed: { code: 'file_missing' } });
  } finally {
    await close();
  }
});

test('a dry run says what each step would do and what is wrong', async () => {
  const { context, close } = await toolContext(FILES);
  try {
    const result = await executePlan(
      plan({ action: 'file_read', args: { path: 'a.txt' } }, { action: 'edit_file', args: { path: 'a.txt', edits: [{ oldText: 'a', newText: 'b' }] } }, { action: 'shell', args: { command: 'ls' } }, { action: 'file_read', args: { path: 'gone.txt' } }),
      context, { mode: 'dry-run', tools: defaultTools() },
    );
    expect(result.steps.map((s) => s.summary)).toEqual([
      'Would run file_read on a.txt; it writes nothing.', 'Would run edit_file on a.txt; it would write a.txt.', 'Would run shell on ls; what it writes is known only when it runs.', 'Would run file_read on gone.txt; it writes nothing.',
    ]);
    expect(result).toMatchObject({ ok: false, states: { s1: 'skipped', s4: 'failed' }, failed: { step: 's4', code: 'plan_invalid', message: expect.stringContaining('gone.txt is not in the project') } });
  } finally {
    await close();
  }
});

describe('steps that are cancelled', () => {
  test.each(['sequential', 'parallel'] as const)('%s: one that ignores its signal is left behind and can write nothing afterwards', async (mode) => {
    const { context, close } = await toolContext(FILES);
    let release = (): void => {};
    let late: Promise<unknown> | undefined;
    const stubborn = defineTool({
      name: 'stubborn', description: 'ignores its signal', effect: 'write', schema: z.strictObject({}), writes: () => ['a.txt'],
      async run(_args, { bench }) {
        await bench.write([{ kind: 'write', path: 'a.txt', content: 'early' }]);
        await new Promise<void>((resolve) => (release = resolve));
        late = bench.write([{ kind: 'write', path: 'a.txt', content: 'late' }]).then(() => 'wrote', (error: unknown) => error);
        return done({}, 'never seen');
      },
    });
    try {
      const controller = new AbortController();
      const running = executePlan(plan({ action: 'stubborn' }, { action: 'stubborn', dependsOn: ['s1'] }), context, { mode, tools: [stubborn], signal: controller.signal });
      setTimeout(() => controller.abort(), 50);
      expect(await running).toMatchObject({ ok: false, failed: { step: 's1', code: 'cancelled' }, states: { s1: 'failed', s2: 'skipped' } });
      expect(await context.bench.deltas()).toEqual([]);
      release();
      await turns(5);
      expect(await late).toMatchObject({ code: 'cancelled' });
      expect(await context.bench.deltas()).toEqual([]);
    } finally {
      await close();
    }
  });

  test('a listener that throws ends the plan, and nothing of it stays', async () => {
    const { context, close } = await toolContext(FILES);
    try {
      const writes = plan({ action: 'file_write', args: { path: 'a.txt', content: 'new' } }, { action: 'file_write', args: { path: 'b.txt', content: 'new' }, dependsOn: ['s1'] });
      await expect(executePlan(writes, context, { onStep: (step, state) => { if (step.id === 's2' && state === 'done') throw new RangeError('listener'); } })).rejects.toThrow('listener');
      expect(await context.bench.deltas()).toEqual([]);
    } finally {
      await close();
    }
  });

  test('the failure of one cancels those beside it, and each says why', async () => {
    const { context, close } = await toolContext(FILES);
    const hangs = defineTool({ name: 'hangs', description: 'waits for its signal', effect: 'read', schema: z.strictObject({}), run: (_a, { signal }) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(refused('cancelled', 'gone')))) });
    try {
      const result = await executePlan(plan({ action: 'hangs' }, { action: 'delete_file', args: { path: 'gone.txt' } }, { action: 'hangs', dependsOn: ['s1'] }), context, { mode: 'parallel', tools: [...defaultTools(), hangs] });
      expect(result.failed).toMatchObject({ step: 's2', code: 'file_missing' });
      expect(result.steps.map(({ id, state, message }) => ({ id, state, message }))).toEqual([
        { id: 's2', state: 'failed', message: expect.stringContaining('gone.txt') },
        { id: 's1', state: 'failed', message: expect.stringMatching(/step s2 failed|gone/) },
        { id: 's3', state: 'skipped', message: 'Step s2 failed before it.' },
      ]);
    } finally {
      await close();
    }
  });
});

describe('what can pass is tried again', () => {
  async function tries(codes: ErrorCode[], options: Partial<ExecuteOptions> = {}) {
    const { context, close } = await toolContext({});
    const waited: number[] = [];
    const events: string[] = [];
    let calls = 0;
    const moody = defineTool({ name: 'moody', description: 'refuses for a while', effect: 'read', schema: z.strictObject({}), async run() {
      const code = codes[calls];
      calls += 1;
      return code ? refused(code, `refused with ${code}`) : done({}, 'at last');
    } });
    try {
      const retry = { ...RETRIES, random: () => 1, sleep: async (ms: number) => void waited.push(ms) };
      const result = await executePlan(plan({ action: 'moody' }), { ...context, emit: (event) => events.push(event) }, { tools: [moody], retry, ...options });
      return { result, waited, calls, events };
    } finally {
      await close();
    }
  }

  test.each<[string, ErrorCode[], number, boolean]>([
    ['a server that is away once', ['model_unreachable'], 2, true],
    ['a file that changed twice', ['stale', 'stale'], 3, true],
    ['a server that stays away', ['model_unreachable', 'model_unreachable', 'model_unreachable'], 3, false],
    ['a file that is not there', ['file_missing'], 1, false],
    ['a refusal of the second kind after one of the first', ['store_busy', 'bad_arguments'], 2, false],
  ])('%s', async (_title, codes, calls, ok) => {
    const tried = await tries(codes);
    expect(tried.calls).toBe(calls);
    expect(tried.result.ok).toBe(ok);
    expect(tried.result.steps).toMatchObject([{ id: 's1', attempts: calls }]);
    expect(tried.waited).toEqual([250, 500].slice(0, calls - 1));
    expect(tried.events.filter((e) => e === 'step_retried')).toHaveLength(calls - 1);
  });

  test('not without a policy', async () => {
    expect(await tries(['stale'], { retry: undefined })).toMatchObject({ calls: 1, result: { ok: false } });
  });
  test('a wait that is cancelled ends the step', async () => {
    const stopped = { ...RETRIES, sleep: () => Promise.reject(new DOMException('stop', 'AbortError')) };
    expect(await tries(['stale'], { retry: stopped })).toMatchObject({ calls: 1, result: { failed: { code: 'cancelled' } } });
  });
  test('waits grow, never beyond the longest, and are spread over the upper half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ms = backOff(attempt, { ...RETRIES, random: () => random });
        const full = Math.min(RETRIES.longestMs, RETRIES.firstMs * 2 ** (attempt - 1));
        expect(ms).toBeGreaterThanOrEqual(full / 2);
        expect(ms).toBeLessThanOrEqual(full);
      }),
    );
  });
  test('faults of arguments, files and people are not in the table', () => {
    for (const code of ['bad_arguments', 'file_missing', 'ambiguous', 'approval_needed', 'cancelled', 'budget', 'step_failed'] satisfies ErrorCode[]) expect(TRANSIENT).not.toHaveProperty(code);
  });
});

describe('ways on after a failure', () => {
  const edit = (path: string, oldText: string) => ({ action: 'edit_file', args: { path, edits: [{ oldText, newText: 'NEW' }] } });
  const PROJECT = { 'src/shapes.py': 'a = 1\n', 'src/twice.py': 'x = 1\ny = 2\nx = 1\n', 'one/same.py': 'a = 1\n', 'two/same.py': 'a = 1\n' };
  async function run(steps: Plan, options: ExecuteOptions = {}) {
    const { context, close } = await toolContext(PROJECT);
    try {
      const result = await executePlan(steps, context, { tools: planTools(), fallbacks, judge: judged, ...options });
      return { result, changed: (await context.bench.deltas()).map((d) => d.path) };
    } finally {
      await close();
    }
  }

  test('a file that lies elsewhere is found by its name', async () => {
    const { result, changed } = await run(plan(edit('shapes.py', 'a = 1')));
    expect(result.steps).toMatchObject([
      { id: 's1.find', action: 'find_file', state: 'done', addedFor: 's1', why: 'shapes.py is not there; look for it by its name.' },
      { id: 's1', action: 'edit_file', state: 'done', attempts: 2, args: { path: 'src/shapes.py' }, summary: expect.stringContaining('shapes.py is src/shapes.py here') },
    ]);
    expect(changed).toEqual(['src/shapes.py']);
  });
  test.each<[string, Plan, string, string]>([
    ['two files have the name', plan(edit('same.py', 'a = 1')), 'file_missing', '2 files have this name: one/same.py, two/same.py. Say which one.'],
    ['none has', plan(edit('shape.py', 'a = 1')), 'file_missing', 'No file has this name; near it: src/shapes.py'],
    ['the edit fits several places', plan(edit('src/twice.py', 'x = 1')), 'ambiguous', '1| x = 1\n2| y = 2\n3| x = 1'],
    ['the found file has several places', plan(edit('twice.py', 'x = 1')), 'ambiguous', 'src/twice.py reads:'],
  ])('nothing is guessed when %s', async (_title, steps, code, says) => {
    const { result, changed } = await run(steps);
    expect(result.failed).toMatchObject({ code, message: expect.stringContaining(says) });
    expect(result.steps[0]).toMatchObject({ state: 'done', addedFor: 's1' });
    expect(changed).toEqual([]);
  });
  test('a file to delete is not looked for elsewhere', async () => {
    const { result } = await run(plan({ action: 'delete_file', args: { path: 'shapes.py' } }));
    expect(result.steps).toMatchObject([{ id: 's1', state: 'failed', code: 'file_missing' }]);
  });
  test('maxSteps counts what fallbacks add', async () => {
    const { result, changed } = await run(plan(edit('shapes.py', 'a = 1')), { maxSteps: 1 });
    expect(result.failed).toMatchObject({ code: 'file_missing', message: expect.stringContaining('one step more than maxSteps allows') });
    expect(changed).toEqual([]);
    await expect(run(plan(edit('a', 'b'), edit('a', 'b')), { maxSteps: 1 })).rejects.toMatchObject({ code: 'plan_invalid', message: expect.stringContaining('the limit is 1') });
  });
  test('in parallel a step that finds its file elsewhere waits for the one that writes it', async () => {
    const { context, close } = await toolContext(PROJECT);
    const path = (args: { path: string }): string[] => [args.path];
    const append = defineTool({
      name: 'append', description: 'reads, takes its time, writes', effect: 'write', schema: z.strictObject({ path: z.string() }), reads: path, writes: path,
      async run(args, { bench }) {
        if (!(await bench.exists(args.path))) return refused('file_missing', 'not there', { path: args.path });
        const { text } = await bench.readText(args.path);
        await turns(20);
        await bench.write([{ kind: 'write', path: args.path, content: `${text}more\n` }]);
        return done({}, 'appended', [args.path]);
      },
    });
    try {
      const asked = plan({ action: 'append', args: { path: 'src/shapes.py' } }, { action: 'append', args: { path: 'shapes.py' } }, { action: 'append', args: { path: './shapes.py' } });
      const result = await executePlan(asked, context, { tools: [append], fallbacks, mode: 'parallel' });
      expect(result.failed).toBeUndefined();
      // Two of them at once would lose what the other wrote.
      expect((await context.bench.readText('src/shapes.py')).text).toBe('a = 1\nmore\nmore\nmore\n');
    } finally {
      await close();
    }
  });
});
