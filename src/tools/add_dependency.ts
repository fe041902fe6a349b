import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import { asksForPackage } from '../context/scaffolds/registry.ts';
import type { Mount } from '../sandbox/types.ts';
import type { FileChange, TextFile } from '../workspace/types.ts';
import { allowedByFile } from './allowed-dependencies.ts';
import { addGoModule, MODULE_PATH } from './go-modules.ts';
import { install, newPackagesFolder, pipCommands, putFile, removeFolder } from './installer.ts';
import { canonicalName, withProjectDependency, withRequirement } from './manifests.ts';
import { defineTool, done, refused } from './outcome.ts';
import { inShapeOf } from './text.ts';
import type { ToolContext } from './types.ts';

const schema = z.strictObject({
  // Plain registry names only: no URL, path, alias or option can stand here.
  name: z.string().regex(new RegExp(`^(@[a-z0-9][\\w.-]*\\/)?[A-Za-z0-9][\\w.-]*$|${MODULE_PATH.source}`), 'expected the plain name of a package'),
  version: z.string().regex(/^[\^~=<>!]{0,2}\s?v?\d[\w.+*-]*$/, 'expected a version such as 1.2.3 or ^1.2').optional(),
  dev: z.boolean().optional().describe('needed for development and tests only'),
  language: z.enum(['python', 'javascript', 'go']).optional().describe('default: by the manifest of the project'),
});
type Args = z.infer<typeof schema>;
type Registry = 'python' | 'javascript' | 'go';

