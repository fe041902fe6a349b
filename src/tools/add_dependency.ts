import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import type { FileChange } from '../workspace/types.ts';
import { allowedByFile } from './allowed-dependencies.ts';
import { defineTool, done, refused } from './outcome.ts';
import { surroundings } from './shell.ts';
import type { ToolContext } from './types.ts';

const schema = z.strictObject({
  // Plain registry names only: no URL, path, alias or option can stand here.
  name: z.string().regex(/^(@[a-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/, 'expected the plain name of a package'),
  version: z.string().regex(/^[\^~=<>!]{0,2}\s?\d[\w.+*-]*$/, 'expected a version such as 1.2.3 or ^1.2').optional(),
  dev: z.boolean().optional().describe('needed for development and tests only'),
  language: z.enum(['python', 'javascript']).optional().describe('default: by the manifest of the project'),
});
type Args = z.infer<typeof schema>;
type Registry = 'python' | 'javascript';

/** Lock files that only their own tool can keep right. */
const FOREIGN_LOCKS = { javascript: ['pnpm-lock.yaml', 'yarn.lock', 'bun.lockb', 'bun.lock'], python: ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'] } as const;

async function registryOf(args: Args, context: ToolContext): Promise<Registry> {
  if (args.language) return args.language;
  const javascript = await context.bench.exists('package.json');
  const python = (await context.bench.exists('pyproject.toml')) || (await context.bench.exists('requirements.txt'));
  if (javascript && python) throw new UntilgreenError('bad_arguments', 'language: the project has a Python and a JavaScript manifest; say which one.');
  if (!javascript && !python) throw new UntilgreenError('file_missing', 'The project has no package.json, pyproject.toml or requirements.txt to add the dependency to.');
  return javascript ? 'javascript' : 'python';
}

/** Runs the installer on a folder that holds the manifests alone: with network, without the project's code, configuration or secrets. */
async function install(folder: string, argv: string[], context: ToolContext): Promise<void> {
  const { mounts, env } = await surroundings(context);
  const host = mounts.filter((m) => !m.target.startsWith(`${context.bench.mountAt}/`));
  const result = await context.sandbox.run({
    argv, workspace: folder, mountAt: '/workspace', mounts: host, env, network: 'install', limits: { wallMs: context.settings.commandTimeoutMs }, ...(context.signal ? { signal: context.signal } : {}),
  });
  context.signal?.throwIfAborted();
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start the installer.');
  if (result.status !== 'exited' || result.exitCode !== 0) {
    throw new UntilgreenError('step_failed', `The installer did not succeed (${result.status}, exit ${result.exitCode}): ${(result.stderr || result.stdout).trim().slice(-1_500)}`, { argv });
  }
}

async function addToNode(args: Args, folder: string, context: ToolContext): Promise<FileChange[]> {
  const names = ['package.json', 'package-lock.json'];
  const changes: FileChange[] = [];
  const before = new Map<string, { text: string; hash: string }>();
  for (const name of names) {
    if (!(await context.bench.exists(name))) continue;
    const file = await context.bench.readText(name);
    before.set(name, file);
    await writeFile(join(folder, name), file.text);
  }
  const spec = args.version ? `${args.name}@${args.version}` : args.name;
  await install(folder, ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', args.dev ? '--save-dev' : '--save-prod', '--', spec], context);
  for (const name of names) {
    const content = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (content !== undefined && content !== before.get(name)?.text) changes.push({ kind: 'write', path: name, content, expect: before.get(name)?.hash ?? null });
  }
  const kept = `${context.bench.root}.deps`;
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  const target = join(context.bench.mountAt, 'node_modules');
  const mount = context.bench.mounts.find((m) => m.target === target);
  await rename(join(folder, 'node_modules'), join(kept, 'node_modules')).catch(() => cp(join(folder, 'node_modules'), join(kept, 'node_modules'), { recursive: true, verbatimSymlinks: true }));
  if (mount) mount.source = join(kept, 'node_modules');
  else await rename(join(kept, 'node_modules'), join(context.bench.root, 'node_modules'));
  return changes;
}

async function addToPython(args: Args, folder: string, context: ToolContext): Promise<FileChange[]> {
  const pin = args.version === undefined ? '' : /^\d/.test(args.version) ? `==${args.version}` : args.version.replace(/^\^/, '>=');
  const spec = `${args.name}${pin}`;
  await install(folder, ['python3', '-m', 'pip', 'install', '--only-binary', ':all:', '--no-input', '--target', '/workspace/site', spec], context);
  if (await context.bench.exists('requirements.txt')) {
    const file = await context.bench.readText('requirements.txt');
    const joined = file.text === '' || file.text.endsWith('\n') ? file.text : `${file.text}\n`;
    return [{ kind: 'write', path: 'requirements.txt', content: `${joined}${spec}\n`, expect: file.hash }];
  }
  const file = await context.bench.readText('pyproject.toml');
  const list = /^dependencies\s*=\s*\[([^\]]*)\]/m.exec(file.text);
  if (!list) throw new UntilgreenError('step_failed', 'pyproject.toml has no dependencies list in [project]; add one, or a requirements.txt.');
  const items = (list[1] ?? '').trimEnd();
  const joined = items.trim() === '' ? `"${spec}"` : `${items.replace(/,$/, '')}, "${spec}"`;
  return [{ kind: 'write', path: 'pyproject.toml', content: file.text.slice(0, list.index) + list[0].replace(/\[[^\]]*\]/, () => `[${joined}]`) + file.text.slice(list.index + list[0].length), expect: file.hash }];
}

/**
 * Adds a dependency: an approval (or the project's allow-list), then an install step of its own with network but without the
 * project's code, install scripts or source builds; then the manifest and npm's lock file.
 * Refusals: `dependency_refused`, `approval_needed`, `bad_arguments`, `file_missing`, `step_failed`, `sandbox_error`.
 */
export const addDependency = defineTool<Args>({
  name: 'add_dependency',
  description: 'Add a package from the registry to the project; needs approval unless the allow-list names it.',
  effect: 'execute',
  schema,
  async run(args, context) {
    const registry = await registryOf(args, context);
    const locks = [];
    for (const lock of FOREIGN_LOCKS[registry]) if (await context.bench.exists(lock)) locks.push(lock);
    if (locks.length) return refused('dependency_refused', `The project is locked by ${locks.join(', ')}, which only its own tool keeps right. Add ${args.name} with that tool and run again.`, { locks });
    if (!(await allowedByFile(args.name, registry, context))) {
      const answer = await context.approve({ kind: 'dependency', subject: `Add the ${registry} package ${args.name}${args.version ? ` ${args.version}` : ''}`, detail: { ...args, language: registry } });
      if (answer.answer === 'denied') return refused('dependency_refused', `${args.name} was not approved${answer.reason ? `: ${answer.reason}` : ''}.`, { name: args.name });
      if (answer.answer === 'pending') return refused('approval_needed', `${args.name} needs an approval. Approve it, or name it in ${context.settings.allowedDependenciesFile}.`, { name: args.name, language: registry });
    }
    const folder = await mkdtemp(`${context.bench.root}.install-`);
    try {
      const changes = registry === 'javascript' ? await addToNode(args, folder, context) : await addToPython(args, folder, context);
      await context.bench.write(changes);
      return done({ name: args.name, language: registry }, `Added ${args.name} to ${changes.map((c) => c.path).join(', ') || 'the installed packages'}.`, changes.map((c) => c.path));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
