import type { RelativePath } from '../../workspace/types.ts';
import { newFindings, tidyFindings } from '../shared/findings.ts';
import type { Finding } from '../types.ts';
import { scanByLines } from './lines.ts';
import { isTestFile } from './paths.ts';
import { check } from './ruff.ts';
import { ask, isUnparsable } from './service.ts';

/**
 * The bandit rules that ruff knows and our own scan does not: all are warnings. What they add are weak settings and unsafe
 * readers; running text, commands and processes is judged by the syntax tree, with names resolved.
 */
export const RUFF_WARNINGS: Readonly<Record<string, string>> = {
  S103: 'permissive-file-mode',
  S104: 'binds-all-interfaces',
  S105: 'password-in-source',
  S106: 'password-in-source',
  S201: 'flask-debug',
  S202: 'unsafe-archive',
  S306: 'insecure-temporary-file',
  S310: 'url-open',
  S312: 'telnet',
  S314: 'unsafe-xml',
  S318: 'unsafe-xml',
  S319: 'unsafe-xml',
  S321: 'ftp',
  S323: 'no-certificate-check',
  S501: 'no-certificate-check',
  S506: 'unsafe-yaml',
  S507: 'no-host-key-check',
  S608: 'sql-by-text',
  S611: 'sql-by-text',
  S701: 'no-autoescape',
  S702: 'no-autoescape',
};

/** Findings of `after` that `before` did not have. */
export async function scan(path: RelativePath, before: string | undefined, after: string): Promise<Finding[]> {
  const now = await findingsOf(path, after, before === undefined ? moduleAt(path) : undefined);
  if (before === undefined || !now.length) return now;
  return newFindings(await findingsOf(path, before), now);
}

/** The name under which a file at a root of the imports is found before the standard library. */
function moduleAt(path: RelativePath): string | undefined {
  return /^(?:src\/)?(\w+)(?:\.py|\/__init__\.py)$/.exec(path)?.[1];
}

async function findingsOf(path: RelativePath, source: string, module?: string): Promise<Finding[]> {
  const [tree, ruff] = await Promise.all([treeFindings(path, source, module), ruffFindings(path, source)]);
  return tidyFindings([...tree, ...ruff]);
}

async function treeFindings(path: RelativePath, source: string, module?: string): Promise<Finding[]> {
  const hook = /(^|\/)(conftest\.py|noxfile\.py|setup\.py)$/.test(path);
  const answer = await ask<{ findings: Omit<Finding, 'path'>[] }>('scan', source, { is_test: isTestFile(path), module });
  if (!answer || isUnparsable(answer)) return scanByLines(path, source);
  // Hooks belong into conftest.py, which is protected as test configuration.
  return answer.findings.filter((f) => !(hook && /is a hook of the test runner/.test(f.message))).map((f) => ({ ...f, path }));
}

async function ruffFindings(path: RelativePath, source: string): Promise<Finding[]> {
  const lines = source.split(/\r?\n/);
  const select = Object.keys(RUFF_WARNINGS).filter((code) => !(isTestFile(path) && /^S10[456]$/.test(code)));
  const found = await check(source, { 'target-version': 'py314', lint: { select } });
  return found
    .filter((d) => d.code !== null && d.code in RUFF_WARNINGS)
    .map((d) => ({ rule: RUFF_WARNINGS[d.code!]!, severity: 'warn', path, line: d.start_location.row, message: `${d.message} (${d.code}).`, excerpt: lines[d.start_location.row - 1]?.trim() ?? '' }));
}
