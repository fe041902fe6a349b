import { beforeAll, describe, expect, it, vi } from 'vitest';
import { UntilgreenError } from '../core/errors.ts';
import { fauxModels, fauxSampler, type FauxTexts } from '../models/faux.ts';
import type { SamplerInfo } from '../models/sampler.ts';
import { openSandbox } from '../sandbox/open.ts';
import type { OpenedSandbox } from '../sandbox/types.ts';
import { writeFunction } from './job.ts';
import type { FunctionDeps } from './session.ts';
import type { FunctionOptions, FunctionTask } from './types.ts';

let sandbox: OpenedSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

const MAX: FunctionTask = {
  task: 'The largest number of a list, None for an empty one.', fn: 'max_in_list', lang: 'python',
  signature: 'def max_in_list(values: list[int]):', doctests: '>>> max_in_list([3, 9, 2])\n9\n>>> max_in_list([-5])\n-5\n',
};
const fenced = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;
const RIGHT = fenced('def max_in_list(values: list[int]):\n    return max(values) if values else None');
const LOOP = fenced('def max_in_list(values: list[int]):\n    best = None\n    for value in values:\n        if best is None or value > best:\n            best = value\n    return best');
const FIRST = fenced('def max_in_list(values: list[int]):\n    return values[0]');
const ZERO = fenced('def max_in_list(values: list[int]):\n    best = 0\n    for value in values:\n        best = max(best, value)\n    return best');

interface Event {
  event: string;
  data: Record<string, unknown>;
}

/** Runs a job on scripted samples; by default nothing but the task is known and nobody can be asked. */
async function job(task: Partial<FunctionTask>, texts: FauxTexts[] | ((n: number) => string[]), options: Partial<FunctionOptions> = {}, more: Partial<FunctionDeps> = {}, info: Partial<SamplerInfo> = {}) {
  const events: Event[] = [];
  const sampler = fauxSampler(typeof texts === 'function' ? (_request, nth) => texts(nth) : texts, info);
  const result = await writeFunction({ ...MAX, ...task }, options, { sampler, sandbox, emit: (event, data = {}) => events.push({ event, data }), ...more });
  return { result, events, sampler, named: (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data) };
}

describe('waves, and when they end', () => {
  it('two candidates that agree are enough; the ones after them are not sampled', async () => {
    const { result, sampler, events } = await job({}, [[RIGHT], [LOOP, RIGHT, FIRST, ZERO]]);
    expect(result).toMatchObject({ ok: true, ended: 'agreed', evidence: { trustedExamples: 2, passers: 3, agreeing: 3, inputs: expect.any(Number) } });
    expect(result.code).toContain('return max(values) if values else None');
    expect(result.tried.map(({ id, passed, met, sameAs }) => [id, passed, met, sameAs])).toEqual([['c1', true, 2, undefined], ['c2', true, 2, undefined], ['c3', true, 2, 'c1'], ['c4', false, 1, undefined], ['c5', false, 1, undefined]]);
    expect(sampler.calls.map(({ n, temperature, seed, key }) => ({ n, temperature, seed, key }))).toEqual([{ n: 1, temperature: 0, seed: 1_000, key: 'wave0' }, { n: 4, temperature: 0.6, seed: 1_001, key: 'wave1' }]);
    expect(events.map(({ event }) => event)).toEqual([
      'stage_started', 'wave_started', 'stage_started', 'candidate_checked', 'wave_finished',
      'stage_started', 'wave_started', 'stage_started', 'candidate_checked', 'candidate_checked', 'candidate_checked', 'candidate_checked', 'wave_finished',
      'selected', 'finished',
    ]);
  });

  it('without a candidate that passes there is no answer, and the closest is known', async () => {
    const { result } = await job({}, () => [FIRST, ZERO], { candidates: 5 });
    expect(result).toMatchObject({ ok: false, ended: 'candidates', evidence: { passers: 0 }, confidence: { value: 0, band: 'low' } });
    expect(result.code).toBeUndefined();
    expect(result.tried.find(({ id }) => id === 'c1')).toMatchObject({ met: 1, of: 2, problem: { class: 'wrong_answer', call: 'max_in_list([3, 9, 2])', expected: '9', got: '3' } });
  });

  it('one greedy candidate can be all; without a sandbox the result says so', async () => {
    // Runs in the sandbox all the same; only what it says of itself differs.
    const open = { guarantees: { ...sandbox.guarantees, rung: 'none' as const }, run: sandbox.run.bind(sandbox) };
    const { result, sampler } = await job({}, [[RIGHT]], { candidates: 1 }, { sandbox: open });
    expect(result.notes).toContain('Candidates ran without a sandbox, with your rights, as asked.');
    expect(result).toMatchObject({ ok: true, ended: 'candidates', evidence: { sampled: 1, agreeing: 1 } });
    expect(sampler.calls).toHaveLength(1);
  });

  it('samples that are mostly the same make the next wave warmer, with another approach', async () => {
    const { sampler } = await job({}, [[FIRST], [FIRST], [RIGHT]], { candidates: 9 });
    expect(sampler.calls.map(({ temperature }) => temperature)).toEqual([0, 0.6, 1]);
    expect(sampler.calls[2]!.chat.user.startsWith(sampler.calls[0]!.chat.user)).toBe(true);
    expect(sampler.calls[2]!.chat.user).toMatch(/\n\nSolve it another way than the obvious one: /);
  });

  it('the time of the job ends it with the best so far', async () => {
    const clock = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(clock.signal);
    const { result } = await job({}, [[RIGHT], (request) => (clock.abort(), request.signal!.throwIfAborted(), [])], { timeoutSeconds: 4 });
    expect(timeout).toHaveBeenCalledWith(4_000);
    timeout.mockRestore();
    expect(result).toMatchObject({ ok: true, ended: 'timeout', evidence: { agreeing: 1 } });
    expect(result.error).toBeUndefined();
  });

  it('a cancelled job tells the best so far, and that it was cancelled', async () => {
    const controller = new AbortController();
    const { result } = await job({}, [[RIGHT], (request) => (controller.abort(), request.signal!.throwIfAborted(), [])], {}, { signal: controller.signal });
    expect(result).toMatchObject({ ok: false, ended: 'cancelled', error: { code: 'cancelled' }, evidence: { agreeing: 1 } });
    expect(result.code).toContain('max(values)');
  });

  it('a model that fails after the first wave leaves what there is, before it nothing', async () => {
    const gone = new UntilgreenError('model_unreachable', 'The server is gone.');
    const { result } = await job({}, [[RIGHT], gone]);
    expect(result).toMatchObject({ ok: false, ended: 'failed', error: { code: 'model_unreachable' }, evidence: { passers: 1 } });
    await expect(job({}, [gone])).rejects.toMatchObject({ code: 'model_unreachable' });
  });

  it('without a test the first candidate that parses is the answer, and nothing is run', async () => {
    const { result } = await job({}, [['def max_in_list(values: list[int]):\n    return values['], [FIRST]], { test: false });
    expect(result).toMatchObject({ ok: true, ended: 'no_test', confidence: { band: 'low' }, evidence: { inputs: 0 } });
    expect(result.code).toContain('return values[0]');
  });
});

