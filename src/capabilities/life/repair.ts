import type { GateReport } from '../interfaces.ts';
import { isVisible } from '../gate/types.ts';
import { meetsCase } from '../run/meets.ts';
import type { Capability, Origin, ToolCase, UseResult } from '../types.ts';
import { agreeing } from './agree.ts';
import { compareContracts } from './contracts.ts';
import { draftOf, type Admit, type RunCodes, type Save, type Write } from './effects.ts';
import { agreedCase, describeFailure, isKnown, isRight, smallest, withCase, type Failure } from './failure.ts';
import { compareVersions, nextVersion } from './versions.ts';

/** Times that candidates are asked for. New samples help where a second repair of the same code seldom does. */
const ROUNDS = 2;

export interface RepairInput {
  tool: Capability;
  /** The call that failed. Without result and error what is right is found out: `expected` is asked, else independent candidates have to agree. */
  failure: Failure;
  /** All other versions, in any order. */
  earlier: readonly Capability[];
  /** It was in its first uses, see `reliabilityOf`. */
  probation: boolean;
  run: RunCodes;
  write: Write;
  admit: Admit;
  save: Save;
  /** Makes an earlier version the current one. */
  goBack(to: Capability, reason: string): Promise<Capability>;
  deprecate(tool: Capability, reason: string): Promise<Capability>;
  /** The tester, who sees the contract and never the code: what should this call give? */
  expected?(contract: Capability, args: Failure['arguments']): Promise<Pick<ToolCase, 'result' | 'error'> | undefined>;
  /** Who makes the new version. */
  by?: Pick<Origin, 'by' | 'model' | 'request'>;
  now?: () => Date;
  rounds?: number;
}

/** What became of a failure. `failure` is the case that it came to, made small. */
export type RepairResult =
  | { outcome: 'repaired'; tool: Capability; failure: ToolCase; report: GateReport }
  /** An earlier version is right where this one is not, and does all else that it did. */
  | { outcome: 'rolled_back'; tool: Capability; failure: Failure; reason: string; report?: GateReport }
  /** It failed in its first uses and could not be mended. */
  | { outcome: 'deprecated'; tool: Capability; failure: Failure; reason: string; report?: GateReport }
  /** It has earned some trust: how often it fails decides, see `standingOf`. */
  | { outcome: 'unrepaired'; tool: Capability; failure: Failure; reason: string; report?: GateReport }
  /** The call works. */
  | { outcome: 'not_reproduced'; tool: Capability; failure: Failure; result: UseResult }
  /** A user said otherwise about the same call. */
  | { outcome: 'contradicted'; tool: Capability; failure: Failure; by: ToolCase };

/**
 * Mends a tool that failed. The failing call becomes a case, small and with its right answer; candidates have to meet it and all cases that there are,
 * and then pass the gate; the first that does is the next version. Where none does, an earlier version is taken that is right on that call and on all cases of this one.
 * Where there is none either, a tool in its first uses is deprecated, for nothing speaks for it yet, and any other stays.
 *
 * @throws as `run`, `write`, `admit` and what keeps versions do; nothing has changed then
 */
export async function repairTool(input: RepairInput): Promise<RepairResult> {
  const { tool, run } = input;
  const got = (await run(tool, [tool.code], [input.failure.arguments]))[0]![0]!;
  if (isRight(input.failure, got)) return { outcome: 'not_reproduced', tool, failure: input.failure, result: got };
  const small = await smallest(tool, input.failure, got, run);
  const said = isKnown(small) ? undefined : await input.expected?.(tool, small.arguments);
  const failure: Failure = said ? { ...said, arguments: small.arguments } : small;
  const stated = isKnown(failure) ? withCase(tool.cases, { ...failure, from: 'failure' }).against.find(({ from }) => from === 'user') : undefined;
  if (stated) return { outcome: 'contradicted', tool, failure, by: stated };
  const mended = await mend(input, failure, describeFailure(failure, got));
  if ('tool' in mended) return mended;
  return (await rollBack(input, mended.failure, mended)) ?? setAside(input, mended.failure, mended);
}

/** Why nothing came of it; the last report of the gate, where it got that far. */
interface Unmended {
  failure: Failure;
  reason: string;
  report?: GateReport;
}

