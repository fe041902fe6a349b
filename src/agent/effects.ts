import { asError, UntilgreenError, type ErrorCode } from '../core/errors.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import type { Check, CheckReport } from '../languages/types.ts';
import { z } from 'zod';
import { askPlanner } from '../plan/planner.ts';
import { executePlan } from '../plan/execute.ts';
import { normalisePlan } from '../plan/normalise.ts';
import { operationText } from '../refactor/index.ts';
import { understood } from '../plan/requests.ts';
import { templates } from '../plan/templates/registry.ts';
import { validatePlan } from '../plan/validate.ts';
import type { Plan, PlanProblem } from '../plan/types.ts';
import type { ToolContext } from '../tools/types.ts';
import { checkFromCommand, findChecks, takeBaseline } from '../verify/baseline.ts';
import { acceptanceChecks } from '../verify/acceptance/acceptance.ts';
import { approvalName, judge } from '../verify/gate.ts';
import { reportLine } from '../verify/receipt.ts';
import type { Baseline } from '../verify/types.ts';
import { runChecks, sandboxFailure, type CheckRunner } from '../verify/run-check.ts';
import { testConfigOf } from '../languages/registry.ts';
import { applyToSource } from '../workspace/apply.ts';
import type { CheckpointId } from '../workspace/types.ts';
import { plannerContext, reflectorContext, requestText } from './context.ts';
import { suspectsAt } from './suspects.ts';
import { readingsOf } from './readings.ts';
import { baselineFollowing, comparedWith, refactoringsOf } from './refactored-base.ts';
import { UNCHANGED } from './machine.ts';
import { failureNotes } from './notes.ts';
import { countTests, type Session } from './session.ts';
import type { MachineEvent, OpenApproval, RunState } from './state.ts';

/** Takes the baseline: languages, checks, and what they say before anything is changed. */
export async function init(s: Session): Promise<MachineEvent> {
  const checks = await goalChecks(s);
  const detections = (await Promise.all(s.languages.map((l) => l.detect(s.bench)))).flat();
  const files = await s.bench.list();
  s.emit('project_detected', {
    languages: detections.map((d) => d.language),
    checks: checks.map((c) => ({ id: c.id, cwd: c.cwd, why: c.why })),
    files: files.length,
  });
  for (const detection of detections) {
    const language = s.languages.find((l) => l.name === detection.language);
    const toolchain = await language?.toolchain(s.bench);
    if (toolchain?.problem) s.emit('warning', { message: toolchain.problem, next: toolchain.next }, 'warn');
  }
  s.emit('baseline_started', { checks: checks.map((c) => c.id) });
  const baseline = await takeBaseline(checks, runner(s), s.config.settings.verify.baseline_runs, checkEvents(s));
  refuseBrokenSandbox(baseline.reports);
  s.emit('baseline_finished', { ...countTests(baseline.reports), flaky: baseline.flaky });
  const fromNothing = !files.some(({ path }) => s.languages.some((l) => l.extensions.some((e) => path.endsWith(e))));
  return { type: 'initialised', base: s.bench.base, sandbox: s.sandbox.guarantees, detections, baseline, ...(fromNothing && { fromNothing }) };
}

function runner(s: Session): CheckRunner {
  const { sandbox } = s.config.settings;
  return { bench: s.bench, sandbox: s.sandbox, languages: s.languages, signal: s.signal, limits: { wallMs: sandbox.wall_seconds * 1_000 } };
}

/** The checks of the goal on the files as they are now. */
function goalChecks(s: Session): Promise<Check[]> {
  return findChecks(s.bench, s.languages, [...(s.goal.checks ?? []), ...s.config.settings.checks]);
}

/** Tells of each check as it starts and ends. */
function checkEvents(s: Session) {
  return {
    onStart: (check: Check) => s.emit('check_started', { check: check.id }),
    onReport: (report: CheckReport) => s.emit('check_finished', { check: report.check.id, status: report.status, line: reportLine(report), ms: report.durationMs }),
  };
}

