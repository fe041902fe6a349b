// Tiny projects for the tests of this room, in the real workbench and the real sandbox. (`.prop.ts` files stay out of the build.)
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { openSandbox } from '../../sandbox/index.ts';
import type { Limits, Mount, Sandbox } from '../../sandbox/types.ts';
import { openWorkbench } from '../../workspace/open.ts';
import type { Workbench } from '../../workspace/types.ts';
import type { Check, CheckReport, TestResult } from '../types.ts';
import { javascript } from './javascript.ts';
import { typescript } from '../typescript/typescript.ts';

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

export const OWN_MODULES = new URL('../../../node_modules', import.meta.url).pathname;

/** A folder with one package installed, kept in the user's cache between test runs. */
export function installed(name: string, version: string): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'untilgreen/test-deps', `${name}-${version}`);
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return join(folder, 'node_modules');
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `${name}@${version}`], { cwd: fresh, stdio: 'pipe' });
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return join(folder, 'node_modules');
}

/** A workbench on a new directory with these files; `show` mounts a read-only node_modules, `link` links to one. */
export async function projectOf(files: Record<string, string>, { show, link }: { show?: string; link?: string } = {}): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-node-'));
  made.push(folder);
  const source = join(folder, 'the app');
  await mkdir(source);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), text);
  }
  if (link) symlinkSync(link, join(source, 'node_modules'));
  const bench: Workbench = await openWorkbench({ source, root: join(folder, 'bench'), blobs: join(folder, 'blobs') });
  if (!show) return bench;
  const mounts: Mount[] = [...bench.mounts, { source: show, target: join(bench.mountAt, 'node_modules') }];
  return new Proxy(bench, {
    get(target, key) {
      if (key === 'mounts') return mounts;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

let sandbox: Promise<Sandbox> | undefined;

export type Outcome = Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'> & { check: Check; output: string };

export interface RunOptions {
  files?: string[];
  testIds?: string[];
  limits?: Partial<Limits>;
  modules?: string;
  check?: number;
}

export async function checksOf(bench: Workbench): Promise<Check[]> {
  return [...(await javascript.detect(bench)), ...(await typescript.detect(bench))].flatMap((d) => d.checks);
}

/** Detects, runs the first check in the sandbox, and reads its report. */
export async function runProject(files: Record<string, string>, options: RunOptions = {}): Promise<Outcome> {
  return runBench(await projectOf(files, { show: options.modules }), options);
}

export async function runBench(bench: Workbench, options: RunOptions = {}): Promise<Outcome> {
  const check = (await checksOf(bench))[options.check ?? 0]!;
  sandbox ??= openSandbox();
  const prepared = await javascript.prepareCheck(check, bench, options);
  try {
    const result = await (await sandbox).run({
      ...prepared.command,
      workspace: bench.root,
      mountAt: bench.mountAt,
      mounts: [...bench.mounts, ...(prepared.command.mounts ?? [])],
      limits: { wallMs: 60_000, ...options.limits },
    });
    return { ...(await prepared.read(result)), check, output: result.stdout + result.stderr };
  } finally {
    await prepared.cleanup();
  }
}

/** `id: outcome` of every test, for tables. */
export function outcomes(tests: readonly TestResult[]): Record<string, string> {
  return Object.fromEntries(tests.map((test) => [test.id, test.outcome]));
}
