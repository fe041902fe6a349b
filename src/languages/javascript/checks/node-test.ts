import { glob } from 'tinyglobby';
import { join } from 'node:path';
import { dependencyFolder } from '../project.ts';
import type { ScriptCommand } from '../script.ts';
import { isCode } from '../test-paths.ts';
import type { Framed, Request } from './prepare.ts';

/** Flags of node that are followed by a value of their own. */
const WITH_VALUE = /^(--import|--require|-r|--loader|--experimental-loader|--test-name-pattern|--test-skip-pattern|--test-concurrency|--test-timeout|--test-shard|--env-file|--conditions|-C)$/;
/** Ours take their place, or they would not end, or would write elsewhere. */
const DROPPED = /^(--watch|--test-reporter|--test-reporter-destination|--experimental-test-coverage|--test-coverage-\w+|--test-update-snapshots|--test-only|--experimental-test-isolation|--test-isolation)(=|$)/;
const DROPPED_VALUE = /^(--test-reporter|--test-reporter-destination|--test-isolation|--experimental-test-isolation)$/;
/** What `node --test` runs when no file is named. */
const DEFAULT_NAME = /(^|\/)(.*[._-]test|test-[^/]*|test)\.[cm]?[jt]s$/;
const IN_TEST_FOLDER = /(^|\/)test\/.*\.[cm]?[jt]s$/;

/** `node --test` with our reporter on exactly the files that the project's own command would run. */
export async function nodeTestCommand({ pack, bench, script, files, reporter }: Request): Promise<Framed> {
  const { flags, positionals } = sorted(script);
  const chosen = files ?? (await testFiles(pack.files, pack.root, positionals, bench.root));
  if (!chosen.length) return { nothing: true };
  const relative = chosen.map((f) => (pack.root === '' ? f : f.slice(pack.root.length + 1)));
  const typescript = relative.some((f) => /\.[cm]?ts$/.test(f));
  const runner = typescript ? await typeScriptFlags(flags, pack.root, bench) : [];
  if ('problem' in runner) return runner;
  const at = reporter.startsWith('..') ? reporter : `./${reporter.replace(/^\.\//, '')}`;
  const lock = `--import=${at.slice(0, at.lastIndexOf('/'))}/lock-assert.mjs`;
  return { argv: [process.execPath, lock, ...runner, ...flags, '--test', `--test-reporter=${at}`, '--test-reporter-destination=stdout', ...relative] };
}

function sorted(script: ScriptCommand | undefined): { flags: string[]; positionals: string[] } {
  const flags = [...(script?.nodeFlags ?? [])];
  const positionals: string[] = [];
  const args = script?.args ?? [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i]!;
    if (!arg.startsWith('-')) positionals.push(arg);
    else if (DROPPED.test(arg)) {
      if (DROPPED_VALUE.test(arg)) i += 1;
    } else if (WITH_VALUE.test(arg)) {
      flags.push(`${arg}`, args[i + 1] ?? '');
      i += 1;
    } else flags.push(arg);
  }
  return { flags, positionals };
}

function byDefault(path: string): boolean {
  return isCode(path) && (DEFAULT_NAME.test(path) || IN_TEST_FOLDER.test(path)) && !/(^|\/)node_modules\//.test(path);
}

async function testFiles(listed: readonly string[], root: string, positionals: readonly string[], base: string): Promise<string[]> {
  const prefix = root === '' ? '' : `${root}/`;
  const relative = listed.map((f) => f.slice(prefix.length));
  if (!positionals.length) return relative.filter(byDefault).map((f) => prefix + f).toSorted();
  const found = new Set<string>();
  for (const positional of positionals.map((p) => p.replace(/^\.\//, '').replace(/\/+$/, ''))) {
    if (relative.includes(positional)) found.add(positional);
    // A folder is searched by the default names; below a folder called test that is every script.
    const below = relative.filter((f) => isCode(f) && (positional === '.' || f.startsWith(`${positional}/`)));
    for (const file of below) if (byDefault(file)) found.add(file);
    if (/[*?[{]/.test(positional)) {
      for (const file of await glob(positional, { cwd: join(base, root), ignore: ['**/node_modules/**'] })) if (isCode(file)) found.add(file);
    }
  }
  return [...found].toSorted().map((f) => prefix + f);
}

async function typeScriptFlags(flags: readonly string[], root: string, bench: Request['bench']): Promise<string[] | { problem: string }> {
  if (flags.some((f) => /tsx|ts-node|swc|esbuild|strip-types|transform-types|jiti|sucrase/.test(f))) return [];
  if (await dependencyFolder(bench, root, 'tsx')) return ['--import=tsx'];
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) return [];
  if (major > 22 || (major === 22 && minor >= 6)) return ['--experimental-strip-types'];
  return { problem: `The tests are TypeScript, which Node ${process.versions.node} does not run by itself. Add tsx to the project (npm install --save-dev tsx), or use Node 22.18 or newer.` };
}