/** Checks that could not run for the sandbox's sake say nothing about the code. */
function refuseBrokenSandbox(reports: Parameters<typeof sandboxFailure>[0]): void {
  const failure = sandboxFailure(reports);
  if (failure) throw new UntilgreenError('sandbox_error', `The sandbox failed: ${failure}`, {}, 'Run `untilgreen doctor` to see what is missing.');
}

/** Asks the planner, or takes the plan written by hand. */
export async function plan(s: Session, state: RunState): Promise<MachineEvent> {
  const n = state.attempts.length + 1;
  await s.bench.restore(state.from!);
  const options = {
    tools: s.tools,
    bench: s.bench,
    languages: s.languages,
    hasModel: s.models !== undefined,
    maxSteps: s.config.settings.orchestrator.max_plan_steps,
  };
  if (state.givenPlan) {
    const given = await normalisePlan(state.givenPlan, options);
    const problems = await validatePlan(given, options);
    for (const problem of problems) s.emit('plan_problem', { ...problem }, 'warn');
    if (problems.length) return { type: 'plan_refused', problems, message: `The plan was refused: ${problems[0]!.message}` };
    s.emit('plan_ready', planData(given));
    return { type: 'planned', plan: given };
  }
  const known = n === 1 ? await withoutModel(s, state, options) : undefined;
  if (known) return known;
  const models = needModels(s);
  s.emit('planning_started', { attempt: n });
  const lesson = await lessonFor(s, state);
  const { context_tokens: window } = s.config.settings.models;
  const context = await plannerContext({ state, goal: s.goal, bench: s.bench, languages: s.languages, budget: Math.floor(window * 0.6), lesson, suspects: (graph, reports) => suspectsAt(s, graph, reports) });
  try {
    const asked = await askPlanner({
      models, prompt: await s.prompt('planner'), goal: requestText(s.goal), context, key: `it${n}/plan`, signal: s.signal, emit: s.emit,
      onText: (piece) => s.emit('text', { role: 'planner', piece }), ...options,
    });
    s.emit('plan_ready', planData(asked));
    return { type: 'planned', plan: asked };
  } catch (error) {
    if (error instanceof UntilgreenError && (error.code === 'plan_invalid' || error.code === 'model_reply_invalid')) {
      const problems = (error.data['problems'] as PlanProblem[] | undefined) ?? [];
      const refused = error.data['plan'] as Plan | undefined;
      const [first] = problems;
      if (refused && first && problems.every((p) => MISTAKES.has(p.code))) {
        const action = refused.steps.find((step) => step.id === first.step)?.action ?? '';
        return { type: 'plan_failed', plan: refused, failure: { step: first.step ?? '', action, code: 'plan_invalid', message: problems.map((p) => p.message).join('\n') } };
      }
      return { type: 'plan_refused', problems, message: error.what };
    }
    throw error;
  }
}

/** The plan of a common request (rename, move, merge, organise imports, …) from its template; undefined where a model has to plan. */
async function withoutModel(s: Session, state: RunState, options: Parameters<typeof validatePlan>[1]): Promise<MachineEvent | undefined> {
  const asked = understood(s.goal.request);
  const template = asked && templates.find((t) => t.name === asked.template);
  if (!asked || !template || s.goal.projectType !== undefined) return undefined;
  try {
    const made = await template.plan(asked.keys, toolContext(s, state, 'template', []), s.goal.request);
    const ready = await normalisePlan(made.toJSON(), options);
    const [problem] = await validatePlan(ready, options);
    if (problem) throw new UntilgreenError('plan_invalid', problem.message);
    s.emit('plan_ready', { ...planData(ready), template: template.name });
    return { type: 'planned', plan: ready, template: template.name };
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code === 'cancelled' || error.code === 'internal') throw thrown;
    if (!s.models) return { type: 'plan_refused', problems: [], message: error.message };
    s.emit('warning', { message: `Understood as ${template.name}, which is refused, so the model plans: ${error.message}` }, 'warn');
    return undefined;
  }
}

