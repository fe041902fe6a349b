import { validate } from 'dockerfile-utils';
import type { RelativePath } from '../../workspace/types.ts';

/** One instruction with its words, continuation lines joined. */
export interface Instruction {
  /** In capitals: `COPY`. */
  name: string;
  /** All that follows, in one line. */
  rest: string;
  /** 1-based line on which it begins. */
  line: number;
}

export interface Fault {
  path: RelativePath;
  line: number;
  message: string;
}

/** The instructions of a Dockerfile in order; comments and empty lines left out. */
export function instructions(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: { line: number; words: string } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*#/.test(raw) || (!open && raw.trim() === '')) continue;
    const more = raw.endsWith('\\');
    const part = (more ? raw.slice(0, -1) : raw).trim();
    open = { line: open?.line ?? index + 1, words: open ? `${open.words} ${part}` : part };
    if (more) continue;
    const match = /^(\w+)\s*(.*)$/s.exec(open.words);
    if (match) found.push({ name: (match[1] ?? '').toUpperCase(), rest: (match[2] ?? '').trim(), line: open.line });
    open = undefined;
  }
  return found;
}

/** The words of an instruction in exec form (`["a", "b"]`), or undefined for the shell form. */
export function execForm(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined; // no JSON: Docker takes it for the shell form
  }
}

/** The instructions of the last stage, which is what runs. */
export function lastStage(all: readonly Instruction[]): Instruction[] {
  return all.slice(Math.max(0, all.findLastIndex(({ name }) => name === 'FROM')));
}

/**
 * What is wrong with a Dockerfile: its grammar (by dockerfile-utils), and what a build or a start would stumble over: sources of COPY that are not in the
 * context, an image without a version, no command.
 *
 * @param files paths of the build context, which is the folder of the Dockerfile
 */
export function dockerfileFaults(path: RelativePath, text: string, files: readonly RelativePath[]): Fault[] {
  const faults: Fault[] = validate(text).flatMap((d) => (d.severity === undefined || d.severity === ERROR ? [{ path, line: d.range.start.line + 1, message: `${d.message}.` }] : []));
  const all = instructions(text);
  if (!all.some(({ name }) => name === 'FROM')) return [...faults, { path, line: 1, message: 'There is no FROM: name the image to build on.' }];
  const stages = new Set<string>();
  for (const { name, rest, line } of all) {
    if (name === 'FROM') {
      const [image = '', , stage] = rest.replaceAll(/--\S+\s+/g, '').split(/\s+/);
      if (!stages.has(image.toLowerCase()) && image !== 'scratch' && !image.includes('$') && (image.endsWith(':latest') || !/[:@]/.test(image.slice(image.lastIndexOf('/') + 1)))) {
        faults.push({ path, line, message: `${image} has no version: the build would change by itself. Write it as ${image.replace(/:latest$/, '')}:VERSION.` });
      }
      if (stage) stages.add(stage.toLowerCase());
    }
    if ((name === 'COPY' || name === 'ADD') && !/--from=/.test(rest)) for (const missing of missingSources(rest, files)) faults.push({ path, line, message: `${name} ${missing}: there is no such file in the build context.` });
  }
  const last = lastStage(all);
  if (!last.some(({ name }) => name === 'CMD' || name === 'ENTRYPOINT')) faults.push({ path, line: last[0]?.line ?? 1, message: 'There is neither CMD nor ENTRYPOINT: the image would not say how it is started.' });
  return faults;
}

/** LSP's severity of an error, as dockerfile-utils gives it. */
const ERROR = 1;

function missingSources(rest: string, files: readonly RelativePath[]): string[] {
  const words = execForm(rest) ?? rest.replaceAll(/--\S+\s+/g, '').split(/\s+/);
  return words.slice(0, -1).filter((source) => {
    const plain = source.replace(/^\.?\//, '').replace(/\/$/, '');
    if (plain === '' || plain === '.' || /^https?:|<<|\$/.test(source)) return false;
    const pattern = new RegExp(`^${plain.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('[^/]*')}(/|$)`);
    return !files.some((file) => pattern.test(file));
  });
}
