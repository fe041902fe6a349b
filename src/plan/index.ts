// What `untilgreen/plan` offers.
export { AgenticExecutor } from './agentic-executor.ts';
export type { AgenticExecutorOptions, ExecuteCodeOptions, ExecutorEvent } from './agentic-executor.ts';
export { ExecutionResult } from './execution-result.ts';
export type { ExecutionError, ExecutionStatus } from './execution-result.ts';
export type { ExecuteMode } from './execute.ts';
export type { Failed, Replan } from './replan.ts';
export type { RetryPolicy } from './retry.ts';
export { TaskPlan } from './task-plan.ts';
export type { AddStep } from './task-plan.ts';
export { TaskPlanner } from './task-planner.ts';
export type { TaskPlannerOptions } from './task-planner.ts';
export type { Plan, PlanProblem, PlanStep, StepReport, StepState } from './types.ts';