describe('a test file of the user', () => {
  const source = 'from max_in_list import max_in_list\n\n\ndef test_one():\n    assert max_in_list([7]) == 7\n\n\ndef test_many():\n    for top in range(2, 6):\n        assert max_in_list(list(range(top))) == top - 1\n';

  it('has to pass as a whole, beyond the asserts that are read as examples', async () => {
    const { result } = await job({ doctests: undefined, tests: { name: 'test_max.py', source } }, [[FIRST], [RIGHT, LOOP, RIGHT, FIRST]]);
    expect(result).toMatchObject({ ok: true, ended: 'agreed', evidence: { trustedExamples: 1, tests: 2, passers: 3 } });
    expect(result.tried[0]).toMatchObject({ met: 1, of: 1, passed: false, problem: { class: 'wrong_answer' } });
  });
});

describe('repairs', () => {
  const big = { billions: 14 };
  it('a large model is shown the failure of the closest candidate of each behaviour, and mends one', async () => {
    const { result, sampler, named } = await job({}, [[FIRST], [ZERO], [RIGHT], [FIRST]], { candidates: 5, iterations: 3 }, {}, big);
    expect(named('repair_started').map(({ of, class: kind }) => [of, kind])).toEqual([['c1', 'wrong_answer'], ['c2', 'wrong_answer']]);
    expect(sampler.calls[2]!.chat.user).toContain('This attempt is wrong:');
    expect(sampler.calls[2]!.chat.user).toContain('max_in_list([3, 9, 2]) must give 9, it gave 3.');
    expect(sampler.calls[2]!.chat.user.startsWith(sampler.calls[0]!.chat.user)).toBe(true);
    expect(result).toMatchObject({ ok: true, evidence: { passers: 1 } });
    expect(result.tried.at(-2)).toMatchObject({ repairOf: 'c1', passed: true });
  });

  it('a tiny model samples anew in place of repairing wrong answers', async () => {
    const { named, sampler } = await job({}, () => [FIRST], { candidates: 5 });
    expect(named('repair_started')).toEqual([]);
    expect(sampler.calls).toHaveLength(2);
  });

  it('but it is handed back what does not parse', async () => {
    const broken = fenced('def max_in_list(values: list[int]):\n    if values\n        return max(values)');
    const { named, result } = await job({}, [[broken], [broken], [RIGHT]], { candidates: 5 });
    expect(named('repair_started')).toMatchObject([{ of: 'c1', class: 'syntax' }]);
    expect(result.ok).toBe(true);
  });

  it('and samples on from the prompt that it knows where that led nowhere', async () => {
    const broken = fenced('def max_in_list(values: list[int]):\n    if values\n        return max(values)');
    const { named, sampler } = await job({}, [[broken], [broken], [broken], [RIGHT]], { candidates: 13 });
    expect(named('repair_finished')).toHaveLength(1);
    expect(named('restarted')).toEqual([]);
    expect(sampler.calls[3]!.chat.user).toBe(sampler.calls[0]!.chat.user);
  });

  it('a repair that loses an example its original met is taken back', async () => {
    const neither = fenced('def max_in_list(values: list[int]):\n    return None');
    const { named, result } = await job({}, [[FIRST], [FIRST], [neither]], { candidates: 5, iterations: 3 }, {}, big);
    expect(named('repair_finished')).toMatchObject([{ of: 'c1', kept: false, passed: false }]);
    expect(named('restarted')).toEqual([{ why: 'no_growth' }]);
    expect(result.ok).toBe(false);
  });

  it('a base model is not asked for repairs: it only continues the stub', async () => {
    const { named } = await job({}, () => ['\n    return values[0]\n'], { candidates: 5 }, {}, { form: 'completion', billions: 14 });
    expect(named('repair_started')).toEqual([]);
  });
});

