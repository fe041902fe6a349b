import { loadConfig } from '../config/load.ts';
import { promptText } from '../config/prompts.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { asError } from '../core/errors.ts';
import type { Level } from '../core/events.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { openToolSession, type ToolSession } from '../tools/session.ts';
import type { Approve, Tool, ToolContext } from '../tools/types.ts';
import { executePlan, type ExecuteMode, type ExecuteResult } from './execute.ts';
import { ExecutionResult } from './execution-result.ts';
import { fallbacks } from './fallbacks/registry.ts';
import { findFile } from './find-file.ts';
import { judged } from './judge.ts';
import { expected, MODES, onlyKnown, optionOf } from './options.ts';
import { PLANNER_PROMPT } from './prompts.ts';
import { asFailed, freeId, type Failed, type Replan } from './replan.ts';
import { RETRIES, type RetryPolicy } from './retry.ts';
import { planTools, TaskPlan } from './task-plan.ts';
import { TaskPlanner } from './task-planner.ts';
import type { Plan } from './types.ts';

/** What the executor reports while it works: `step_started`, `step_finished`, `step_retried`, `step_recovered`, `plan_rolled_back`. */
export interface ExecutorEvent {
  /** ISO 8601, UTC. */
  timestamp: string;
  level: Level;
  event: string;
  data: Record<string, unknown>;
}

export interface AgenticExecutorOptions {
  /** The project. It is changed only by a plan of which every step succeeded. */
  directory: string;
  /** Default `sequential`. */
  mode?: ExecuteMode;
  /** Steps that one task may take, those of fallbacks included. Default: `orchestrator.max_plan_steps` of the configuration (60). */
  maxSteps?: number;
  /** Default: the configuration of the directory, as the commands load it. */
  config?: LoadedConfig;
  /** Default: the strongest one of this machine, opened with the first command. */
  sandbox?: Sandbox;
  /** Answers what a person has to agree to, such as a new dependency. Default: nobody can be asked, and the step fails with `approval_needed`. */
  approve?: Approve;
  /** Tools that plans may use, `registry.list()` for one. Default: those of the library. */
  tools?: readonly Tool[];
  /** How often a refusal that can pass is tried again: `{ attempts: 1 }` for never. Default: three calls within about a second. */
  retry?: Partial<RetryPolicy>;
  /** Cancels all work. */
  signal?: AbortSignal;
  /** Must not throw. */
  onEvent?: (event: ExecutorEvent) => void;
}

const OPTIONS = ['directory', 'mode', 'maxSteps', 'config', 'sandbox', 'approve', 'tools', 'retry', 'signal', 'onEvent'] as const satisfies readonly (keyof AgenticExecutorOptions)[];

export interface ExecuteCodeOptions {
  /** What the code is for, one line of the result. */
  description?: string;
  /** `python` (default), `javascript`, `typescript`, `go` or `shell`. */
  language?: string;
  /** Seconds, at most 3 600. Default 30, for Go 120. */
  timeoutSeconds?: number;
}

/**
 * Carries out tasks on a project: plans them, by a template where one fits and else by the configured model, runs the steps in a
 * private copy and the sandbox, tries again what can pass, finds a way on after the usual failures, and writes to the directory
 * only what a plan did of which every step succeeded. Red tests and commands that do not end with 0 count as failures. One task at
 * a time works on the directory, in the order of the calls.
 *
 * What a task does never throws: it is in the result. Options of the wrong kind throw `bad_arguments`.
 *
 * @example
 * await using executor = new AgenticExecutor({ directory: './shop' });
 * const renamed = await executor.execute('rename area to surface', { oldName: 'area', newName: 'surface', command: 'pytest -q' });
 * console.log(renamed.summary());
 * const tests = await executor.runTests('pytest tests/unit');
 * if (!tests.ok) console.log(tests.error?.message);
 */
export class AgenticExecutor implements AsyncDisposable {
  readonly #options: AgenticExecutorOptions;
  #opened: Promise<Opened> | undefined;

