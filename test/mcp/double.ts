import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Face, Goal, Outcome } from '../../src/agent/types.ts';
import type { Entry } from '../../src/capabilities/interfaces.ts';
import type { Capability, Json, JsonObject, JsonSchema } from '../../src/capabilities/types.ts';
import { UntilgreenError } from '../../src/core/errors.ts';
import type { McpJobs, ServiceOptions, Tools } from '../../src/mcp/types.ts';

const number = { type: 'number' };
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });

/** A kept tool, with its code as a function of this process: what runs tools has tests of its own. */
export interface KeptDouble {
  tool: Capability;
  run(args: JsonObject, signal?: AbortSignal): Json | Promise<Json>;
}

export function kept(name: string, more: Partial<Capability> & { run?: KeptDouble['run'] } = {}): KeptDouble {
  const { run = ({ percent, number: n }) => (Number(percent) * Number(n)) / 100, ...contract } = more;
  const tool: Capability = {
    name, version: '1.0.0', description: `Calculates ${name}.`, language: 'python', signature: `def ${name}(percent: float, number: float) -> float:`,
    parameters: object({ percent: number, number }), returns: number, effects: 'pure', errors: [], answer: '{percent} percent of {number} is {result}.', code: '', cases: [],
    properties: [], uses: [], aliases: [], requests: [], status: 'active', made: { at: '2026-01-01T00:00:00.000Z', by: 'hand' }, hash: 'h', contractHash: 'c', ...contract,
  };
  return { tool, run };
}

/** A library in memory that holds to what the jobs promise: one synthesis for equal wishes, changes told, calls that can be cancelled. */
export function doubleTools(tools: KeptDouble[], folder: string): Tools & { made: number } {
  const listeners = new Set<() => void>();
  const making = new Map<string, Promise<KeptDouble>>();
  /** Answers that go on when something is searched for: who was told of them can say so. */
  const waiting: (() => void)[] = [];
  let revision = 0;
  const changed = (): void => {
    revision += 1;
    for (const listener of listeners) listener();
  };
  const entry = ({ tool }: KeptDouble): Entry => {
    const at = join(folder, tool.name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'SKILL.md'), `# ${tool.name}\n`);
    return { tool, folder: at, edited: false, evidence: { hash: tool.hash, at: tool.made.at, product: '0', gates: [] } };
  };
  const find = (name: string): KeptDouble => {
    const found = tools.find(({ tool }) => tool.name === name);
    if (!found) throw new UntilgreenError('not_found', `There is no tool ${name}.`, { name });
    return found;
  };
  const double: Tools & { made: number } = {
    made: 0,
    library: {
      list: async () => ({ tools: tools.map(entry), broken: [] }),
      read: async (name) => tools.filter(({ tool }) => tool.name === name).map(entry)[0],
      revision: async () => String(revision),
    },
    async ask(request, { emit, signal } = {}) {
      for (let i = 0; i < 2; i += 1) {
        const goOn = new Promise<void>((resolve) => waiting.push(resolve));
        emit?.('step', { message: `step ${i + 1}` });
        await Promise.race([goOn, sleep(60_000, undefined, { signal, ref: false })]);
      }
      return { id: 'a1', ok: true, outcome: 'answered', answer: `About ${request}`, steps: [], usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cost: undefined }, requests: 0, ms: 1 };
    },
    async make({ name = 'made', description }, { emit, signal } = {}) {
      const there = tools.find(({ tool }) => tool.name === name);
      if (there) return { ok: true, made: false, tool: there.tool, gates: [] };
      if (name === 'refused') return { ok: false, reason: 'its cases contradict each other', stoppedBy: 'visible_cases', gates: [{ gate: 'visible_cases', ok: false, says: '1 of 2', data: {}, ms: 1 }] };
      const first = !making.has(name);
      const work = making.get(name) ?? (async () => {
        emit?.('step', { message: `making ${name}` });
        await sleep(50, undefined, { signal });
        const made = kept(name, { description });
        tools.push(made);
        double.made += 1;
        changed();
        return made;
      })();
      making.set(name, work);
      try {
        return { ok: true, made: first, tool: (await work).tool, gates: [] };
      } finally {
        making.delete(name);
      }
    },
    async search(words, limit = 5) {
      waiting.shift()?.();
      return tools.filter(({ tool }) => tool.description.includes(words)).slice(0, limit).map(({ tool }) => ({ tool, probability: 0.9, figures: {} }));
    },
    async use(name, args, { signal } = {}) {
      const { tool, run } = find(name);
      if (typeof args['percent'] !== 'number') return { tool, result: { ok: false, kind: 'arguments', message: 'percent: expected a number', ms: 0 } };
      return { tool, result: { ok: true, result: await run(args, signal), ms: 1 } };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return double;
}