describe('without a trusted example', () => {
  const bare = { doctests: undefined };
  it('candidates vote, guessed examples do too, and the confidence is low', async () => {
    const models = fauxModels([{ doc: 'Return the largest number.', examples: [{ call: 'max_in_list([3, 9, 2])', result: '9' }, { call: 'max_in_list([4])', result: '5' }, { call: 'nonsense(', result: '1' }], properties: [] }]);
    const { result, named, sampler } = await job(bare, [[FIRST], [RIGHT, LOOP, FIRST, ZERO]], { candidates: 5 }, { models });
    expect(named('design_ready')).toEqual([{ ok: true, signature: null, examples: 2, properties: 0 }]);
    expect(result.confidence.band).toBe('low');
    expect(result.examples.filter(({ trust }) => trust === 'user')).toEqual([]);
    expect(result.doc).toBe('Return the largest number.');
    expect(sampler.calls[0]!.chat.user).not.toContain('max_in_list([4])');
    expect(models.calls).toHaveLength(1);
  });

  it('one question shows an input on which the candidates differ; its answer decides', async () => {
    const asked: { call: string; answers: { text: string; candidates: number }[] }[] = [];
    const { result } = await job(bare, [[FIRST], [RIGHT, LOOP, FIRST, ZERO]], { design: false, candidates: 5 }, {
      ask: async (question) => {
        asked.push(question);
        return { value: String(Math.max(...(JSON.parse(/\[.*\]/.exec(question.call)![0]) as number[]))) };
      },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]!.answers.length).toBeGreaterThan(1);
    expect(result.examples.filter(({ trust }) => trust === 'user')).toHaveLength(1);
    expect(result.evidence.trustedExamples).toBe(1);
  });

  it('a job that is stopped at its question is cancelled, not answered', async () => {
    const controller = new AbortController();
    const ask = async () => (controller.abort(), undefined);
    const { result } = await job(bare, [[FIRST], [RIGHT, LOOP, FIRST, ZERO]], { design: false, candidates: 5 }, { ask, signal: controller.signal });
    expect(result).toMatchObject({ ok: false, ended: 'cancelled', error: { code: 'cancelled' } });
  });

  it('guessed examples and laws outvote a larger group', async () => {
    const models = fauxModels([{ doc: 'The distinct numbers.', examples: [{ call: 'uniq([2, 1, 2])', result: '[2, 1]' }], properties: [{ text: 'no duplicates', expression: 'len(uniq(xs)) == len(set(uniq(xs)))' }] }]);
    const body = (line: string): string => fenced(`def uniq(xs: list[int]) -> list[int]:\n    return ${line}`);
    const task = { fn: 'uniq', task: 'Distinct numbers.', signature: 'def uniq(xs: list[int]) -> list[int]:', ...bare };
    const { result } = await job(task, [[body('xs')], [body('list(xs)'), body('sorted(set(xs))'), body('list(dict.fromkeys(xs))'), body('[*dict.fromkeys(xs)]')]], { candidates: 5 }, { models });
    expect(result.code).toContain('dict.fromkeys');
    expect(result.evidence).toMatchObject({ passers: 5, agreeing: 2, guessed: { met: 2, of: 2 } });
    expect(result.confidence.band).toBe('low');
  });

  it('more have to agree than with one, where nobody can be asked', async () => {
    const { result, sampler } = await job(bare, [[FIRST], [RIGHT, ZERO, FIRST, ZERO], [RIGHT, LOOP]], { design: false, candidates: 13 });
    expect(sampler.calls).toHaveLength(3);
    expect(result.ended).toBe('agreed');
  });

  it('a question that is passed over changes nothing', async () => {
    const { result } = await job(bare, () => [FIRST, RIGHT], { design: false, candidates: 5 }, { ask: async () => undefined });
    expect(result.notes).toContain('The question was passed over.');
    expect(result.confidence.band).toBe('low');
  });

  it('a base model and the tiniest are not asked for a design', async () => {
    for (const info of [{ form: 'completion' as const, billions: 7 }, { billions: 0.135 }]) {
      const models = fauxModels([]);
      await job(bare, () => [RIGHT], { candidates: 1 }, { models }, info);
      expect(models.calls).toEqual([]);
    }
  });

  it('a design that the model cannot make is done without', async () => {
    const models = fauxModels([new UntilgreenError('model_reply_invalid', 'no JSON')]);
    const { result, named } = await job(bare, () => [RIGHT], { candidates: 1 }, { models });
    expect(named('design_ready')).toEqual([{ ok: false, signature: null, examples: 0, properties: 0 }]);
    expect(result.ok).toBe(true);
    expect(result.notes).toContain('The model gave no valid design; the function is written without one.');
  });
});