/** Lock files that only their own tool can keep right. */
const FOREIGN_LOCKS = { javascript: ['pnpm-lock.yaml', 'yarn.lock', 'bun.lockb', 'bun.lock'], python: ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'], go: ['vendor/modules.txt'] } as const;

async function registryOf(args: Args, context: ToolContext): Promise<Registry> {
  // A module path names its registry; elsewhere it would be a folder or a repository.
  const isModule = MODULE_PATH.test(args.name);
  if (isModule !== (args.language === 'go') && args.language !== undefined) throw new UntilgreenError('bad_arguments', `name: ${args.name} is ${isModule ? 'a Go module path' : 'no Go module path such as github.com/spf13/cobra'}.`);
  if (args.language) return args.language;
  if (isModule) return 'go';
  const javascript = await context.bench.exists('package.json');
  const python = (await context.bench.exists('pyproject.toml')) || (await context.bench.exists('requirements.txt'));
  if (javascript && python) throw new UntilgreenError('bad_arguments', 'language: the project has a Python and a JavaScript manifest; say which one.');
  if (!javascript && !python) throw new UntilgreenError('file_missing', 'The project has no package.json, pyproject.toml or requirements.txt to add the dependency to.');
  return javascript ? 'javascript' : 'python';
}

interface Added {
  changes: FileChange[];
  /** What the user types after the change is applied. */
  command: string;
  /** Shown in the sandbox from now on. */
  mount: Mount;
}

/** A dependency from a git repository is prepared with settings of its own, which can name programs. It fails instead. */
const NO_GIT = '--git=/bin/false';
const NPM_FILES = ['package.json', 'package-lock.json'];

/** Installs the project's npm packages and the new one into `folder`, from copies of the manifest and the lock file. */
async function addToNode(args: Args, folder: string, context: ToolContext): Promise<Added> {
  const { bench } = context;
  const before = new Map<string, TextFile>();
  for (const name of NPM_FILES) if (await bench.exists(name)) before.set(name, await bench.readText(name));
  const manifest = before.get('package.json');
  if (!manifest) throw new UntilgreenError('file_missing', 'The project has no package.json to add the dependency to.');
  if (/"workspaces"\s*:|"(?:file|link|workspace):/.test(manifest.text)) {
    throw new UntilgreenError('dependency_refused', `package.json has workspaces or local packages, which only npm in the project itself can install. Run \`npm install ${args.name}\` and start again.`);
  }
  for (const [name, file] of before) await putFile(folder, name, file.text);
  const spec = args.version ? `${args.name}@${args.version.replaceAll(' ', '').replace(/^==/, '')}` : args.name;
  const lock = before.has('package-lock.json') ? [] : ['--no-package-lock'];
  await install(folder, [['npm', 'install', '--ignore-scripts', NO_GIT, '--no-audit', '--no-fund', ...lock, args.dev ? '--save-dev' : '--save-prod', '--', spec]], context);
  const changes: FileChange[] = [];
  for (const [name, file] of before) {
    const content = inShapeOf(file.text, await readFile(join(folder, name), 'utf8'));
    if (content !== file.text) changes.push({ kind: 'write', path: name, content, expect: file.hash });
  }
  return { changes, command: 'npm install', mount: { source: join(folder, 'node_modules'), target: join(bench.mountAt, 'node_modules') } };
}

const pip = ({ version }: Args): string => (version === undefined ? '' : /^\d/.test(version) ? `==${version}` : version.replace(/^[\^]/, '>=').replace(/^~(?!=)/, '~=').replace(/^=(?!=)/, '==').replaceAll(' ', ''));

/** What the run has installed before: one set is resolved together with the next, so that versions fit. */
async function installedBefore(context: ToolContext): Promise<string[]> {
  const mount = context.bench.mounts.find((m) => m.source.startsWith(`${context.bench.packages}/python-`));
  return mount ? (JSON.parse(await readFile(join(dirname(mount.source), 'specs.json'), 'utf8')) as string[]) : [];
}

/** Installs wheels into `folder`, which is put on the path of Python, and adds the requirement to the manifest. */
async function addToPython(args: Args, folder: string, context: ToolContext): Promise<Added> {
  const spec = `${args.name}${pip(args)}`;
  await pythonManifest(args, spec, context); // told before the minutes of an install, where there is no place for it
  const others = (await installedBefore(context)).filter((other) => canonicalName(/^[\w.-]+/.exec(other)?.[0] ?? '') !== canonicalName(args.name));
  const specs = [...others, spec];
  await install(folder, await pipCommands(['--target', 'site', ...specs], context), context);
  await putFile(folder, 'specs.json', JSON.stringify(specs));
  const site = join(folder, 'site');
  const manifest = await pythonManifest(args, (await pinned(args, site, context)) ?? spec, context);
  return { changes: manifest ? [manifest] : [], command: `pip install ${/[<>~*]/.test(spec) ? `'${spec}'` : spec}`, mount: { source: site, target: site } };
}

/** The requirement with the version that was installed, where a list of requirements is new, empty or pins everything, and no version was asked for. */
async function pinned(args: Args, site: string, { bench }: ToolContext): Promise<string | undefined> {
  if (args.version !== undefined || (await bench.exists('pyproject.toml'))) return undefined;
  const path = args.dev && (await bench.exists('requirements-dev.txt')) ? 'requirements-dev.txt' : 'requirements.txt';
  const lines = (await bench.exists(path)) ? (await bench.readText(path)).text.split(/\r?\n/).filter((line) => /^\s*[\w.-]/.test(line)) : [];
  if (lines.some((line) => !line.includes('=='))) return undefined;
  const info = (await readdir(site)).map((name) => /^(.+)-([^-]+)\.dist-info$/.exec(name)).find((match) => canonicalName(match?.[1] ?? '') === canonicalName(args.name));
  return info?.[2] === undefined ? undefined : `${args.name}==${info[2]}`;
}

/** The changed manifest: for development the list of such requirements, else requirements.txt, else pyproject.toml. */
async function pythonManifest(args: Args, spec: string, context: ToolContext): Promise<FileChange | undefined> {
  const { bench } = context;
  for (const path of [...(args.dev ? ['requirements-dev.txt', 'dev-requirements.txt', 'requirements/dev.txt'] : []), 'requirements.txt']) {
    if (!(await bench.exists(path))) continue;
    const file = await bench.readText(path);
    const content = withRequirement(file.text, spec);
    return content === file.text ? undefined : { kind: 'write', path, content, expect: file.hash };
  }
  if (!(await bench.exists('pyproject.toml'))) return { kind: 'write', path: 'requirements.txt', content: `${spec}\n`, expect: null };
  const file = await bench.readText('pyproject.toml');
  const content = withProjectDependency(file.text, spec);
  if (content === undefined) throw new UntilgreenError('step_failed', 'pyproject.toml has no [project] table that can take the dependency; add one, or a requirements.txt.');
  return content === file.text ? undefined : { kind: 'write', path: 'pyproject.toml', content, expect: file.hash };
}

/**
 * Adds a dependency: an approval (or the project's allow-list; `--yes` agrees to what the request itself names), then an install step of its own with network but without the
 * project's code, install scripts or source builds; then the manifest, and npm's lock file where there is one. What was installed
 * lies beside the workbench and is shown to every later command; the user's own environment is never touched, and the summary says
 * with which command to install there.
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
      const answer = await context.approve({ kind: 'dependency', subject: `Add the ${registry} package ${args.name}${args.version ? ` ${args.version}` : ''}`, detail: { ...args, language: registry, ...(asksForPackage(context.goal ?? '', args.name) && { listed: true }) } });
      if (answer.answer === 'denied') return refused('dependency_refused', `${args.name} was not approved${answer.reason ? `: ${answer.reason}` : ''}.`, { name: args.name });
      if (answer.answer === 'pending') return refused('approval_needed', `${args.name} needs an approval. Approve it, or name it in ${context.settings.allowedDependenciesFile}.`, { name: args.name, language: registry });
    }
    const folder = await newPackagesFolder(registry === 'javascript' ? 'node' : registry, context);
    try {
      const { changes, command, mount } = await (registry === 'javascript' ? addToNode : registry === 'go' ? addGoModule : addToPython)(args, folder, context);
      await context.bench.write(changes);
      await context.bench.show(mount);
      const paths = changes.map((c) => c.path).sort();
      const where = paths.length ? `Added ${args.name} to ${paths.join(', ')}` : `${args.name} is in the manifest already; installed it`;
      return done({ name: args.name, language: registry, install: command }, `${where}. Once the change is applied, install it with: ${command}`, paths);
    } catch (thrown) {
      await removeFolder(folder);
      throw thrown;
    }
  },
});
