// Ways to admit a tool, each on the same draws.
import { admit } from '../../src/capabilities/gate/admit.ts';
import { runCases } from '../../src/capabilities/run/run.ts';
import { inputsFor } from '../../src/capabilities/gate/inputs.ts';
import { schemasOf } from '../../src/capabilities/run/schemas.ts';
import type { GateName } from '../../src/capabilities/types.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { clusterPassers } from '../../src/selection/behaviour.ts';
import { seededRandom } from '../../src/selection/random.ts';
import type { Candidate, Judged } from './admission-pools.mts';
import { draftOf, type Spec } from './admission-tasks.mts';

const SIMPLE: readonly GateName[] = ['contract', 'safety', 'visible_cases'];

/** What is left out of each. There are no laws in the data and no library, so those two gates are in none. */
export const WAYS = [
  { name: 'winner', says: 'the winner among the samples, no gate', gates: [] },
  { name: 'agreement', says: 'visible cases and agreement', gates: [...SIMPLE, 'agreement'] },
  { name: 'hidden', says: 'visible and hidden cases, agreement off', gates: [...SIMPLE, 'hidden_cases'] },
  { name: 'gate', says: 'the whole gate', gates: [...SIMPLE, 'hidden_cases', 'agreement', 'determinism', 'mutation', 'cold_run'] },
] as const satisfies readonly { name: string; says: string; gates: readonly GateName[] }[];

export interface Admission {
  way: (typeof WAYS)[number]['name'];
  draw: number;
  /** `nothing`: fewer than three samples meet the visible cases, and nothing is put forward. */
  outcome: 'admitted' | 'nothing' | GateName;
  right: boolean;
  strict: boolean;
}

/** Candidates that have to meet the visible cases before one is put forward. */
const LEAST = 3;
const INPUTS = 25;

/** What each way makes of each draw. */
export async function admissions(spec: Spec, judged: Judged, { draws, samples, sandbox }: { draws: number; samples: number; sandbox: Sandbox }): Promise<Admission[]> {
  const found: Admission[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const passers = drawn(judged, samples, draw).flatMap((at) => (at < 0 ? [] : [judged.pool[at]!]));
    const choice = passers.length >= LEAST ? await winner(spec, passers, sandbox) : undefined;
    for (const { name, gates } of WAYS) {
      if (!choice) {
        found.push({ way: name, draw, outcome: 'nothing', right: false, strict: false });
        continue;
      }
      const draft = draftOf(spec, choice.code, [...spec.visible, ...judged.hidden]);
      const report = await admit({ draft, candidates: passers.map(({ code }) => code), tools: [], product: 'bench', sandbox, only: gates });
      found.push({ way: name, draw, outcome: report.ok ? 'admitted' : report.stoppedBy!, right: choice.right, strict: choice.strict });
    }
  }
  return found;
}

/** Samples in an order of their own for each draw. */
function drawn({ drawn: all }: Judged, samples: number, draw: number): number[] {
  const random = seededRandom(draw + 1);
  const left = [...all];
  return Array.from({ length: Math.min(samples, left.length) }, () => left.splice(random.between(0, left.length - 1), 1)[0]!);
}

/** What a synthesis would put forward: the first of the group that most others agree with. */
async function winner(spec: Spec, passers: readonly Candidate[], sandbox: Sandbox): Promise<Candidate> {
  const inputs = inputsFor(spec.signature, schemasOf(spec.signature).parameters, spec.visible, INPUTS, 1);
  const reports = await runCases({ language: 'python', signature: spec.signature.text, name: spec.name, codes: passers.map(({ code }) => code), cases: inputs, caseMs: 1_000, sandbox });
  const [best] = clusterPassers(passers.map((_, at) => ({ id: String(at), outcomes: reports[at]!.outcomes })));
  return passers[Number(best!.members[0])]!;
}