async function mend(input: RepairInput, failure: Failure, problem: string): Promise<Extract<RepairResult, { outcome: 'repaired' }> | Unmended> {
  const { tool, run, write, rounds = ROUNDS } = input;
  const written: string[] = [];
  let found: Unmended = { failure, reason: 'nobody wrote another one' };
  for (let round = 1; round <= rounds; round += 1) {
    const cases = tool.cases.filter(isVisible);
    const shown = isKnown(found.failure) ? withCase(cases, { ...found.failure, from: 'failure' }).cases : cases;
    written.push(...(await write({ contract: tool, cases: shown, code: tool.code, problem: round === 1 ? problem : `${problem}. An attempt was refused: ${found.reason}`, round })).filter((code) => code !== tool.code));
    const added: ToolCase | undefined = isKnown(found.failure) ? { ...found.failure, from: 'failure' } : await agreedCase(tool, found.failure, written, run);
    if (!added) {
      found = { failure, reason: `of ${written.length} candidates not enough agree what is right` };
      continue;
    }
    const tried = await admitBest(input, added, written);
    if ('tool' in tried) return tried;
    found = tried;
  }
  return found;
}

/** Those that meet all cases and the new one, the one that most of them agree with first, are handed to the gate. */
async function admitBest({ tool, earlier, run, admit, save, by = { by: 'model' }, now = () => new Date() }: RepairInput, added: ToolCase, written: readonly string[]): Promise<Extract<RepairResult, { outcome: 'repaired' }> | Unmended> {
  const { cases, against } = withCase(tool.cases, added);
  const rows = await run(tool, written, cases.map((one) => one.arguments));
  const passing = written.flatMap((code, index) => (cases.every((one, at) => meetsCase(one, rows[index]![at]!)) ? [{ code, row: rows[index]! }] : []));
  if (passing.length === 0) return { failure: added, reason: refusal(cases, rows) };
  const [best] = agreeing(passing.map(({ row }) => row))[0]!;
  const reason = `it failed for ${JSON.stringify(added.arguments)}`;
  const draft = { ...draftOf(tool, { ...by, at: now().toISOString(), parent: tool.version, reason }, passing[best!]!.code), cases };
  const report = await admit(draft, passing.map(({ code }) => code));
  if (!report.ok) return { failure: added, report, reason: report.gates.find(({ ok }) => !ok)?.says ?? 'the gate refused it' };
  // A case that was wrong is gone, so whoever relied on it gets something else.
  const { version } = nextVersion(tool, draft, against.length === 0, earlier.map((one) => one.version));
  return { outcome: 'repaired', tool: await save({ ...draft, cases: report.cases }, version, report.evidence), failure: added, report };
}

/** The case that the candidate which came furthest does not meet; of a hidden one only that there is one. */
function refusal(cases: readonly ToolCase[], rows: readonly (readonly UseResult[])[]): string {
  const failing = rows.map((row) => cases.flatMap((one, at) => (meetsCase(one, row[at]!) ? [] : [{ one, got: row[at]! }])));
  const [nearest] = failing.toSorted((a, b) => a.length - b.length);
  if (!nearest) return 'nobody wrote another one';
  const visible = nearest.find(({ one }) => isVisible(one));
  return visible ? describeFailure(visible.one, visible.got) : `${nearest.length} of the cases that are not shown ${nearest.length === 1 ? 'fails' : 'fail'}`;
}

/** Back to the newest earlier version whose callers lose nothing: it takes what this one takes, meets every case of it, and is right on the call that failed. */
async function rollBack({ tool, earlier, run, goBack }: RepairInput, failure: Failure, { report }: Unmended): Promise<RepairResult | undefined> {
  const before = earlier.filter(({ version }) => compareVersions(version, tool.version) < 0).toSorted((a, b) => compareVersions(b.version, a.version));
  for (const other of before.filter((one) => one.language === tool.language && compareContracts(tool, one).kind !== 'other')) {
    const wanted = isKnown(failure) ? withCase(tool.cases, { ...failure, from: 'failure' }).cases : tool.cases;
    const [row] = await run(other, [other.code], [failure.arguments, ...wanted.map((one) => one.arguments)]);
    if (!isRight(failure, row![0]!) || !wanted.every((one, at) => meetsCase(one, row![at + 1]!))) continue;
    const reason = `${tool.version} fails for ${JSON.stringify(failure.arguments)}, where ${other.version} is right`;
    return { outcome: 'rolled_back', tool: await goBack(other, reason), failure, reason, ...(report ? { report } : {}) };
  }
  return undefined;
}

async function setAside({ tool, probation, deprecate }: RepairInput, failure: Failure, { reason, report }: Unmended): Promise<RepairResult> {
  const told = { failure, reason, ...(report ? { report } : {}) };
  if (!probation || tool.status !== 'active') return { outcome: 'unrepaired', tool, ...told };
  return { outcome: 'deprecated', tool: await deprecate(tool, `it failed for ${JSON.stringify(failure.arguments)} in its first uses, and could not be mended: ${reason}`), ...told };
}
