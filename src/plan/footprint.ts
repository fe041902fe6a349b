import { parseArguments } from '../tools/arguments.ts';
import { tidyPath } from '../tools/paths.ts';
import { toolNamed } from '../tools/registry.ts';
import type { Tool } from '../tools/types.ts';
import type { PlanStep } from './types.ts';

/** Which files a step may touch. `alone`: it writes where nobody can tell before it runs, or puts all files back when it ends. */
export type Footprint = { kind: 'files'; reads: readonly string[]; writes: readonly string[] } | { kind: 'alone' };

const NOTHING: Footprint = { kind: 'files', reads: [], writes: [] };

/** What a step touches, from its arguments alone. One that will be refused for its name or arguments touches nothing. */
export function footprintOf(step: Pick<PlanStep, 'action' | 'args'>, tools: readonly Tool[]): Footprint {
  const tool = toolNamed(step.action, tools);
  const parsed = tool && parseArguments(tool, step.args);
  if (!tool || !parsed?.ok || tool.standalone) return NOTHING;
  const reads = (tool.reads?.(parsed.value) ?? []).map(tidyPath);
  const writes = tool.effect === 'read' ? [] : tool.writes?.(parsed.value);
  return writes ? { kind: 'files', reads, writes: writes.map(tidyPath) } : { kind: 'alone' };
}

/** Equal, or one a folder of the other: a file cannot be made where a folder is being made. */
const meet = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
const touch = (some: readonly string[], others: readonly string[]): boolean => some.some((a) => others.some((b) => meet(a, b)));

/** Whether two steps must not run at the same time. */
export function collide(a: Footprint, b: Footprint): boolean {
  if (a.kind === 'alone') return b.kind === 'alone' || b.writes.length > 0;
  if (b.kind === 'alone') return a.writes.length > 0;
  return touch(a.writes, b.writes) || touch(a.writes, b.reads) || touch(a.reads, b.writes);
}

/** What the running steps hold. A step that waits holds nothing, so that no two can wait for each other. */
export class Held {
  private readonly held = new Map<string, Footprint>();
  private readonly waiting: { id: string; wanted: Footprint; go: () => void }[] = [];

  /** Takes it at once, or says that another step holds a part of it. */
  tryTake(id: string, wanted: Footprint): boolean {
    if ([...this.held].some(([other, theirs]) => other !== id && collide(wanted, theirs))) return false;
    this.held.set(id, wanted);
    return true;
  }

  /** Gives back what the step holds and waits until it can have `wanted`. */
  async exchange(id: string, wanted: Footprint): Promise<void> {
    this.giveBack(id);
    if (this.tryTake(id, wanted)) return;
    await new Promise<void>((go) => this.waiting.push({ id, wanted, go }));
  }

  giveBack(id: string): void {
    this.held.delete(id);
    for (const entry of this.waiting.slice()) {
      if (!this.tryTake(entry.id, entry.wanted)) continue;
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      entry.go();
    }
  }
}
