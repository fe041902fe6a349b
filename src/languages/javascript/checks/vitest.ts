import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dependencyFolder } from '../project.ts';
import { fromRoot, keptFlags, upFrom } from './flags.ts';
import type { Framed, Request } from './prepare.ts';

const DROPPED = /^(--watch|-w|--no-watch|--ui|--open|--coverage(\.\S+?)?|--reporter|--reporters|--outputFile(\.\S+?)?|-u|--update|--run|--silent|--configLoader|--inspect(-brk)?|--api(\.\S+?)?|--browser\.ui)(=|$)/;
const WITH_VALUE = /^(-c|--config|-r|--root|--dir|--project|--environment|--env|--pool|-t|--testNamePattern|--reporter|--outputFile|--mode|--shard|--exclude|--testTimeout|--hookTimeout|--retry|--bail|--maxWorkers|--minWorkers|--coverage\.\S+)$/;
const SUBCOMMAND = new Set(['run', 'watch', 'dev', 'related', 'bench', 'list', 'init']);

/**
 * `vitest run` with our reporter. The dependency folder is read-only: the config is loaded without the bundle that vite would
 * write beside it (`--configLoader runner`, vitest 3 and newer).
 */
export async function vitestCommand({ bench, pack, script, files }: Request): Promise<Framed> {
  const vitest = await dependencyFolder(bench, pack.root, 'vitest');
  if (!vitest) return { problem: 'vitest is not installed in this project. Install its dependencies first (npm ci).' };
  const { flags, positionals } = keptFlags(script?.args ?? [], DROPPED, WITH_VALUE);
  const chosen = files ? fromRoot(files, pack.root) : positionals.filter((p) => !SUBCOMMAND.has(p));
  if (files && !chosen.length) return { nothing: true };
  const newer = (await majorOf(vitest.host)) >= 3 ? ['--configLoader=runner', '--includeTaskLocation'] : [];
  return {
    reporterFlag: '--reporter',
    argv: [
      process.execPath, ...(script?.nodeFlags ?? []), upFrom(pack.root, `${vitest.folder}/vitest.mjs`), 'run', ...newer,
      '--passWithNoTests', '--allowOnly', '--coverage.enabled=false', ...flags, ...chosen,
    ],
    env: { VITEST_SKIP_INSTALL_CHECKS: '1' },
  };
}

async function majorOf(host: string): Promise<number> {
  const text = await readFile(join(host, 'package.json'), 'utf8');
  return Number(/"version"\s*:\s*"(\d+)/.exec(text)?.[1] ?? 0);
}
