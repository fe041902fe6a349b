import { parseArguments } from '../tools/arguments.ts';
import { toolNamed } from '../tools/registry.ts';
import type { Tool } from '../tools/types.ts';
import type { Workbench } from '../workspace/types.ts';
import { ancestors, cycleOf, topologicalOrder } from './graph.ts';
import type { Plan, PlanStep } from './types.ts';

function freeId(wanted: string, steps: readonly PlanStep[]): string {
  const ids = new Set(steps.map((s) => s.id));
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? wanted : `${wanted}${n}`;
    if (!ids.has(id)) return id;
  }
}

/** Paths a step writes; an empty list where its arguments are wrong (validation says so) or unknown before it runs. */
function writesOf(step: PlanStep, tools: readonly Tool[]): string[] {
  const tool = toolNamed(step.action, tools);
  const parsed = tool && parseArguments(tool, step.args);
  return parsed?.ok ? [...new Set(tool?.writes?.(parsed.value) ?? [])] : [];
}

/**
 * The plan in the order that keeps it safe: two steps that write one file follow each other as listed, files that exist are
 * backed up before the first change, and tests run last. A plan with a cycle or doubled ids comes back as it is, for
 * validation to name them. Calling it twice changes nothing more.
 */
export async function normalisePlan(plan: Plan, options: { tools: readonly Tool[]; bench: Pick<Workbench, 'exists'> }): Promise<Plan> {
  const { tools } = options;
  if (plan.steps.length === 0 || cycleOf(plan.steps) || new Set(plan.steps.map((s) => s.id)).size !== plan.steps.length) return plan;
  let steps: PlanStep[] = plan.steps.map((s) => ({ ...s, action: toolNamed(s.action, tools)?.name ?? s.action, dependsOn: [...new Set(s.dependsOn)] }));
  const isWriter = (s: PlanStep): boolean => toolNamed(s.action, tools)?.effect === 'write';

  // Edges along one topological order cannot make a cycle.
  const lastWriter = new Map<string, string>();
  for (const step of topologicalOrder(steps)) {
    for (const path of writesOf(step, tools)) {
      const other = lastWriter.get(path);
      if (other !== undefined && !ancestors(steps).get(step.id)?.has(other)) step.dependsOn.push(other);
      lastWriter.set(path, step.id);
    }
  }

  const saved = new Set(steps.filter((s) => s.action === 'backup_file').flatMap((s) => (Array.isArray(s.args.paths) ? s.args.paths : [s.args.path]).map(String)));
  const unsaved: string[] = [];
  for (const path of new Set(steps.flatMap((s) => writesOf(s, tools)))) {
    if (!saved.has(path) && (await options.bench.exists(path).catch(() => false))) unsaved.push(path);
  }
  if (unsaved.length) {
    const id = freeId('backup', steps);
    const backup: PlanStep = { id, action: 'backup_file', args: { paths: unsaved.sort() }, dependsOn: [], why: 'Keep the files as they are before the first change.' };
    steps = [backup, ...steps.map((s) => (isWriter(s) ? { ...s, dependsOn: [...s.dependsOn, id] } : s))];
  }
  for (const backup of steps.filter((s) => s.action === 'backup_file')) {
    const paths = new Set((Array.isArray(backup.args.paths) ? backup.args.paths : [backup.args.path]).map(String));
    for (const step of steps) {
      if (!isWriter(step) || !writesOf(step, tools).some((p) => paths.has(p))) continue;
      const before = ancestors(steps);
      if (!before.get(step.id)?.has(backup.id) && !before.get(backup.id)?.has(step.id)) step.dependsOn.push(backup.id);
    }
  }

  const needed = new Set(steps.flatMap((s) => s.dependsOn));
  const last = steps.findLast((s) => s.action === 'run_tests' && !needed.has(s.id));
  const final: PlanStep = last ?? { id: freeId('tests', steps), action: 'run_tests', args: {}, dependsOn: [], why: 'See whether the tests are green.' };
  if (!last) steps.push(final);
  const before = ancestors(steps);
  const open = steps.filter((s) => s.id !== final.id && !needed.has(s.id) && !before.get(final.id)?.has(s.id));
  steps = steps.map((s) => (s.id === final.id ? { ...s, dependsOn: [...s.dependsOn, ...open.map((o) => o.id)] } : s));
  return { ...plan, steps: topologicalOrder(steps) };
}
