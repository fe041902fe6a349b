import { functionLanguage } from '../../languages/function/registry.ts';
import { inputsFor } from '../gate/inputs.ts';
import { isVisible } from '../gate/types.ts';
import type { GateReport } from '../interfaces.ts';
import { meetsCase } from '../run/meets.ts';
import { signatureOf } from '../run/signature.ts';
import type { Capability, JsonObject, Origin } from '../types.ts';
import { sameResult } from './agree.ts';
import { draftOf, type Admit, type RunCodes, type Save, type Write } from './effects.ts';
import { describeFailure } from './failure.ts';
import type { Comparison, Measure } from './timing/compare.ts';
import { nextVersion } from './versions.ts';

/** Made inputs on which another code has to do what the present one does. */
export const INPUTS = 100;
/** A faster version has to be so many times as fast, for a change of code is a risk, */
export const LEAST_RATIO = 1.2;
/** and its interval has to lie above this. */
export const LEAST_LOW = 1.1;

export interface OptimiseInput {
  tool: Capability;
  /** Numbers of its other versions. */
  taken?: readonly string[];
  run: RunCodes;
  write: Write;
  /** With `vouched`: that it does what the admitted code does, on more inputs than the gate makes, stands for the agreement of others. */
  admit: Admit;
  measure: Measure;
  save: Save;
  by?: Pick<Origin, 'by' | 'model' | 'request'>;
  now?: () => Date;
  seed?: number;
}

/** What became of one candidate. `says` is for people. */
export interface Attempt {
  code: string;
  says: string;
  comparison?: Comparison;
}

export type OptimiseResult =
  | { outcome: 'faster'; tool: Capability; comparison: Comparison; report: GateReport; attempts: Attempt[] }
  | { outcome: 'refused'; reason: string; attempts: Attempt[]; report?: GateReport };

/**
 * Looks for a faster version. Candidates have to do what the present code does: on all cases, on at least 100 made inputs, errors too; then they are timed
 * side by side with it on larger ones, where they have to do the same too, and those that are at least 1.2 times as fast, with an interval that lies above 1.1, go to the gate (which tries the properties), the fastest first.
 * The first that passes is the next patch. All others are refused, each with its figures.
 *
 * @throws as what it is handed does; nothing has changed then
 */
export async function optimiseTool(input: OptimiseInput): Promise<OptimiseResult> {
  const { tool, write, measure } = input;
  const inputs = await inputsOf(input);
  if (inputs.length < INPUTS) return { outcome: 'refused', reason: `only ${inputs.length} different inputs can be made, and ${INPUTS} are needed to see that behaviour stays the same`, attempts: [] };
  const problem = 'It works. Write it so that it takes less time, on large inputs above all, and does exactly the same: results, errors and their kinds.';
  const written = await write({ contract: tool, cases: tool.cases.filter(isVisible), code: tool.code, problem, round: 1 });
  const codes = await others(tool, written);
  if (codes.length === 0) return { outcome: 'refused', reason: 'nobody wrote another one', attempts: [] };
  const attempts = await compared(input, codes, inputs);
  const same = attempts.filter(({ says }) => says === '');
  for (const attempt of same) {
    const comparison = await measure(tool, attempt.code);
    if ('problem' in comparison) {
      attempt.says = `it could not be timed: ${comparison.problem}`;
      continue;
    }
    const [larger] = await compared(input, [attempt.code], comparison.inputs);
    attempt.says = larger!.says || figuresOf(comparison);
    if (larger!.says === '') attempt.comparison = comparison;
  }
  return admitFastest(input, attempts, same.map(({ code }) => code));
}

async function inputsOf({ tool, seed = 1 }: OptimiseInput): Promise<JsonObject[]> {
  const { signature } = await signatureOf(functionLanguage(tool.language), tool.signature, tool.name);
  return inputsFor(signature, tool.parameters, tool.cases, INPUTS, seed);
}

/** Each text once, and none that is the present one in another layout. */
async function others(tool: Capability, written: readonly string[]): Promise<string[]> {
  const { normalise } = functionLanguage(tool.language);
  const seen = new Set([(await normalise(tool.code)) ?? tool.code]);
  const found: string[] = [];
  for (const code of written) {
    const key = (await normalise(code)) ?? code;
    if (!seen.has(key)) found.push(code);
    seen.add(key);
  }
  return found;
}

/** One attempt for each code; it says where it first does otherwise, and nothing where it never does. */
async function compared({ tool, run }: OptimiseInput, codes: readonly string[], inputs: readonly JsonObject[]): Promise<Attempt[]> {
  const args = [...tool.cases.map((one) => one.arguments), ...inputs];
  const [present, ...rows] = await run(tool, [tool.code, ...codes], args);
  // What takes the present code too long tells nothing.
  const telling = args.flatMap((_, at) => (present![at]!.ok || !['timeout', 'crashed'].includes(present![at]!.kind) ? [at] : []));
  return codes.map((code, index) => {
    const row = rows[index]!;
    const missed = tool.cases.findIndex((one, at) => !meetsCase(one, row[at]!));
    if (missed >= 0) return { code, says: describeFailure(tool.cases[missed]!, row[missed]!) };
    const other = telling.find((at) => !sameResult(present![at]!, row[at]!));
    return { code, says: other === undefined ? '' : `it does otherwise: ${describeFailure({ arguments: args[other]!, ...(present![other]!.ok ? { result: present![other]!.result } : { error: present![other]!.error ?? true }) }, row[other]!)}` };
  });
}

async function admitFastest({ tool, taken = [], admit, save, by = { by: 'model' }, now = () => new Date() }: OptimiseInput, attempts: Attempt[], voices: readonly string[]): Promise<OptimiseResult> {
  const faster = attempts.filter(isFaster).toSorted((a, b) => b.comparison.median - a.comparison.median);
  let report: GateReport | undefined;
  for (const attempt of faster) {
    const draft = draftOf(tool, { ...by, at: now().toISOString(), parent: tool.version, reason: attempt.says }, attempt.code);
    report = await admit(draft, [attempt.code, tool.code, ...voices.filter((code) => code !== attempt.code)]);
    if (report.ok) {
      const { version } = nextVersion(tool, draft, true, taken);
      return { outcome: 'faster', tool: await save({ ...draft, cases: report.cases }, version, report.evidence), comparison: attempt.comparison, report, attempts };
    }
    attempt.says = `${attempt.says}, and refused: ${report.gates.find(({ ok }) => !ok)?.says ?? 'by the gate'}`;
  }
  const best = attempts.toSorted((a, b) => (b.comparison?.median ?? 0) - (a.comparison?.median ?? 0))[0]!;
  return { outcome: 'refused', reason: `none of ${attempts.length} candidates is a faster version; the best: ${best.says}`, attempts, ...(report ? { report } : {}) };
}

const isFaster = (attempt: Attempt): attempt is Attempt & { comparison: Comparison } => attempt.comparison !== undefined && attempt.comparison.median >= LEAST_RATIO && attempt.comparison.low > LEAST_LOW;

/** `2.1 times as fast (95 %: 1.9 to 2.4; 12 inputs, 15 rounds)` */
const figuresOf = ({ median, low, high, inputs, rounds }: Comparison): string => `${median.toFixed(2)} times as fast (95 %: ${low.toFixed(2)} to ${high.toFixed(2)}; ${inputs.length} inputs, ${rounds} rounds)`;
