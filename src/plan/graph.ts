import type { PlanStep } from './types.ts';

type Node = Pick<PlanStep, 'id' | 'dependsOn'>;

/** One cycle as ids from a step back to itself (`['a', 'b', 'a']`), or undefined. Unknown dependencies are passed over. */
export function cycleOf(steps: readonly Node[]): string[] | undefined {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const state = new Map<string, 'open' | 'done'>();
  for (const start of steps) {
    if (state.has(start.id)) continue;
    const path: { id: string; next: number }[] = [{ id: start.id, next: 0 }];
    state.set(start.id, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const dependency = byId.get(top.id)?.dependsOn[top.next];
      top.next += 1;
      if (dependency === undefined) {
        state.set(top.id, 'done');
        path.pop();
      } else if (state.get(dependency) === 'open') {
        const ids = path.map((p) => p.id);
        return [...ids.slice(ids.indexOf(dependency)), dependency];
      } else if (byId.has(dependency) && !state.has(dependency)) {
        state.set(dependency, 'open');
        path.push({ id: dependency, next: 0 });
      }
    }
  }
  return undefined;
}

/** Steps so that each stands after what it depends on; among free ones the plan's own order. Steps in a cycle are left out. */
export function topologicalOrder<S extends Node>(steps: readonly S[]): S[] {
  return waves(steps).length === 0 ? [] : ordered(steps);
}

function ordered<S extends Node>(steps: readonly S[]): S[] {
  const known = new Set(steps.map((s) => s.id));
  const finished = new Set<string>();
  const out: S[] = [];
  const rest = [...steps];
  while (rest.length) {
    const i = rest.findIndex((s) => s.dependsOn.every((d) => finished.has(d) || !known.has(d)));
    if (i < 0) break;
    const [next] = rest.splice(i, 1);
    if (!next) break;
    finished.add(next.id);
    out.push(next);
  }
  return out;
}

/** Groups of steps that may go together: each depends only on earlier groups. Steps in a cycle are left out. */
export function waves<S extends Node>(steps: readonly S[]): S[][] {
  const known = new Set(steps.map((s) => s.id));
  const finished = new Set<string>();
  const out: S[][] = [];
  let rest = [...steps];
  for (;;) {
    const wave = rest.filter((s) => s.dependsOn.every((d) => finished.has(d) || !known.has(d)));
    if (wave.length === 0) return out;
    for (const s of wave) finished.add(s.id);
    rest = rest.filter((s) => !finished.has(s.id));
    out.push(wave);
  }
}

/** For each step all steps that come before it, directly or through others. */
export function ancestors(steps: readonly Node[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const step of ordered(steps)) {
    const set = new Set<string>();
    for (const d of step.dependsOn) {
      set.add(d);
      for (const a of all.get(d) ?? []) set.add(a);
    }
    all.set(step.id, set);
  }
  return all;
}
