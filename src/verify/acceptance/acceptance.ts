import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { z } from 'zod';
import type { Check, TestResult } from '../../languages/types.ts';
import type { Mount, SandboxCommand, SandboxResult } from '../../sandbox/types.ts';
import type { Workbench } from '../../workspace/types.ts';
import { composeFaults, isComposeFile } from './compose.ts';
import { dockerfileFaults, type Fault } from './dockerfile.ts';
import { serviceOf, type Service } from './service.ts';

/** Milliseconds until an app has to answer: a cold start of Python with its frameworks takes five seconds under load, a Go program built with an empty cache thirty. */
const PATIENCE_MS = 90_000;

/**
 * What a project made from nothing has to show besides its tests: a Dockerfile and a compose file without faults, an app that starts and
 * answers. Found in the files as they are; empty where there is none of it.
 */
export async function acceptanceChecks(bench: Workbench): Promise<Check[]> {
  const files = (await bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
  const checks: Check[] = [];
  for (const path of files) {
    if (/(^|\/)Dockerfile$/.test(path) || isComposeFile(path)) checks.push({ id: path, framework: 'acceptance', cwd: '', why: `${path} has to be without faults` });
  }
  const service = await serviceOf(bench);
  if (service) checks.push({ id: APP, framework: 'acceptance', cwd: service.cwd, why: `${service.why} starts an app on port ${service.port}` });
  return checks;
}

/** Id of the check that starts the app. */
export const APP = 'the app answers';

/** The result of a file that is looked at, without running anything; undefined for the check that starts the app. */
export async function lookedAt(check: Check, bench: Workbench): Promise<TestResult | undefined> {
  if (check.id === APP) return undefined;
  const files = (await bench.list()).map((file) => file.path);
  const { text } = await bench.readText(check.id);
  const folder = posix.dirname(check.id);
  const context = folder === '.' ? files : files.flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []));
  const faults = isComposeFile(check.id) ? composeFaults(check.id, text, files) : dockerfileFaults(check.id, text, context);
  return verdict(check.id, faults);
}

function verdict(id: string, faults: readonly Fault[]): TestResult {
  const [first] = faults;
  if (!first) return { id, outcome: 'passed' };
  return { id, outcome: 'failed', file: id, line: first.line, errorClass: 'Fault', message: faults.map((f) => `${f.path}:${f.line}: ${f.message}`).slice(0, 10).join('\n') };
}

const told = z.object({
  answers: z.array(z.object({ path: z.string(), status: z.number(), body: z.string() })),
  ended: z.string().optional(),
  output: z.string(),
});

/** The command that starts the app and asks it, and what reads its outcome. */
export async function startedApp(bench: Workbench, toolchain: { mounts: Mount[]; env: Record<string, string> }): Promise<{ command: Omit<SandboxCommand, 'workspace'>; read(result: SandboxResult): TestResult } | undefined> {
  const service = await serviceOf(bench);
  if (!service) return undefined;
  const mark = `${randomBytes(12).toString('hex')} `;
  const probe = await readFile(new URL('./probe.mjs', import.meta.url), 'utf8');
  const node: Mount[] = process.execPath.startsWith('/usr/') ? [] : [{ source: process.execPath, target: process.execPath, optional: true }];
  // Programs of packages that this run installed, or that the project has.
  const scripts = bench.mounts.flatMap((mount) => [`${mount.target}/bin`, `${mount.target}/.bin`]);
  return {
    command: {
      argv: [process.execPath, '--input-type=module', '-e', probe],
      cwd: service.cwd,
      mounts: [...bench.mounts, ...toolchain.mounts, ...node],
      env: { ...toolchain.env, PATH: [...scripts, toolchain.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'), PORT: String(service.port), PYTHONUNBUFFERED: '1' },
      // What the Dockerfile sets is for the app: NODE_OPTIONS would load its code into the probe.
      stdin: JSON.stringify({ start: service.start, env: service.env, port: service.port, paths: service.paths, patienceMs: PATIENCE_MS, mark }),
      limits: { wallMs: 2 * PATIENCE_MS },
      network: 'loopback',
    },
    read: (result) => outcomeOf(service, mark, result),
  };
}

function outcomeOf(service: Service, mark: string, result: SandboxResult): TestResult {
  const line = result.stdout.split('\n').findLast((l) => l.startsWith(mark));
  const report = line === undefined ? undefined : told.parse(JSON.parse(line.slice(mark.length)));
  const started = typeof service.start === 'string' ? service.start : service.start.join(' ');
  const red = (message: string): TestResult => ({ id: APP, outcome: 'failed', errorClass: 'NoAnswer', message: `\`${started}\` on port ${service.port}: ${message}` });
  if (!report) return red(`${result.status}${result.exitCode === null ? '' : `, exit ${result.exitCode}`}: ${result.stderr.slice(-1_000)}`);
  // Where a health check is named, another page that answers says nothing.
  const asked = service.health ? report.answers.filter((answer) => answer.path === service.paths[0]) : report.answers;
  const good = asked.find((answer) => answer.status >= 200 && answer.status < (service.health ? 400 : 500));
  if (good && report.ended !== undefined) return red(`it answered, and then ${report.ended}.\n${report.output.slice(-2_000)}`);
  if (good) return { id: APP, outcome: 'passed', message: `GET ${good.path}: ${good.status} ${good.body.slice(0, 200)}` };
  const [bad] = asked;
  if (bad) return red(`GET ${bad.path} gave ${bad.status}: ${bad.body.slice(0, 500)}\n${report.output.slice(-1_500)}`);
  return red(`${report.ended ?? `no answer within ${PATIENCE_MS / 1_000} seconds`}.\n${report.output.slice(-2_000)}`);
}
