import { behaviourOf, comparedInputs } from '../../../selection/behaviour.ts';
import type { Outcome } from '../../../languages/function/types.ts';
import { meetsAll } from '../cases.ts';
import { isVisible, type Gate, type GateContext, type Verdict } from '../types.ts';
import { counted } from '../words.ts';

/** Candidates that have to meet the visible cases, the draft's code among them, and others that have to do as it does. */
const PASSERS = 3;
const OTHERS = 2;
/** Share of the compared inputs on which two codes have to do the same. */
const SAME = 0.9;
/** Share of them that have to be left to compare two codes by. */
const SAID = 0.5;
const INPUTS = 25;
/** Milliseconds of one call: inputs are like those of the cases, and a candidate that does not end is to cost little. */
const CASE_MS = 1_000;

/**
 * Do independent implementations do what the draft does, on inputs that nobody chose.
 *
 * Equal texts count as often as they were drawn. A model that writes the same simple function three times, asked three times, has said the same
 * three times; that is what agreement measures, and to demand another text would refuse what can be written in one way only. Copies of one draw
 * are no voices, and only whoever drew them knows: see `AdmitInput.candidates`. How many texts there were stands in the figures.
 */
export const agreement: Gate = async (context): Promise<Verdict> => {
  const { draft, cases, input, language, run } = context;
  if (input.vouched) return { ok: true, says: 'a person vouches for it; nobody else has to agree', data: { vouched: true } };
  const codes = input.candidates.includes(draft.code) ? [draft.code, ...without(input.candidates, draft.code)] : [draft.code, ...input.candidates];
  const visible = cases.filter(isVisible);
  const inputs = context.inputs(input.inputs ?? INPUTS);
  const reports = await run(codes, [...visible.map(({ arguments: given }) => given), ...inputs], { caseMs: CASE_MS });
  const passers = codes.flatMap((code, at) => (meetsAll(reports[at]!, visible) ? [{ code, outcomes: reports[at]!.outcomes.slice(visible.length) }] : []));
  const distinct = new Set(await Promise.all(passers.map(async ({ code }) => (await language.normalise(code)) ?? code))).size;
  const figures = { candidates: codes.length, passers: passers.length, distinct };
  const own = passers.find(({ code }) => code === draft.code);
  if (!own || passers.length < PASSERS) return { ok: false, says: `${passers.length} of ${counted(codes.length, 'candidate')} meet the visible cases, and ${PASSERS} are needed to compare`, data: figures };
  const hung = own.outcomes.filter(({ kind }) => kind === 'timeout' || kind === 'crashed' || kind === 'skipped').length;
  if (hung > (1 - SAME) * inputs.length) return { ok: false, says: `on ${hung} of ${counted(inputs.length, 'made input')} it gives no answer in time or ends its process`, data: { ...figures, hung } };
  const compared = comparedInputs(passers.map(({ outcomes }, at) => ({ id: String(at), outcomes })));
  if (compared.length === 0) return { ok: false, says: `none of ${counted(inputs.length, 'made input')} gives a result to compare`, data: { ...figures, inputs: 0 } };
  const share = (one: readonly Outcome[], other: readonly Outcome[]): number => shareOf(compared.map((at) => [one[at]!, other[at]!]));
  const agreeingWith = ({ outcomes }: { outcomes: readonly Outcome[] }): number => passers.filter((other) => other.outcomes !== outcomes && share(outcomes, other.outcomes) >= SAME).length;
  const mine = agreeingWith(own);
  const [mates, rivals] = [true, false].map((like) => passers.filter((other) => other !== own && (share(own.outcomes, other.outcomes) >= SAME) === like));
  // Of those that do something else: how many are of one mind.
  const most = Math.max(0, ...rivals!.map((rival) => agreeingWith(rival)));
  context.voices = voicesOf(context, [own, ...mates!]);
  const data = { ...figures, inputs: compared.length, agreeing: mine, against: most === 0 ? rivals!.length : most + 1 };
  const seen = `${mine} of ${counted(passers.length - 1, 'other candidate')} do the same on at least ${SAME * 100} % of ${counted(compared.length, 'made input')}`;
  if (mine < OTHERS) return { ok: false, says: `${seen}, and ${OTHERS} are needed`, data };
  return mine < most ? { ok: false, says: `${seen}, but ${most + 1} agree on another behaviour`, data } : { ok: true, says: seen, data };
};

/**
 * Share of inputs on which another does what one does. Where the other raises and the one gives a result it says nothing: made inputs leave what the task
 * speaks of (two lists that are of one length there), and right codes part on those. It has to say something of half of them.
 */
function shareOf(pairs: readonly (readonly [Outcome, Outcome])[]): number {
  const said = pairs.filter(([one, other]) => !(one.kind === 'value' && other.kind === 'raised'));
  if (said.length < pairs.length * SAID) return 0;
  return said.filter(([one, other]) => behaviourOf(one) === behaviourOf(other)).length / said.length;
}

const voicesOf = ({ draft }: GateContext, agreeing: readonly { code: string }[]): string[] => [draft.code, ...without(agreeing.map(({ code }) => code), draft.code)];

/** A list without the first of what equals. */
function without(all: readonly string[], one: string): string[] {
  const at = all.indexOf(one);
  return at < 0 ? [...all] : all.toSpliced(at, 1);
}