  /** @throws `bad_arguments` that names the option, what was expected and what stood there */
  constructor(options: AgenticExecutorOptions) {
    expected(options !== null && typeof options === 'object', 'options', 'an object with the `directory` of a project', options);
    onlyKnown(options, OPTIONS);
    optionOf(options, 'directory', 'the path of a directory', (v) => typeof v === 'string' && v !== '');
    optionOf(options, 'mode', `one of ${MODES.join(', ')}`, (v) => v === undefined || MODES.includes(v as ExecuteMode));
    optionOf(options, 'maxSteps', 'a whole number of at least 1', (v) => v === undefined || (Number.isInteger(v) && (v as number) >= 1));
    expected(options.retry?.attempts === undefined || (Number.isInteger(options.retry.attempts) && options.retry.attempts >= 1), 'retry.attempts', 'a whole number of at least 1', options.retry?.attempts);
    optionOf(options, 'tools', 'a list of tools', (v) => v === undefined || Array.isArray(v));
    for (const name of ['approve', 'onEvent'] as const) optionOf(options, name, 'a function', (v) => v === undefined || typeof v === 'function');
    optionOf(options, 'signal', 'an AbortSignal', (v) => v === undefined || v instanceof AbortSignal);
    this.#options = { ...options };
  }

  /**
   * Plans a task and runs the plan, or runs a plan that is given.
   *
   * @param task  words, a `TaskPlan`, or a plan in its JSON form
   * @param known what the caller knows: the keys of a template (`{ command: 'pytest tests/' }`), or anything that helps a model
   */
  async execute(task: string | TaskPlan | Plan, known: Readonly<Record<string, unknown>> = {}): Promise<ExecutionResult> {
    expected(typeof task === 'string' || (task !== null && typeof task === 'object'), 'task', 'a text, a TaskPlan or a plan', task);
    let plan: TaskPlan | undefined;
    let executed: ExecuteResult | undefined;
    const about = (): string => plan?.about || (typeof task === 'string' ? task.trim() : task instanceof TaskPlan ? task.about : '');
    try {
      const { session, maxSteps, prompt } = await this.#open();
      const { run, applied } = await session.work(async (context) => {
        plan = typeof task === 'string' ? await this.#planner(context, maxSteps, prompt).plan(task, known) : TaskPlan.from(task);
        executed = await this.#run(plan.check({ tools: this.#tools(), maxSteps }), context, maxSteps);
        return { ok: executed.ok };
      });
      return resultOf(about(), plan, executed, { run, applied });
    } catch (thrown) {
      const { code, message, data } = asError(thrown);
      const status = code === 'cancelled' ? 'cancelled' : executed ? 'failed' : 'refused';
      return new ExecutionResult({ status, about: about(), plan, ...executed, error: { code, message, ...(Object.keys(data).length ? { data } : {}) } });
    }
  }