/** Problems of a plan that is wrong about the files and breaks no rule: worth another attempt. */
const MISTAKES: ReadonlySet<PlanProblem['code']> = new Set(['file_missing', 'file_exists', 'refused']);

const planData = (p: { summary: string; steps: { id: string; action: string; dependsOn: string[]; why: string; args: Record<string, unknown> }[]; checks: string[] }) => ({
  summary: p.summary,
  steps: p.steps.map((step) => ({ id: step.id, action: step.action, dependsOn: step.dependsOn, why: step.why, path: step.args['path'] ?? step.args['to'] })),
  checks: p.checks,
});

function needModels(s: Session) {
  if (!s.models) throw new UntilgreenError('no_model', 'This run needs a model and none is configured.', {}, 'Set OPENAI_BASE_URL and OPENAI_MODEL, or start a local server; `untilgreen doctor` shows what was looked for.');
  return s.models;
}

/** Executes the plan in the workbench, from the attempt's known files. */
export async function code(s: Session, state: RunState): Promise<MachineEvent> {
  const attempt = state.attempts.at(-1)!;
  await s.bench.restore(attempt.from);
  const pending: OpenApproval[] = [];
  const result = await executePlan(attempt.plan!, toolContext(s, state, `it${attempt.n}`, pending), { tools: s.tools, signal: s.signal });
  if (!result.ok) {
    const { step, code: failure, message } = result.failed!;
    const action = attempt.plan!.steps.find((x) => x.id === step)?.action ?? '';
    if (ENDS_RUN.has(failure)) throw new UntilgreenError(failure, message);
    s.emit('attempt_discarded', { reason: message, step }, 'warn');
    return { type: 'coded', states: result.states, changed: false, readings: [], failure: { step, action, code: failure, message }, pending };
  }
  const to = await s.bench.checkpoint();
  const changed = (await s.bench.deltas(attempt.from, to)).length > 0;
  const diff = await s.bench.diff(state.base!, to);
  return {
    type: 'coded', states: result.states, to, changed, refactorings: refactoringsOf(attempt.plan!, result.states), readings: changed ? [] : readingsOf(attempt.plan!, result.results, s.tools), diffHash: diff === '' ? UNCHANGED : sha256(diff), pending: [],
  };
}

/** Failures of a step that are not the plan's fault: another plan would meet them too. */
const ENDS_RUN: ReadonlySet<ErrorCode> = new Set(['cancelled', 'budget', 'no_model', 'model_unreachable', 'model_auth', 'model_refused', 'no_sandbox', 'sandbox_error', 'replay_mismatch', 'replay_missing', 'lease_lost', 'store_failed']);

/** @param pending  collects what nobody could be asked about */
function toolContext(s: Session, state: RunState, key: string, pending: OpenApproval[]): ToolContext {
  const { settings } = s.config;
  return {
    bench: s.bench,
    sandbox: s.sandbox,
    languages: s.languages,
    models: s.models,
    goal: s.goal.request,
    key,
    async runChecks(options = {}) {
      if (!options.command && !options.files) return round(s, state, await s.bench.checkpoint());
      const checks = options.command ? [checkFromCommand(options.command)] : state.baseline!.checks;
      return runChecks(checks, runner(s), { files: options.files });
    },
    async approve(request) {
      const id = `${request.kind} ${request.subject}`;
      if (state.approved.includes(id)) return { answer: 'approved' };
      s.emit('approval_requested', { id, kind: request.kind, subject: request.subject });
      const answer = await s.face.approve(request);
      s.emit('approval_answered', { id, ...answer });
      if (answer.answer === 'pending') pending.push({ ...request, id });
      return answer;
    },
    emit: s.emit,
    signal: s.signal,
    prompt: s.prompt,
    settings: {
      allowedDependenciesFile: settings.safety.allowed_deps,
      maxFileBytes: settings.workspace.max_file_mb * 1_048_576,
      commandTimeoutMs: settings.sandbox.wall_seconds * 1_000,
      blockOperations: settings.safety.block_operations,
      formatter: settings.format.python,
    },
  };
}

