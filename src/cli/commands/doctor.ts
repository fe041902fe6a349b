import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataDir } from '../../config/paths.ts';
import type { LoadedConfig } from '../../config/schema.ts';
import { asError, EXIT, type ExitCode } from '../../core/errors.ts';
import { modelLines, shownModel } from '../models.ts';
import { configFor } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { oneLine } from '../view/text.ts';

/** One thing that was looked at. */
interface Finding {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What to do about it. */
  next?: string;
  /** Facts for programs. */
  data?: unknown;
  /** Exit code of the doctor when this fails. */
  exitCode?: ExitCode;
}

const run = promisify(execFile);

/** `untilgreen doctor`: what this machine has and what is missing, each with what to do. Exits 0 unless something fails. */
export async function doctor(options: { json?: boolean; config?: string }): Promise<number> {
  const findings: Finding[] = [];
  const look = async (name: string, examine: () => Promise<Finding | Finding[]> | Finding) => {
    const found = await Promise.resolve().then(examine).catch((thrown: unknown): Finding => {
      const error = asError(thrown);
      return { name, status: 'fail', detail: error.what, next: error.next, exitCode: error.exitCode };
    });
    for (const finding of [found].flat()) {
      findings.push(finding);
      if (!options.json) print(line(finding));
    }
  };
  await look('node', node);
  let config: LoadedConfig | undefined;
  await look('config', async () => {
    config = await configFor({ ...options, quiet: true });
    const notices = config.notices ?? [];
    return { name: 'config', status: notices.length > 0 ? 'warn' : 'ok', detail: [config.files.join(', ') || 'no file; defaults', ...notices].join('; ') };
  });
  await look('sandbox', () => sandbox(config));
  await look('python', python);
  await look('go', go);
  await look('git', git);
  await look('models', () => (config ? models(config) : { name: 'models', status: 'warn', detail: 'not looked for, because the configuration is broken' }));
  await look('store', () => store(config?.env ?? process.env));
  if (options.json) printJson({ ok: findings.every((f) => f.status !== 'fail'), findings: findings.map(({ name, status, detail, next, data }) => ({ name, status, detail, next, data })) }, 2);
  const failed = findings.find((finding) => finding.status === 'fail');
  return failed ? (failed.exitCode ?? EXIT.notGreen) : EXIT.green;
}

function line({ name, status, detail, next }: Finding): string {
  const sign = { ok: colors.green('ok  '), warn: colors.yellow('warn'), fail: colors.red('fail') }[status];
  return `${sign} ${name.padEnd(8)} ${oneLine(detail)}${next ? `\n              → ${oneLine(next)}` : ''}`;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fine = major > 20 || (major === 20 && minor >= 19);
  return { name: 'node', status: fine ? 'ok' : 'fail', detail: process.versions.node, ...(!fine && { next: 'Install Node 20.19 or newer.' }) };
}

async function sandbox(config: LoadedConfig | undefined): Promise<Finding> {
  const [{ doctorSandbox }, { isAtLeast }] = await Promise.all([import('../../sandbox/open.ts'), import('../../sandbox/rungs/registry.ts')]);
  const report = await doctorSandbox();
  const chosen = report.rungs.find((rung) => rung.rung === report.rung);
  const least = config?.settings.sandbox.min_rung ?? 'D';
  const name = 'sandbox';
  if (config?.settings.sandbox.mode === 'none') return { name, status: 'warn', detail: `switched off (${config.origins['sandbox.mode']?.name ?? 'settings'}); commands run with your rights`, data: report };
  if (!report.rung || !chosen || !isAtLeast(report.rung, least)) {
    const told = report.rungs.filter((rung) => !rung.usable).map((rung) => `rung ${rung.rung}: ${rung.problem ?? 'not usable'}`).join('; ');
    // Of those that would do, the weakest asks for least.
    const next = report.rungs.filter((rung) => isAtLeast(rung.rung, least) && rung.rung !== 'M').at(-1)?.next;
    return { name, status: 'fail', detail: `none of rung ${least} or better: ${told}`, next: next ?? 'untilgreen doctor sandbox', data: report, exitCode: EXIT.noSandbox };
  }
  const holding = chosen.canaries.filter((canary) => canary.ok).length;
  return { name, status: 'ok', detail: `rung ${report.rung}, ${holding} of ${chosen.canaries.length} canaries hold${chosen.latencyMs === undefined ? '' : `, ${Math.round(chosen.latencyMs)} ms a command`}`, data: report };
}

async function python(): Promise<Finding> {
  const { toolPaths } = await import('../../sandbox/tool-paths.ts');
  const { programs } = await toolPaths(['python3']);
  const program = programs['python3'];
  if (!program) return { name: 'python', status: 'warn', detail: 'no python3 on the PATH; Python projects cannot be tested', next: 'Install Python 3.9 or newer.' };
  // `-I`: neither the user's site nor the current directory is imported.
  const { stdout } = await run(program, ['-I', '-c', 'import sys, importlib.util as u; print(sys.version.split()[0], int(u.find_spec("pytest") is not None))'], { cwd: '/', timeout: 20_000 });
  const [version, pytest] = stdout.trim().split(' ');
  return {
    name: 'python', status: pytest === '1' ? 'ok' : 'warn', detail: `${version} (${program})${pytest === '1' ? ', pytest' : ', without pytest'}`,
    ...(pytest !== '1' && { next: `Projects with a virtual environment of their own use that; otherwise: ${program} -m pip install pytest` }),
  };
}

async function go(): Promise<Finding> {
  const { toolPaths } = await import('../../sandbox/tool-paths.ts');
  const { programs } = await toolPaths(['go']);
  const program = programs['go'];
  if (!program) return { name: 'go', status: 'ok', detail: 'not installed; only Go projects need it', next: 'For those: https://go.dev/dl/, or `apt-get install golang-go`.' };
  const { stdout } = await run(program, ['env', 'GOVERSION'], { cwd: '/', env: { PATH: process.env['PATH'] ?? '', GOTOOLCHAIN: 'local', GOENV: 'off' }, timeout: 20_000 });
  return { name: 'go', status: 'ok', detail: `${stdout.trim().replace(/^go/, '')} (${program})` };
}

async function git(): Promise<Finding> {
  try {
    const { stdout } = await run('git', ['--version'], { cwd: '/', timeout: 20_000 });
    return { name: 'git', status: 'ok', detail: stdout.trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { name: 'git', status: 'ok', detail: 'not installed, and not needed' };
  }
}

async function models(config: LoadedConfig): Promise<Finding> {
  const { discoverModels } = await import('../../models/discover.ts');
  const targets = Object.values(await discoverModels(config)).map(shownModel);
  return { name: 'models', status: 'ok', detail: modelLines(targets).join('; '), data: targets };
}

async function store(env: Record<string, string | undefined>): Promise<Finding> {
  const { openStore } = await import('../../store/store.ts');
  const home = dataDir(env);
  const opened = await openStore({ url: env['DATABASE_URL'], directory: join(home, 'db') });
  try {
    const runs = await opened.runs.list({ limit: 1 });
    const where = opened.db.kind === 'postgres' ? 'PostgreSQL (DATABASE_URL)' : `embedded, in ${home}`;
    return { name: 'store', status: 'ok', detail: `${where}; ${runs[0] ? `last run ${runs[0].id}` : 'no runs yet'}` };
  } finally {
    await opened.close();
  }
}
