import type { LoadedConfig } from '../config/schema.ts';
import type { Emit } from '../core/events.ts';
import type { CheckReport, Language } from '../languages/types.ts';
import type { Memory } from '../memory/types.ts';
import type { Models } from '../models/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { Lease } from '../store/types.ts';
import type { Tool } from '../tools/types.ts';
import type { Bench } from '../workspace/bench.ts';
import type { Face, Goal } from './types.ts';

/** Everything the effects of one run may touch. Opened by the engine, closed by it. */
export interface Session {
  id: string;
  goal: Goal;
  config: LoadedConfig;
  lease: Lease;
  /** Absent when a plan by hand needs none and none was found. */
  models: Models | undefined;
  sandbox: Sandbox;
  bench: Bench;
  languages: readonly Language[];
  tools: readonly Tool[];
  memory: Memory | undefined;
  face: Face;
  emit: Emit;
  signal: AbortSignal;
  /** Directory of report.md, receipt.json and logs. */
  folder: string;
  /** Directory of apply journals. */
  journals: string;
  startedAt: Date;
  /** The newest round of checks and what it belongs to. */
  lastRound?: { key: string; reports: CheckReport[] };
  /** Text of a prompt by name, after the user's overrides. */
  prompt(name: string): Promise<string>;
  /** Tokens and money spent, the calls of earlier processes included. */
  spent(): { tokens: number; cost: number | undefined };
}

/** Failing, passing and broken counts of a round of checks, for the live view. */
export function countTests(reports: readonly CheckReport[]): { passed: number; failed: number; skipped: number; broken: number } {
  const counts = { passed: 0, failed: 0, skipped: 0, broken: 0 };
  for (const report of reports) {
    if (report.status !== 'passed' && report.status !== 'failed') counts.broken += 1;
    for (const t of report.tests) {
      if (t.outcome === 'passed' || t.outcome === 'xpassed') counts.passed += 1;
      else if (t.outcome === 'failed' || t.outcome === 'error') counts.failed += 1;
      else counts.skipped += 1;
    }
  }
  return counts;
}
