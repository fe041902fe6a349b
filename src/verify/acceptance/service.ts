import { posix } from 'node:path';
import { isRecord } from '../../core/record.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { composeServices, isComposeFile } from './compose.ts';
import { execForm, instructions, lastStage } from './dockerfile.ts';

/** How the app of a project is started, and where it should answer. */
export interface Service {
  /** Relative folder in which it starts. */
  cwd: RelativePath | '';
  /** A program with arguments, or the text of a shell. */
  start: string[] | string;
  port: number;
  /** Paths that are asked, the health check's first. */
  paths: string[];
  /** The project names a health check: it has to be well. Else any answer that is no fault of the server's will do. */
  health: boolean;
  env: Record<string, string>;
  /** Where that was read, for people. */
  why: string;
}

const SERVERS = /"(?:express|hono|@hono\/node-server|fastify|koa|@hapi\/hapi|next|@nestjs\/core)"\s*:/;
/** What an app listens on that says nothing else. */
const NODE_PORT = 3000;

/**
 * The app of a project, read off its Dockerfile, else off package.json. A command-line tool or a library has none.
 */
export async function serviceOf(bench: Workbench): Promise<Service | undefined> {
  const files = (await bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
  const dockerfile = files.filter((path) => /(^|\/)Dockerfile$/.test(path)).toSorted((a, b) => a.length - b.length)[0];
  return (dockerfile === undefined ? undefined : await fromDockerfile(dockerfile, files, bench)) ?? (await fromPackage(files, bench));
}

async function fromDockerfile(path: RelativePath, files: readonly RelativePath[], bench: Workbench): Promise<Service | undefined> {
  const all = instructions((await bench.readText(path)).text);
  const last = lastStage(all);
  const rest = (name: string): string | undefined => last.findLast((i) => i.name === name)?.rest;
  const command = rest('CMD') ?? rest('ENTRYPOINT');
  if (command === undefined) return undefined;
  const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
  const compose = await composed(files, bench);
  const exposed = /^\d+/.exec(rest('EXPOSE') ?? '')?.[0];
  const port = exposed === undefined ? compose.port : Number(exposed);
  if (port === undefined) return undefined;
  const words = [...(rest('CMD') === undefined ? [] : (execForm(rest('ENTRYPOINT') ?? '') ?? [])), ...(execForm(command) ?? [])];
  const start = execForm(command) === undefined ? command : words;
  const health = last.findLast((i) => i.name === 'HEALTHCHECK')?.rest ?? compose.health ?? '';
  const copied = posix.join(folder, copiedFolder(last));
  const cwd = files.some((file) => file.startsWith(`${copied}/`)) ? copied : folder;
  const env = Object.fromEntries(last.filter((i) => i.name === 'ENV').flatMap(({ rest: words_ }) => [...words_.matchAll(/(\w+)=("[^"]*"|\S+)/g)].map((m) => [m[1] ?? '', (m[2] ?? '').replaceAll('"', '')])));
  const ready = await runnable(start, cwd, files, all.map((i) => i.rest), bench);
  return { cwd, start: ready, port, ...asked(healthPath(health)), env, why: path };
}

/** `COPY src/ .` makes src the working folder. */
function copiedFolder(stage: ReturnType<typeof lastStage>): string {
  const copies = stage.filter(({ name, rest }) => name === 'COPY' && !/--from=/.test(rest)).map(({ rest }) => rest.replaceAll(/--\S+\s+/g, '').split(/\s+/));
  const whole = copies.findLast((words) => words.length === 2 && /^\.\/?$/.test(words[1] ?? ''));
  const from = whole?.[0]?.replace(/^\.?\//, '').replace(/\/$/, '') ?? '';
  return from === '.' || /\.\w+$/.test(from) || from.includes('*') ? '' : from;
}

/** Where to ask. */
function asked(health: string | undefined): Pick<Service, 'paths' | 'health'> {
  return health === undefined ? { paths: ['/', '/health', '/healthz'], health: false } : { paths: [...new Set([health, '/'])], health: true };
}

const healthPath = (text: string): string | undefined => /https?:\/\/[^/\s'"]+(\/[^\s'"),\]]*)/.exec(text)?.[1];

async function composed(files: readonly RelativePath[], bench: Workbench): Promise<{ port?: number; health?: string }> {
  const path = files.find(isComposeFile);
  if (path === undefined) return {};
  const built = Object.values(composeServices((await bench.readText(path)).text)).find((service) => service['build'] !== undefined);
  const [first] = Array.isArray(built?.['ports']) ? built['ports'] : [];
  const port = Number(String(first ?? '').split(':').at(-1)?.replace(/\/\w+$/, ''));
  const health = isRecord(built?.['healthcheck']) ? JSON.stringify(built['healthcheck']['test'] ?? '') : undefined;
  return { ...(Number.isInteger(port) && port > 0 ? { port } : {}), ...(health === undefined ? {} : { health }) };
}

/** What is built in an image is built here first: a Go program, or the output of a build script. */
async function runnable(start: string[] | string, cwd: string, files: readonly RelativePath[], lines: readonly string[], bench: Workbench): Promise<string[] | string> {
  const inside = (path: string): boolean => files.includes(posix.join(cwd, path.replace(/^\.\//, '')));
  if (files.includes(posix.join(cwd, 'go.mod'))) {
    const named = lines.map((line) => /\bgo build\b.*\s(\.\/?[\w./-]*)\s*$/.exec(line)?.[1]).find((word) => word !== undefined);
    // The kept cache is for reading: links to its files, and what is built here beside them.
    return `cp -rs "$GOCACHE" /tmp/app-cache; GOCACHE=/tmp/app-cache go build -o /tmp/app ${named ?? (await goMain(files, cwd, bench))} && exec /tmp/app`;
  }
  const words = typeof start === 'string' ? start.split(/\s+/) : start;
  const script = words.slice(1).find((word) => /\.(?:[cm]?js)$/.test(word));
  if (script !== undefined && !inside(script) && (await scripts(cwd, files, bench))['build'] !== undefined) return `npm run --silent build && exec ${words.join(' ')}`;
  return start;
}

async function goMain(files: readonly RelativePath[], cwd: string, bench: Workbench): Promise<string> {
  for (const path of files) {
    if (!path.endsWith('.go') || path.endsWith('_test.go') || !path.startsWith(cwd)) continue;
    if (/^package main\b/m.test((await bench.readText(path)).text)) return `./${posix.relative(cwd || '.', posix.dirname(path))}`;
  }
  return '.';
}

async function scripts(cwd: string, files: readonly RelativePath[], bench: Workbench): Promise<Record<string, unknown>> {
  const path = posix.join(cwd, 'package.json');
  if (!files.includes(path)) return {};
  try {
    const value: unknown = JSON.parse((await bench.readText(path)).text);
    return isRecord(value) && isRecord(value['scripts']) ? value['scripts'] : {};
  } catch {
    return {}; // a package.json that is no JSON has no scripts; other checks say what is wrong with it
  }
}

async function fromPackage(files: readonly RelativePath[], bench: Workbench): Promise<Service | undefined> {
  if (!files.includes('package.json') || !SERVERS.test((await bench.readText('package.json')).text)) return undefined;
  const { start, build } = await scripts('', files, bench);
  if (typeof start !== 'string') return undefined;
  const command = typeof build === 'string' ? 'npm run --silent build && exec npm start --silent' : 'exec npm start --silent';
  return { cwd: '', start: command, port: NODE_PORT, ...asked(undefined), env: {}, why: 'package.json' };
}
