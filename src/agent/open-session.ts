import { join } from 'node:path';
import { promptText } from '../config/prompts.ts';
import { EXIT, UntilgreenError } from '../core/errors.ts';
import { killPoint } from '../core/killpoint.ts';
import { languages } from '../languages/registry.ts';
import { openMemory } from '../memory/memory.ts';
import { budgeted } from '../models/budget.ts';
import { createModels, type HttpModels } from '../models/client.ts';
import { durable } from '../models/durable.ts';
import { PLANNER_PROMPT } from '../plan/prompts.ts';
import { understood } from '../plan/requests.ts';
import { asksModel } from '../plan/validate.ts';
import { openSandbox } from '../sandbox/open.ts';
import type { Db, ModelCallRow } from '../store/types.ts';
import { sandboxOptions } from '../tools/later.ts';
import { serverTools } from '../tools/mcp/run-tools.ts';
import { TOOL_PROMPTS } from '../tools/prompts.ts';
import { defaultTools } from '../tools/registry.ts';
import { openWorkbench } from '../workspace/open.ts';
import type { Session } from './session.ts';
import type { Goal } from './types.ts';

/** Tokens and money of a run, the calls of earlier processes included. */
export class Spent {
  tokens = 0;
  cost = 0;
  private priced = false;

  add(call: Pick<ModelCallRow, 'inputTokens' | 'outputTokens' | 'cost'>): void {
    this.tokens += (call.inputTokens ?? 0) + (call.outputTokens ?? 0);
    this.cost += call.cost ?? 0;
    this.priced ||= call.cost !== null;
  }

  /** Undefined where no price is known. */
  get known(): number | undefined {
    return this.priced ? this.cost : undefined;
  }
}

/** What the engine knows of a run before its models, sandbox and workbench are open. */
export interface SessionRequest extends Pick<Session, 'id' | 'goal' | 'config' | 'lease' | 'face' | 'emit' | 'signal' | 'folder' | 'journals' | 'startedAt'> {
  db: Db;
  /** Files of `--record` and `--replay`, of this process or of the run. */
  record?: string;
  replay?: string;
  /** Calls that earlier processes finished. */
  calls: readonly ModelCallRow[];
  spent: Spent;
  /** Go on with the workbench of an earlier process. */
  resume: boolean;
  /** Closes something at the end; the last added closes first. */
  onClose(close: () => Promise<void>): void;
}

/**
 * Opens what the effects of a run need, cheapest first, so that a missing model or sandbox is said before files are copied.
 *
 * Errors: those of `createModels`, `openSandbox` (`no_sandbox`) and `openWorkbench` (`too_large`, `directory_refused`).
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { goal, config, lease, emit, folder, spent } = request;
  const { settings } = config;
  const models = await openModels(request);
  if (models) request.onClose(async () => models.close());
  // A recording that is replayed goes on behind the calls that an earlier process finished.
  for (const call of request.calls) models?.skip(call.key);
  const planner = models?.describe().find((m) => m.role === 'planner');
  if (planner) emit('model_selected', { ...planner });
  const sandbox = await openSandbox(sandboxOptions(config));
  emit('sandbox_ready', { ...sandbox.guarantees }, sandbox.guarantees.rung === 'none' ? 'warn' : 'info');
  const bench = await openWorkbench({
    source: goal.directory, root: join(folder, 'workbench'), blobs: join(folder, 'blobs'), ignore: settings.workspace.ignore,
    maxFileBytes: settings.workspace.max_file_mb * 1_048_576, maxCopyBytes: settings.workspace.max_copy_mb * 1_048_576, resume: request.resume,
  });
  // What memory recalls differs from machine to machine: a recording must hold without it.
  const taped = request.record !== undefined || request.replay !== undefined;
  const memory = settings.memory.enabled && !taped ? await openMemory({ db: request.db, config, emit }) : undefined;
  const servers = await serverTools(config, emit);
  request.onClose(() => servers.close());
  const until = settings.budget.minutes === undefined ? undefined : new Date(Date.now() + settings.budget.minutes * 60_000);
  return {
    ...request,
    sandbox,
    bench,
    languages,
    tools: [...defaultTools(), ...servers.tools],
    memory,
    models: models && durable(budgeted(models, { tokens: settings.budget.tokens, cost: settings.budget.cost, until }, () => spent), {
      get: (key, hash) => lease.modelCall(key, hash),
      async put(call) {
        killPoint(`model call ${call.key}`);
        await lease.recordModelCall(call);
        killPoint(`model call recorded ${call.key}`);
        spent.add(call);
        const { key, role, model, inputTokens, outputTokens, cost, ms } = call;
        emit('model_call', { key, role, model, inputTokens, outputTokens, cost, ms, totalTokens: spent.tokens, totalCost: spent.known });
      },
    }),
    prompt: (name) => promptText(name, settings, PROMPTS[name] ?? missingPrompt(name)),
    spent: () => ({ tokens: spent.tokens, cost: spent.known }),
  };
}

/** A plan by hand may need no model; everything else does, and says so before anything runs. */
async function openModels({ config, goal, record, replay }: SessionRequest): Promise<HttpModels | undefined> {
  try {
    return await createModels(config, { record, replay });
  } catch (error) {
    if (!needsModel(goal) && error instanceof UntilgreenError && error.exitCode === EXIT.noModel) return undefined;
    throw error;
  }
}

function needsModel(goal: Goal): boolean {
  if (!goal.plan) return understood(goal.request) === undefined;
  return goal.plan.steps.some((step) => asksModel(step, defaultTools()));
}

const PROMPTS: Record<string, URL> = {
  planner: PLANNER_PROMPT,
  ...TOOL_PROMPTS,
  reflector: new URL('./prompts/reflector.md', import.meta.url),
};

function missingPrompt(name: string): never {
  throw new TypeError(`there is no prompt '${name}'`);
}