  /**
   * Runs a snippet in the sandbox, apart from the project: it sees and changes nothing of it.
   * @throws `bad_arguments` for options of the wrong kind
   */
  async executeCode(code: string, { description = 'Run a snippet', language = 'python', timeoutSeconds }: ExecuteCodeOptions = {}): Promise<ExecutionResult> {
    expected(typeof code === 'string' && code.trim() !== '', 'code', 'a text that is not empty', code);
    expected(timeoutSeconds === undefined || (typeof timeoutSeconds === 'number' && timeoutSeconds > 0 && timeoutSeconds <= 3_600), 'timeoutSeconds', 'a number of seconds above 0 and at most 3600', timeoutSeconds);
    return this.execute(new TaskPlan(description).addStep('run_code', { language, code, ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds }) }));
  }

  /** Replaces a text that occurs exactly once in a file. */
  async editFile(path: string, old: string, replacement: string): Promise<ExecutionResult> {
    for (const [name, value] of Object.entries({ path, old, replacement })) expected(typeof value === 'string', name, 'a text', value);
    return this.execute(new TaskPlan(`Edit ${path}`).addStep('edit_file', { path, edits: [{ oldText: old, newText: replacement }] }));
  }

  /** Runs the tests of the project, or those of a command (`pytest tests/unit -k total`). Red tests are a failure whose message names them. */
  async runTests(command?: string): Promise<ExecutionResult> {
    expected(command === undefined || (typeof command === 'string' && command.trim() !== ''), 'command', 'a command', command);
    return this.execute(new TaskPlan(command === undefined ? 'Run the tests' : `Run ${command}`).addStep('run_tests', command === undefined ? {} : { command }));
  }

  /**
   * Plans a task and runs nothing.
   * @throws as `TaskPlanner.plan`; errors of the directory and the configuration
   */
  async plan(task: string, known: Readonly<Record<string, unknown>> = {}): Promise<TaskPlan> {
    expected(typeof task === 'string', 'task', 'a text', task);
    return this.#look(async (planner) => planner.plan(task, known));
  }

  /**
   * Another plan after a step failed, with the finished steps kept; see `TaskPlanner.replanOnFailure`.
   *
   * @param plan  as it ran: `result.plan`
   * @param step  id of the step that failed: `result.error.step`
   * @param error `result.error`, or an error
   * @throws `bad_arguments` for a step that the plan does not have; errors of the directory and the configuration
   */
  async replanOnFailure(plan: TaskPlan, step: string, error: Failed | Error): Promise<Replan> {
    return this.#look(async (planner) => planner.replanOnFailure(plan, step, asFailed(error)));
  }

  /** Waits for tasks that were asked for, then removes the private copy. May be called again. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined); // what was never opened needs no closing
    await opened?.session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Gives a planner the project, and takes back what looking left there. */
  async #look<T>(look: (planner: TaskPlanner) => Promise<T>): Promise<T> {
    const { session, maxSteps, prompt } = await this.#open();
    // Not `ok`: what a planner tries out in the copy is never applied.
    const { value } = await session.work(async (context) => ({ ok: false, value: await look(this.#planner(context, maxSteps, prompt)) }));
    return value;
  }

  #planner(context: ToolContext, maxSteps: number, prompt: string): TaskPlanner {
    return new TaskPlanner(context, { maxSteps, prompt, ...(this.#options.tools && { tools: this.#tools() }) });
  }

  async #run(plan: TaskPlan, context: ToolContext, maxSteps: number): Promise<ExecuteResult> {
    const { mode = 'sequential', retry } = this.#options;
    for (const { id } of plan.steps) plan.mark(id, 'waiting'); // it may have run before
    return executePlan(withChecks(plan.toJSON()), { ...context, goal: plan.about }, {
      tools: this.#tools(), mode, maxSteps, retry: { ...RETRIES, ...retry }, fallbacks, judge: judged, onStep: (step, state) => plan.mark(step.id, state),
    });
  }

  #tools(): readonly Tool[] {
    const { tools } = this.#options;
    return tools ? [...tools, ...(tools.some((t) => t.name === findFile.name) ? [] : [findFile])] : planTools();
  }

  #open(): Promise<Opened> {
    return (this.#opened ??= this.#openNow().catch((error: unknown) => {
      this.#opened = undefined; // a directory that was missing may be there at the next call
      throw error;
    }));
  }

  async #openNow(): Promise<Opened> {
    const { directory, sandbox, approve, signal, onEvent, maxSteps } = this.#options;
    const config = this.#options.config ?? (await loadConfig({ directory }));
    const session = await openToolSession({
      directory, config, sandbox, approve, signal,
      emit: (event, data = {}, level = 'info') => onEvent?.({ timestamp: new Date().toISOString(), level, event, data }),
    });
    return { session, maxSteps: maxSteps ?? config.settings.orchestrator.max_plan_steps, prompt: await promptText('planner', config.settings, PLANNER_PROMPT) };
  }
}

/** The plan with its checks as last steps, since nobody looks at them afterwards here. */
function withChecks(plan: Plan): Plan {
  const taken = new Set(plan.steps.map((s) => s.id));
  const all = [...taken];
  const checks = plan.checks.map((command) => ({ id: freeId('check', taken), action: 'run_tests', args: { command }, dependsOn: all, why: 'A check of the plan.' }));
  return { ...plan, steps: [...plan.steps, ...checks] };
}

interface Opened {
  session: ToolSession;
  maxSteps: number;
  prompt: string;
}

function resultOf(about: string, plan: TaskPlan | undefined, executed: ExecuteResult | undefined, applied: Pick<ExecutionResult, 'run'> & { applied?: ExecutionResult['applied'] }): ExecutionResult {
  const failed = executed?.failed;
  if (!failed) return new ExecutionResult({ status: executed?.steps.some((s) => s.state === 'skipped') ? 'previewed' : 'done', about, plan, ...executed, ...applied });
  const result = executed.results[failed.step];
  const data = result?.ok === false ? result.data : undefined;
  return new ExecutionResult({ status: failed.code === 'cancelled' ? 'cancelled' : 'failed', about, plan, ...executed, error: { ...failed, ...(data === undefined ? {} : { data }) } });
}
