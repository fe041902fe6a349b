import type { FunctionLanguage, Signature } from '../../languages/function/types.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { SuiteTask } from './types.ts';

/** Milliseconds for the hidden tests of one candidate: some compare hundreds of inputs. */
const TEST_MS = 15_000;

/**
 * Runs the hidden tests against codes, each different one once, by the runner that runs users' test files: in the sandbox, guarded against what
 * the code does. Called when the answer is fixed.
 *
 * @returns for each code whether it is right, or why not
 */
export async function judgeHidden(
  codes: readonly (string | undefined)[],
  hidden: SuiteTask['hidden'],
  context: { language: FunctionLanguage; signature: Signature; sandbox: Sandbox; signal?: AbortSignal },
): Promise<{ right: boolean; why: string }[]> {
  const { language, signature, sandbox, signal } = context;
  const different = [...new Set(codes.filter((code) => code !== undefined))];
  if (different.length === 0) return codes.map(() => ({ right: false, why: 'no code' }));
  const tests = { ...(await language.parseTests(hidden.name, hidden.source, signature.name)), examples: [] };
  const candidates = different.map((code, index) => ({ id: `h${index + 1}`, code }));
  const reports = await language.runTests({ sandbox, signature, candidates, caseMs: TEST_MS, tests, signal });
  const byCode = new Map(different.map((code, index) => [code, reports.find(({ id }) => id === `h${index + 1}`)]));
  return codes.map((code) => {
    const report = code === undefined ? undefined : byCode.get(code);
    return { right: report?.passed === true, why: report?.passed ? '' : (report?.problems[0]?.message ?? 'no code') };
  });
}