/** A goal job that is green at once: it applies as it is told to, and waits where nobody has agreed. */
export function doubleEngine(home: string, log: string[]): Pick<McpJobs, 'openEngine' | 'runs'> {
  const runs = new Map<string, { goal: Goal; apply: string; done: boolean }>();
  const end = async (id: string, face: Face): Promise<Outcome> => {
    const run = runs.get(id)!;
    const folder = join(home, 'runs', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'change.diff'), '-a - b\n+a + b\n');
    writeFileSync(join(folder, 'receipt.json'), JSON.stringify({ run: id }));
    const base = { run: id, iterations: 1, tokens: 10, cost: undefined, folder };
    if (run.apply === 'ask') {
      const { answer } = await face.approve({ kind: 'apply', subject: `Apply 1 file(s) to ${run.goal.directory}?`, detail: { diff: '-a - b\n+a + b\n' } });
      if (answer === 'pending') return { ...base, outcome: 'approval', exitCode: 4, summary: 'Waiting for approval.' };
      run.done = true;
      if (answer === 'denied') return { ...base, outcome: 'not_green', exitCode: 1, summary: 'The change is green and was not applied, because you declined it.' };
    }
    run.done = true;
    if (run.apply === 'never') return { ...base, outcome: 'green', exitCode: 0, summary: 'Green, not applied.' };
    log.push(`applied ${run.goal.directory}`);
    return { ...base, outcome: 'green', exitCode: 0, summary: 'Green.', applied: { journal: 'j', files: [{ path: 'calc.js', kind: 'modified', merged: false }] } };
  };
  const row = (id: string, { goal, done }: { goal: Goal; done: boolean }) => ({
    id, kind: 'goal', directory: goal.directory, request: goal.request, input: {}, status: done ? 'done' as const : 'waiting' as const, outcome: done ? 'green' : null, output: null, attempt: 1, created_at: '', updated_at: '',
  });
  const engine = (apply: string): Engine => ({
    async run(goal, face) {
      const id = `run-${runs.size + 1}`;
      runs.set(id, { goal, apply, done: false });
      face.onEvent({ timestamp: '', level: 'info', task_id: id, iteration: 1, phase: 'planning', event: 'step', data: { message: 'planning' } });
      if (goal.request.includes('for ever')) {
        const cancelled = await sleep(60_000, undefined, { signal: face.signal }).then(() => false, () => true);
        if (cancelled) log.push(`cancelled ${id}`);
        return { run: id, outcome: 'cancelled', exitCode: 130, summary: 'Cancelled.', iterations: 0, tokens: 0, cost: undefined, folder: join(home, 'runs', id) };
      }
      return end(id, face);
    },
    resume: async (id, face) => end(id!, face),
    plan: () => Promise.reject(new Error('no plans here')),
    history: async () => [...runs].map(([id, run]) => row(id, run)),
    async show(id) {
      const run = runs.get(id);
      if (!run) throw new UntilgreenError('run_unknown', `There is no run '${id}'.`);
      return { run: row(id, run), events: [], modelCalls: [], folder: join(home, 'runs', id) };
    },
    async undo({ directory, runId }) {
      log.push(`undone ${directory}`);
      return { run: runId ?? 'run-1', files: [{ path: 'calc.js', action: 'restored' }] };
    },
    close: async () => {},
  });
  return { openEngine: async (_directory, { apply }) => ({ engine: engine(apply), apply }), runs: engine('never') };
}

export interface Double extends ServiceOptions {
  log: string[];
  home: string;
}

/** Quick jobs for tests of the protocol alone. */
export function double(options: Partial<ServiceOptions> & { tools?: KeptDouble[] } = {}): Double {
  const home = mkdtempSync(join(tmpdir(), 'untilgreen-mcp-'));
  const log: string[] = [];
  const project = join(home, 'project');
  mkdirSync(project);
  const { tools = [kept('calculate_percentage'), kept('undo', { description: 'Undoes a percentage.' }), kept('old', { status: 'archived' })], ...more } = options;
  return {
    home, log, product: '9.9.9', sandboxed: true, cwd: project,
    capabilities: doubleTools(tools, join(home, 'tools')),
    ...doubleEngine(home, log),
    writeFunction: () => Promise.reject(new UntilgreenError('no_model', 'No model is configured.')),
    runCode: async (code, { language }) => ({ ok: true, language: language as 'python', status: 'exited', exitCode: 0, signal: null, stdout: code, stderr: '', truncated: false, wallMs: 1 }) as never,
    say: ({ data }) => (typeof data['message'] === 'string' ? data['message'] : undefined),
    ...more,
  };
}