/**
 * Every check on the files as they are. A change may bring the first tests of a project, or a framework of its own, so that they
 * are looked for again. A plan's last step often ran them already: the same files are not tested twice.
 */
async function round(s: Session, state: RunState, checkpoint: CheckpointId): Promise<CheckReport[]> {
  const attempt = state.attempts.at(-1)!;
  // Types without a baseline to hold them against would count errors that were there before.
  const found = [...(await goalChecks(s)).filter((check) => check.framework !== 'tsc'), ...(state.fromNothing ? await acceptanceChecks(s.bench) : [])];
  const checks = [...state.baseline!.checks];
  for (const check of [...found, ...(attempt.plan?.checks ?? []).map(checkFromCommand)]) {
    if (!checks.some((c) => c.id === check.id && c.cwd === check.cwd)) checks.push(check);
  }
  const key = canonicalJson([checkpoint, checks]);
  if (s.lastRound?.key === key) return s.lastRound.reports;
  const reports = await runChecks(checks, runner(s), checkEvents(s));
  s.lastRound = { key, reports };
  return reports;
}

/** Runs every check on the attempt's files and asks the gate. */
export async function test(s: Session, state: RunState): Promise<MachineEvent> {
  const attempt = state.attempts.at(-1)!;
  const { base, refactorings } = await comparedWith(s, state);
  await s.bench.restore(attempt.to!);
  const reports = await round(s, state, attempt.to!);
  refuseBrokenSandbox(reports);
  let baseline: Baseline = state.baseline!;
  if (refactorings.length) {
    baseline = await baselineFollowing(s, baseline, base, reports, runner(s));
    await s.bench.restore(attempt.to!);
  }
  const verdict = await judge({
    ...runner(s),
    base,
    followed: refactorings.map(operationText),
    candidate: attempt.to!,
    baseline,
    detections: state.detections,
    reports,
    // Whatever a check itself wrote into listed files is not what was tested.
    fresh: (await s.bench.deltas(attempt.to!)).length === 0,
    knownFailures: s.config.settings.verify.known_failures,
    blockOperations: s.config.settings.safety.block_operations,
    approved: new Set(state.approved),
    testConfigOf,
  });
  s.emit('verdict', {
    green: verdict.green,
    rules: verdict.rules,
    proof: verdict.proof,
    ...countTests(reports),
    fixed: verdict.fixed.length,
    regressions: verdict.regressions.length,
    newTests: verdict.newTests.map((t) => ({ id: t.id, counts: t.counts, reason: t.reason })),
  });
  return { type: 'tested', reports, verdict };
}

const reflectionSchema = z.object({
  hypothesis: z.string().min(1),
  advice: z.string(),
  giveUp: z.boolean().default(false),
});

/** Asks why the attempt failed. Without a model nothing can be learned, and the run ends. */
export async function reflect(s: Session, state: RunState): Promise<MachineEvent> {
  const attempt = state.attempts.at(-1)!;
  const lesson = await lessonFor(s, state);
  if (!s.models) {
    const red = (attempt.reports ?? []).flatMap((r) => r.tests).filter((t) => t.outcome === 'failed' || t.outcome === 'error');
    const tests = red.slice(0, 3).map((t) => `${t.id}${t.message ? ` (${t.message.split('\n', 1)[0]})` : ''}`).join('; ');
    const hypothesis = attempt.failure ? `Step ${attempt.failure.step} failed: ${attempt.failure.message}` : `The plan ran, and the checks are not green${tests ? `: ${tests}${red.length > 3 ? ` and ${red.length - 3} more` : ''}` : ''}.`;
    return { type: 'reflected', reflection: { hypothesis: `${hypothesis} No model is configured to go on.`, advice: '', giveUp: true, unasked: true } };
  }
  const { context_tokens: window } = s.config.settings.models;
  const content = await reflectorContext({ state, goal: s.goal, bench: s.bench, lesson, budget: Math.floor(window * 0.5) });
  const answer = await s.models.ask({
    role: 'reflector', system: await s.prompt('reflector'), messages: [{ role: 'user', content }], schema: reflectionSchema, schemaName: 'reflection', key: `it${attempt.n}/reflect`, signal: s.signal,
  }).catch((error: unknown) => {
    // A reflector that cannot keep to the form costs its advice, not the run.
    if (error instanceof UntilgreenError && error.code === 'model_reply_invalid') return undefined;
    throw error;
  });
  const reflection = answer?.value ?? { hypothesis: 'unknown', advice: '', giveUp: false };
  s.emit('reflection', { ...reflection });
  return { type: 'reflected', reflection: { ...reflection, advice: reflection.advice ?? '', giveUp: reflection.giveUp ?? false } };
}

