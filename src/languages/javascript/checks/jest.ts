import { dependencyFolder } from '../project.ts';
import { fromRoot, keptFlags, upFrom } from './flags.ts';
import type { Framed, Request } from './prepare.ts';

const DROPPED = /^(--watch|--watchAll|--coverage|--collectCoverage\w*|--coverage\w+|--reporters|--json|--outputFile|-u|--updateSnapshot|--silent|--verbose|--ci|--cacheDirectory|--no-cache|--cache|--watchman|--notify|-o|--onlyChanged|--changedSince|--lastCommit|--detectOpenHandles|--passWithNoTests)(=|$)/;
const WITH_VALUE = /^(-c|--config|--rootDir|--roots|--projects|--selectProjects|--env|--environment|-t|--testNamePattern|--testMatch|--testRegex|--testPathPatterns?|--testPathIgnorePatterns|--testTimeout|--maxWorkers|-w|--reporters|--outputFile|--shard|--coverageDirectory|--changedSince|--setupFiles\w*)$/;

/** `jest --ci` with our reporter; its cache goes to the sandbox's own /tmp, since the dependency folder is read-only. */
export async function jestCommand({ bench, pack, script, files }: Request): Promise<Framed> {
  const jest = await dependencyFolder(bench, pack.root, 'jest');
  if (!jest) return { problem: 'jest is not installed in this project. Install its dependencies first (npm ci).' };
  const { flags, positionals } = keptFlags(script?.args ?? [], DROPPED, WITH_VALUE);
  const chosen = files ? fromRoot(files, pack.root) : [];
  if (files && !chosen.length) return { nothing: true };
  return {
    reporterFlag: '--reporters',
    argv: [
      process.execPath, ...(script?.nodeFlags ?? []), upFrom(pack.root, `${jest.folder}/bin/jest.js`),
      '--ci', '--cacheDirectory=/tmp/untilgreen-jest', '--watchman=false', '--coverage=false', '--passWithNoTests', '--testLocationInResults',
      ...flags, ...(files ? ['--runTestsByPath', ...chosen] : positionals),
    ],
  };
}
