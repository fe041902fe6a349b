import { languageOf } from '../../../languages/registry.ts';
import { codeFileName } from '../../library/files.ts';
import { impurityOf } from '../purity.ts';
import { secretIn } from '../secrets.ts';
import type { Gate, Verdict } from '../types.ts';

/** What the text says before anything of it runs. The sandbox is the wall; this keeps out what would only show where nobody looks. */
export const safety: Gate = async ({ draft, language, signature }): Promise<Verdict> => {
  const { name, code } = draft;
  const secret = secretIn(code);
  if (secret) return refused(secret.line, `Line ${secret.line} holds what looks like ${secret.what}.`, 'secret');
  const screened = await language.screen(code, signature);
  if (screened) return refused(screened.line, `${at(screened.line)}${screened.message}`, screened.class);
  const impure = await impurityOf(draft.language, name, code);
  if (impure) return refused(impure.line, `${at(impure.line)}${impure.message}`, 'impure');
  const path = codeFileName(draft);
  const findings = (await languageOf(path)?.scan(path, undefined, code)) ?? [];
  const blocking = findings.find(({ severity }) => severity === 'block');
  if (blocking) return refused(blocking.line, `${at(blocking.line)}it ${blocking.message}`, blocking.rule);
  return {
    ok: true,
    says: findings.length === 0 ? 'nothing that a pure function has no need of' : `no blocking finding, ${findings.length} to look at: line ${findings[0]!.line} ${findings[0]!.message}`,
    data: { findings: findings.map(({ rule, line, message }) => ({ rule, line, message })) },
  };
};

const at = (line: number | undefined): string => (line === undefined ? '' : `Line ${line}: `);
const refused = (line: number | undefined, says: string, rule: string): Verdict => ({ ok: false, says, data: { rule, ...(line === undefined ? {} : { line }) } });