async function lessonFor(s: Session, state: RunState): Promise<string | undefined> {
  const notes = failureNotes(s.id, state);
  if (!s.memory || !notes.length) return undefined;
  const lesson = await s.memory.recall(notes);
  if (lesson) s.emit('lesson_recalled', { id: lesson.id, similarity: lesson.similarity, text: lesson.text });
  return lesson?.text;
}

/** Asks a person about touched tests and blocking findings, when nothing else stands between the change and green. */
export async function approve(s: Session, state: RunState): Promise<MachineEvent> {
  const verdict = state.attempts.at(-1)!.verdict!;
  const done = new Set(state.approved);
  const requests: OpenApproval[] = [
    ...verdict.protectedChanges.map((c) => ({
      id: approvalName.test(c), kind: 'test_change' as const, subject: `${c.kind} ${c.path}${c.test ? ` ${c.test}` : ''}: ${c.detail}`, detail: { ...c },
    })),
    ...verdict.findings.filter((f) => f.severity === 'block').map((f) => ({
      id: approvalName.finding(f), kind: 'finding' as const, subject: `${f.path}:${f.line} ${f.message}`, detail: { ...f },
    })),
  ].filter((r) => !done.has(r.id));
  const approved: string[] = [];
  const denied: string[] = [];
  const pending: OpenApproval[] = [];
  for (const request of requests) {
    s.emit('approval_requested', { id: request.id, kind: request.kind, subject: request.subject });
    const { answer, reason } = await s.face.approve(request);
    s.emit('approval_answered', { id: request.id, answer, reason });
    if (answer === 'approved') approved.push(request.id);
    else if (answer === 'denied') denied.push(request.id);
    else pending.push(request);
  }
  return { type: 'answered', approved, denied, pending };
}

/** Brings the change into the user's directory, as one transaction. */
export async function apply(s: Session, state: RunState): Promise<MachineEvent> {
  const attempt = state.attempts[state.best! - 1]!;
  const files = await s.bench.deltas(state.base!, attempt.to!);
  if (!files.length) return { type: 'applied', result: { journal: '', files: [] } };
  if (state.limits.apply === 'ask' && !state.approved.includes('apply')) {
    const subject = `Apply ${files.length} file(s) to ${s.goal.directory}?`;
    s.emit('approval_requested', { id: 'apply', kind: 'apply', subject });
    const { answer, reason } = await s.face.approve({ kind: 'apply', subject, detail: { diff: await s.bench.diff(state.base!, attempt.to!) } });
    s.emit('approval_answered', { id: 'apply', answer, reason });
    if (answer === 'pending') return { type: 'answered', approved: [], denied: [], pending: [{ id: 'apply', kind: 'apply', subject, detail: {} }] };
    if (answer === 'denied') return { type: 'apply_refused', message: 'The change is green and was not applied, because you declined it.' };
  }
  s.emit('apply_started', { files: files.length });
  try {
    const result = await applyToSource(s.bench, { to: attempt.to!, journalDir: s.journals, runId: s.id });
    s.emit('applied', { files: result.files });
    return { type: 'applied', result };
  } catch (error) {
    if (error instanceof UntilgreenError && error.code === 'conflict') {
      s.emit('apply_conflict', { message: error.message, ...error.data }, 'warn');
      return { type: 'apply_refused', message: error.message };
    }
    throw error;
  }
}
