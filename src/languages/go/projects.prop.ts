// Tiny projects for the tests of this room, in the real workbench and the real sandbox. (`.prop.ts` files stay out of the build.)
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { openSandbox } from '../../sandbox/index.ts';
import type { Limits, Sandbox } from '../../sandbox/types.ts';
import { openWorkbench } from '../../workspace/open.ts';
import type { Workbench } from '../../workspace/types.ts';
import type { Check, CheckReport, TestResult } from '../types.ts';
import { prepareCheck } from './check.ts';
import { detect } from './detect.ts';

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

export const GO_MOD = 'module example.com/calc\n\ngo 1.23\n';

/** A workbench on a new directory with these files, and a go.mod where they have none. */
export async function projectOf(files: Record<string, string>): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-go-'));
  made.push(folder);
  const source = join(folder, 'app');
  await mkdir(source);
  for (const [path, text] of Object.entries({ 'go.mod': GO_MOD, ...files })) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), text);
  }
  return openWorkbench({ source, root: join(folder, 'bench'), blobs: join(folder, 'blobs') });
}

let sandbox: Promise<Sandbox> | undefined;

/** Runs the first check that is found (or the one given) in the sandbox, and reads its report. */
export async function runProject(files: Record<string, string>, options: { files?: string[]; testIds?: string[]; limits?: Partial<Limits>; args?: string[] } = {}): Promise<Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'> & { output: string }> {
  const bench = await projectOf(files);
  const opened = await (sandbox ??= openSandbox());
  const found = (await detect(bench))[0]!.checks[0]!;
  const check: Check = options.args ? { ...found, args: options.args } : found;
  const prepared = await prepareCheck(check, bench, { ...options, sandbox: opened });
  try {
    const result = await opened.run({
      ...prepared.command,
      workspace: bench.root,
      mountAt: bench.mountAt,
      mounts: [...bench.mounts, ...(prepared.command.mounts ?? [])],
      limits: { wallMs: 120_000, ...options.limits },
    });
    return { ...(await prepared.read(result)), output: result.stdout + result.stderr };
  } finally {
    await prepared.cleanup();
  }
}

/** `id: outcome` of every test, for tables. */
export function outcomes(tests: readonly TestResult[]): Record<string, string> {
  return Object.fromEntries(tests.map((test) => [test.id, test.outcome]));
}
