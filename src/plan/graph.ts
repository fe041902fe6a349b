import type { PlanProblem, PlanStep } from './types.ts';

/** Problems of the graph alone: ids that stand twice, dependencies that are not there, cycles. */
export function graphProblems(steps: readonly PlanStep[]): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const ids = new Set<string>();
  for (const step of steps) {
    if (ids.has(step.id)) problems.push({ step: step.id, code: 'duplicate_id', message: `Two steps have the id '${step.id}'.` });
    ids.add(step.id);
  }
  for (const step of steps) {
    for (const dependency of step.dependsOn) {
      if (!ids.has(dependency)) problems.push({ step: step.id, code: 'unknown_dependency', message: `Step '${step.id}' depends on '${dependency}', which is not in the plan.` });
    }
  }
  const cycle = findCycle(steps);
  if (cycle) problems.push({ step: cycle[0], code: 'cycle', message: `These steps wait for each other: ${cycle.join(' → ')}.` });
  return problems;
}

/** One cycle as ids, the first repeated at the end; undefined when there is none. */
export function findCycle(steps: readonly PlanStep[]): string[] | undefined {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const done = new Set<string>();
  for (const start of byId.keys()) {
    // An explicit stack: a plan of thousands of steps must not overflow the call stack.
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }];
    while (stack.length) {
      const top = stack.at(-1)!;
      if (top.next === 0) {
        if (done.has(top.id)) {
          stack.pop();
          continue;
        }
        path.push(top.id);
        onPath.add(top.id);
      }
      const dependency = byId.get(top.id)?.dependsOn.filter((d) => byId.has(d))[top.next];
      top.next += 1;
      if (dependency === undefined) {
        done.add(top.id);
        onPath.delete(path.pop()!);
        stack.pop();
      } else if (onPath.has(dependency)) return [...path.slice(path.indexOf(dependency)), dependency];
      else if (!done.has(dependency)) stack.push({ id: dependency, next: 0 });
    }
  }
  return undefined;
}

/** Steps in an order in which each stands behind what it depends on; among free ones the plan's own order holds. */
export function topologicalOrder(steps: readonly PlanStep[]): PlanStep[] {
  return waves(steps).flat();
}

/** Groups whose steps are independent of each other; each group needs only those before it. The graph must have no cycle. */
export function waves(steps: readonly PlanStep[]): PlanStep[][] {
  const result: PlanStep[][] = [];
  const done = new Set<string>();
  let left = [...steps];
  const ids = new Set(steps.map((s) => s.id));
  while (left.length) {
    const free = left.filter((s) => s.dependsOn.every((d) => done.has(d) || !ids.has(d)));
    if (!free.length) throw new TypeError('the graph has a cycle');
    for (const step of free) done.add(step.id);
    left = left.filter((s) => !done.has(s.id));
    result.push(free);
  }
  return result;
}

/** True when `later` can only run once `earlier` is done. */
export function waitsFor(steps: readonly PlanStep[], later: string, earlier: string): boolean {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const seen = new Set<string>();
  const open = [...(byId.get(later)?.dependsOn ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === earlier) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(byId.get(id)?.dependsOn ?? []));
  }
  return false;
}
