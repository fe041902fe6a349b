// Tiny projects for the tests of tools and plans, in the real workbench and on request the real sandbox. (`.prop.ts` files stay out of the build.)
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silent } from '../../core/events.ts';
import { languages } from '../../languages/registry.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { checkFromCommand, findChecks } from '../../verify/baseline.ts';
import { runChecks } from '../../verify/run-check.ts';
import { openWorkbench } from '../../workspace/open.ts';
import { TOOL_PROMPTS } from '../prompts.ts';
import type { ToolContext } from '../types.ts';

/** A project of these files in a real workbench, and the context of its tools. Running a command or a check fails the test. */
export async function toolContext(files: Record<string, string>, more: Partial<ToolContext> = {}): Promise<{ context: ToolContext; close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'untilgreen-tools-'));
  const source = join(home, 'project');
  await mkdir(source);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), text);
  }
  const bench = await openWorkbench({ source, root: join(home, 'work'), blobs: join(home, 'blobs') });
  const context: ToolContext = {
    bench,
    languages,
    sandbox: { get guarantees(): never { throw new Error('no command was expected'); }, run: () => Promise.reject(new Error('no command was expected')) },
    runChecks: () => Promise.resolve([]),
    approve: () => Promise.resolve({ answer: 'pending' }),
    emit: silent,
    prompt: (name) => readFile(TOOL_PROMPTS[name as keyof typeof TOOL_PROMPTS], 'utf8'),
    settings: { allowedDependenciesFile: 'allowed_deps.json', maxFileBytes: 100_000, commandTimeoutMs: 10_000, blockOperations: true },
    ...more,
  };
  return {
    context,
    async close() {
      await bench.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The same with the real sandbox and the checks that are found in the project, as a run has them. */
export async function sandboxedContext(files: Record<string, string>, more: Partial<ToolContext> = {}): Promise<{ context: ToolContext; close(): Promise<void> }> {
  const sandbox = await openSandbox({});
  const { context, close } = await toolContext(files, { sandbox, ...more });
  context.runChecks = async ({ files: only, command } = {}) => {
    const checks = command === undefined ? await findChecks(context.bench, languages, []) : [checkFromCommand(command)];
    return runChecks(checks, { bench: context.bench, sandbox, languages, limits: { wallMs: 60_000 } }, { files: only });
  };
  return { context, close };
}