describe('the head of the function', () => {
  it('comes from the design where the user gave none', async () => {
    const models = fauxModels([{ signature: 'def max_in_list(numbers: list[int]) -> int:' }]);
    const { result, sampler } = await job({ signature: undefined }, () => [RIGHT], { candidates: 1 }, { models });
    expect(result.signature?.text).toBe('def max_in_list(numbers: list[int]) -> int:');
    expect(sampler.calls[0]!.completion.prompt).toContain('def max_in_list(numbers: list[int]) -> int:');
  });

  it('is made from the examples where the design has another number of arguments', async () => {
    const models = fauxModels([{ signature: 'def max_in_list(a, b):' }]);
    const { result } = await job({ signature: undefined }, () => [RIGHT], { candidates: 1 }, { models });
    expect(result.signature?.parameters.map(({ name }) => name)).toEqual(['items']);
    expect(result.notes[0]).toMatch(/^The model's signature def max_in_list\(a, b\): does not go with max_in_list\(\[3, 9, 2\]\)/);
  });

  it('is taken from what the model writes where nothing shows it', async () => {
    const { result, sampler } = await job({ signature: undefined, doctests: undefined }, [['no', RIGHT], [RIGHT]], { design: false, candidates: 1 });
    expect(sampler.calls[0]).toMatchObject({ key: 'head', n: 4 });
    expect(result.signature?.text).toBe('def max_in_list(values: list[int]):');
    expect(result).toMatchObject({ ok: true, confidence: { band: 'low' } });
    await expect(job({ signature: undefined, doctests: undefined }, [['no']], { design: false })).rejects.toMatchObject({ code: 'model_reply_invalid' });
  });
});

describe('hostile candidates never pass and never stop the job', () => {
  const HOSTILE: readonly [string, string][] = [
    ['an endless loop', '    while True:\n        pass'],
    ['a fork', '    import os\n    while True:\n        os.fork()'],
    ['a flood', '    while True:\n        print("x" * 1000000)'],
    ['an early exit', '    import sys\n    sys.exit(0)'],
    ['a hard exit', '    raise SystemExit(0)'],
    ['a value that equals everything', '    class Yes:\n        def __eq__(self, other):\n            return True\n        def __repr__(self):\n            return "9"\n    return Yes()'],
    ['a line that looks like a pass', '    print("ok 1\\n2 passed in 0.01s")\n    return None'],
    ['patched comparisons', '    import builtins\n    builtins.AssertionError = type("No", (Exception,), {})\n    import doctest\n    doctest.OutputChecker.check_output = lambda *a: True\n    return 0'],
    ['a look at the tests', '    import glob\n    return [open(p).read() for p in glob.glob("/**/*test*", recursive=True)][:1]'],
  ];

  it('in one wave with right ones', { timeout: 60_000 }, async () => {
    const evil = HOSTILE.map(([, body]) => fenced(`def max_in_list(values: list[int]):\n${body}`));
    const { result } = await job({}, [[evil[0]!], evil.slice(1, 5), [...evil.slice(5), RIGHT, LOOP, RIGHT, LOOP]], { caseMs: 500 });
    expect(result.tried.slice(0, HOSTILE.length).map(({ passed }, index) => [HOSTILE[index]![0], passed])).toEqual(HOSTILE.map(([title]) => [title, false]));
    expect(result).toMatchObject({ ok: true, ended: 'agreed', evidence: { agreeing: 4, passers: 4 } });
  });
});
