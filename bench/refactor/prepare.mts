#!/usr/bin/env -S npx tsx
// Fetches what the table needs, outside of the sandbox and once: sources by version and hash, and what their tests depend on.
//
//   npx tsx bench/refactor/prepare.mts [--work DIR] [--sources DIR] [--rivals] [--only NAME]
//
// `--sources` names a folder with unpacked sources (`humanize-4.12.3`, `zod-3.23.8`, …) for machines that do not reach them; the hash of
// the content is checked all the same. `--rivals` installs the other tools as well. No install script of a package runs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packages, type Package } from './packages.mts';

/** Folders that are no part of a release. */
const NO_SOURCE = new Set(['node_modules', '__pycache__', '.pytest_cache', '.git']);

export const workOf = (given: string | undefined): string => given ?? join(homedir(), '.cache', 'untilgreen-bench', 'refactor');
export const sourceOf = (work: string, { name }: Pick<Package, 'name'>): string => join(work, 'sources', name);

/** SHA-256 over the sorted paths and contents of all files of a folder. */
export function contentHash(folder: string): string {
  const hash = createHash('sha256');
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).toSorted()) {
      if (NO_SOURCE.has(name)) continue;
      const inside = path ? `${path}/${name}` : name;
      const found = lstatSync(join(folder, inside));
      if (found.isDirectory()) visit(inside);
      else if (found.isFile()) hash.update(`${inside}\0${createHash('sha256').update(readFileSync(join(folder, inside))).digest('hex')}\n`);
    }
  };
  visit('');
  return hash.digest('hex');
}

const run = (program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 2 ** 20, env: { ...process.env, ...env } });

/** Puts the unpacked sources into `to`. */
async function fetchSource({ origin, version, name }: Package, to: string, work: string): Promise<void> {
  const folder = join(work, 'downloads', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (origin.kind === 'go') {
    const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', `${origin.module}@v${version}`], folder)) as { Dir: string };
    cpSync(Dir, to, { recursive: true });
    writable(to);
    return;
  }
  if (origin.kind === 'pypi') {
    writeFileSync(join(folder, 'requirements.txt'), `${origin.project}==${version} --hash=sha256:${origin.sha256}\n`);
    run('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--no-binary', ':all:', '--require-hashes', '-r', 'requirements.txt'], folder);
  } else {
    const answer = await fetch(`https://codeload.github.com/${origin.repository}/tar.gz/refs/tags/${origin.tag}`);
    if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}. Give the sources with --sources.`);
    writeFileSync(join(folder, 'source.tar.gz'), Buffer.from(await answer.arrayBuffer()));
  }
  const archive = readdirSync(folder).find((file) => file.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`Nothing was downloaded for ${name}.`);
  run('tar', ['xzf', archive], folder);
  const unpacked = readdirSync(folder).find((file) => lstatSync(join(folder, file)).isDirectory());
  if (unpacked === undefined) throw new Error(`${archive} holds no folder.`);
  renameSync(join(folder, unpacked), to);
}

/** The module cache is read-only. */
function writable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) writable(join(folder, entry.name));
    else if (entry.isFile()) chmodSync(join(folder, entry.name), 0o644);
  }
}

async function prepare(pack: Package, work: string, given: string | undefined): Promise<void> {
  const source = sourceOf(work, pack);
  if (!existsSync(source)) {
    const own = given && [`${pack.name}-${pack.version}`, `python-${pack.name}-${pack.version}`].map((name) => join(given, name)).find((path) => existsSync(path));
    mkdirSync(join(work, 'sources'), { recursive: true });
    if (own) cpSync(own, source, { recursive: true, filter: (path) => !NO_SOURCE.has(basename(path)) });
    else await fetchSource(pack, source, work);
  }
  const found = contentHash(source);
  if (found !== pack.content) throw new Error(`${source} is not ${pack.name} ${pack.version}: its content has the hash ${found}, expected ${pack.content}.`);
  if (pack.npm && !existsSync(join(source, 'node_modules'))) {
    const folder = join(work, 'node', pack.name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...pack.npm], folder);
    renameSync(join(folder, 'node_modules'), join(source, 'node_modules'));
  }
  if (pack.pip) environment(join(work, 'python', pack.pip.environment), pack.pip.packages);
  if (pack.tongue === 'go') run('go', ['mod', 'download'], source);
  console.log(`${pack.name} ${pack.version} is ready.`);
}

function environment(folder: string, wanted: readonly string[]): void {
  if (existsSync(join(folder, 'ready'))) return;
  mkdirSync(folder, { recursive: true });
  run('python3', ['-m', 'venv', folder], folder);
  run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '-q', '--only-binary', ':all:', ...wanted], folder);
  writeFileSync(join(folder, 'ready'), `${wanted.join('\n')}\n`);
}

/** basedpyright is the type check of the Python packages, so it is always installed. */
export const RIVALS = { basedpyright: '1.40.1', rope: '1.15.0', pyrefly: '1.4.1', gopls: '0.21.1' };

function prepareTools(work: string, rivals: boolean): void {
  const node = join(work, 'tools', 'node');
  if (!existsSync(join(node, 'node_modules', 'basedpyright'))) {
    mkdirSync(node, { recursive: true });
    writeFileSync(join(node, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', `basedpyright@${RIVALS.basedpyright}`], node);
  }
  if (!rivals) return;
  environment(join(work, 'tools', 'python'), [`rope==${RIVALS.rope}`, `pyrefly==${RIVALS.pyrefly}`]);
  const go = join(work, 'tools', 'go');
  if (!existsSync(join(go, 'gopls'))) run('go', ['install', `golang.org/x/tools/gopls@v${RIVALS.gopls}`], work, { GOBIN: go });
}

if (process.argv[1]?.endsWith('prepare.mts')) {
  const { values } = parseArgs({ options: { work: { type: 'string' }, sources: { type: 'string' }, rivals: { type: 'boolean', default: false }, only: { type: 'string' } } });
  const work = workOf(values.work);
  mkdirSync(work, { recursive: true });
  prepareTools(work, values.rivals);
  for (const pack of Object.values(packages)) if (values.only === undefined || values.only === pack.name) await prepare(pack, work, values.sources);
}
