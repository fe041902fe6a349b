import { languages } from '../../../languages/registry.ts';
import type { Check } from '../../../languages/types.ts';
import { runCheck } from '../../../verify/run-check.ts';
import { filesOf, readFolder } from '../../library/files.ts';
import { contentHash, contractHash } from '../../library/hash.ts';
import { runCases } from '../../run/run.ts';
import type { Capability } from '../../types.ts';
import { missOf } from '../cases.ts';
import { perturbed, SURROUNDINGS } from '../perturbed.ts';
import { inFolder } from '../place.ts';
import { nodeTakesTypes, withoutTypes } from '../without-types.ts';
import type { Gate, GateContext, Verdict } from '../types.ts';
import { counted } from '../words.ts';

const FRAMEWORK = { python: 'pytest', javascript: 'node:test', typescript: 'node:test', go: 'go test' } as const;

/**
 * Does what is kept work: the files of its folder are written as they will stand there, their own tests run by their own framework, and the cases
 * once more on what was read back. The tests run as on another machine: in another time zone and with another locale. The framework's report is guarded against the code, so an early exit is no green.
 */
export const coldRun: Gate = async (context): Promise<Verdict> => {
  const tool = kept(context);
  const plain = tool.language === 'typescript' && !nodeTakesTypes() ? await withoutTypes(filesOf(tool)) : [];
  const files = [...filesOf(tool), ...plain];
  const { sandbox, signal } = context.input;
  return inFolder(files, async (bench, folder) => {
    const framework = FRAMEWORK[tool.language];
    const check: Check = { id: framework, framework, language: plain.length > 0 ? 'javascript' : tool.language, cwd: '', why: 'the tests of the tool itself' };
    const report = await runCheck(check, { bench, sandbox: perturbed(sandbox, SURROUNDINGS[0]!), languages, ...(signal ? { signal } : {}) }, plain.length > 0 ? { files: plain.map(({ name }) => name).filter((name) => name.endsWith('.test.js')) } : {});
    const passed = report.tests.filter(({ outcome }) => outcome === 'passed').length;
    const data = { files: files.length, framework, tests: report.tests.length, passed, cases: tool.cases.length };
    if (report.status !== 'passed' || passed === 0) {
      const failed = report.tests.find(({ outcome }) => outcome !== 'passed');
      // A test's name and message hold values of hidden cases: only the kind of the failure is told.
      const why = report.errors[0] ? 'its tests could not be run' : passed === 0 && !failed ? 'no test ran' : `${report.tests.length - passed} of ${counted(report.tests.length, 'test')} did not pass`;
      return { ok: false, says: `${framework} in a fresh folder: ${why}${failed?.errorClass === undefined ? '' : ` (${failed.errorClass})`}`, data: { ...data, status: report.status } };
    }
    const { tool: read } = await readFolder(folder);
    const [again] = await runCases({ language: read.language, signature: read.signature, name: read.name, codes: [read.code], cases: read.cases.map(({ arguments: given }) => given), contract: read, sandbox, ...(signal ? { signal } : {}) });
    const missed = again!.problem ? read.cases.length : read.cases.filter((one, at) => missOf(one, again!.results[at]!) !== undefined).length;
    if (missed > 0 || read.hash !== tool.hash) return { ok: false, says: missed > 0 ? `${missed} of ${counted(read.cases.length, 'case')} not met by what was read back` : 'what was read back is not what was written', data: { ...data, missed } };
    return { ok: true, says: `${counted(passed, 'test')} of ${framework} passed in a fresh folder, and all of ${counted(read.cases.length, 'case')} on what was read back`, data };
  });
};

/** The tool as it would be saved. */
function kept({ draft, cases }: GateContext): Capability {
  const content = { ...draft, cases };
  return { ...content, version: '1.0.0', status: 'active', hash: contentHash(content), contractHash: contractHash(content) };
}
