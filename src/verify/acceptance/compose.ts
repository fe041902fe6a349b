import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { isRecord } from '../../core/record.ts';
import type { RelativePath } from '../../workspace/types.ts';
import type { Fault } from './dockerfile.ts';

const NAMES = /(^|\/)(docker-)?compose\.ya?ml$/;

export function isComposeFile(path: RelativePath): boolean {
  return NAMES.test(path);
}

/** The services of a compose file; empty where it has none. */
export function composeServices(text: string): Record<string, Record<string, unknown>> {
  const value: unknown = parseDocument(text).toJS();
  const services = isRecord(value) ? value['services'] : undefined;
  return isRecord(services) ? Object.fromEntries(Object.entries(services).filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))) : {};
}

/**
 * What is wrong with a compose file: YAML that does not parse, services without image or build, build contexts and files that are not there, ports
 * that are none, dependencies on services that do not exist (the compose specification, https://github.com/compose-spec/compose-spec).
 *
 * @param files paths of the project
 */
export function composeFaults(path: RelativePath, text: string, files: readonly RelativePath[]): Fault[] {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) return [{ path, line: broken.linePos?.[0].line ?? 1, message: broken.message.split('\n', 1)[0] ?? 'The YAML does not parse.' }];
  const services = composeServices(text);
  const names = Object.keys(services);
  if (!names.length) return [{ path, line: 1, message: 'There are no services.' }];
  const folder = posix.dirname(path);
  const faults: Fault[] = [];
  const lineOf = (word: string): number => text.slice(0, Math.max(0, text.indexOf(word))).split('\n').length;
  const add = (word: string, message: string): void => void faults.push({ path, line: lineOf(word), message });
  for (const [name, service] of Object.entries(services)) {
    const build = isRecord(service['build']) ? service['build'] : { context: service['build'] };
    if (service['image'] === undefined && service['build'] === undefined) add(`${name}:`, `The service ${name} has neither image nor build.`);
    if (service['build'] !== undefined) {
      const context = posix.normalize(posix.join(folder, String(build['context'] ?? '.')));
      const dockerfile = posix.normalize(posix.join(context, String(build['dockerfile'] ?? 'Dockerfile')));
      if (!files.includes(dockerfile)) add(`${name}:`, `The service ${name} is built from ${dockerfile}, which is not there.`);
    }
    for (const port of asList(service['ports'])) {
      if (typeof port !== 'object' && !/^(?:[\d.[\]:]*:)?(?:\d+(?:-\d+)?|\$\{[^}]+\}):?(?:\d+(?:-\d+)?)?(?:\/(?:tcp|udp))?$/.test(String(port).replaceAll(/\$\{[^}]+\}/g, '1'))) add(String(port), `${String(port)} is no port mapping; expected "8000:8000".`);
    }
    for (const other of isRecord(service['depends_on']) ? Object.keys(service['depends_on']) : asList(service['depends_on']).map(String)) {
      if (!names.includes(other)) add(other, `The service ${name} waits for ${other}, which is no service.`);
    }
    for (const file of asList(service['env_file'])) {
      const wanted = isRecord(file) ? String(file['path']) : String(file);
      if (!(isRecord(file) && file['required'] === false) && !files.includes(posix.normalize(posix.join(folder, wanted)))) add(wanted, `The service ${name} needs ${wanted}, which is not there.`);
    }
    const health = service['healthcheck'];
    if (health !== undefined && !(isRecord(health) && (health['disable'] === true || health['test'] !== undefined))) add('healthcheck', `The health check of ${name} has no test.`);
  }
  return faults;
}

function asList(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
