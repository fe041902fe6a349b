import type { Tool } from '../tools/types.ts';
import { findCycle, topologicalOrder, waitsFor } from './graph.ts';
import type { Plan, PlanStep } from './types.ts';

/** A tool by its name or an alias. */
export function toolOf(tools: readonly Tool[], name: string): Tool | undefined {
  return tools.find((t) => t.name === name || t.aliases?.includes(name));
}

/**
 * Brings a plan into the form that is executed: aliases become names, two unordered steps that write one file are ordered as
 * they stand, backups come before changes, and tests come last.
 */
export function normalisePlan(plan: Plan, options: { tools: readonly Tool[] }): Plan {
  const steps: PlanStep[] = plan.steps.map((step) => ({ ...step, dependsOn: [...new Set(step.dependsOn)], action: toolOf(options.tools, step.action)?.name ?? step.action }));
  if (findCycle(steps) || new Set(steps.map((s) => s.id)).size !== steps.length) return { ...plan, steps };
  orderWriters(steps, options.tools);
  const changes = steps.filter((s) => toolOf(options.tools, s.action)?.effect === 'write' && s.action !== 'backup_file');
  for (const backup of steps.filter((s) => s.action === 'backup_file')) {
    for (const change of changes) if (!waitsFor(steps, backup.id, change.id) && !change.dependsOn.includes(backup.id)) change.dependsOn.push(backup.id);
  }
  for (const test of steps.filter((s) => s.action === 'run_tests')) {
    for (const change of changes) if (!waitsFor(steps, change.id, test.id) && !test.dependsOn.includes(change.id)) test.dependsOn.push(change.id);
  }
  const ordered = topologicalOrder(steps);
  return { ...plan, steps: [...ordered.filter((s) => s.action !== 'run_tests' || hasFollowers(steps, s)), ...ordered.filter((s) => s.action === 'run_tests' && !hasFollowers(steps, s))] };
}

const hasFollowers = (steps: readonly PlanStep[], step: PlanStep) => steps.some((s) => s.dependsOn.includes(step.id));

/** Planners forget that the second edit of a file needs the first; the order in which they wrote them is what they mean. */
function orderWriters(steps: PlanStep[], tools: readonly Tool[]): void {
  const last = new Map<string, string>();
  for (const step of steps) {
    for (const path of pathsOf(step, tools)) {
      const before = last.get(path);
      if (before && before !== step.id && !waitsFor(steps, step.id, before) && !waitsFor(steps, before, step.id)) step.dependsOn.push(before);
      last.set(path, step.id);
    }
  }
}

/** Paths a step writes, as far as its arguments tell; none when they are malformed. */
export function pathsOf(step: PlanStep, tools: readonly Tool[]): string[] {
  const tool = toolOf(tools, step.action);
  const parsed = tool?.schema.safeParse(step.args);
  return parsed?.success ? (tool?.writes?.(parsed.data) ?? []) : [];
}
