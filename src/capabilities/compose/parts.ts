import { UntilgreenError } from '../../core/errors.ts';
import type { TopLevel } from '../../languages/function/types.ts';
import type { Use } from '../types.ts';

/** One of the codes that come to stand in a file together. */
export interface Part {
  /** As messages name it. */
  title: string;
  top: TopLevel;
  text: string;
  /** The tool that it is; undefined for the code that calls the others. */
  use?: Use;
}

export const nameOf = ({ name, version }: Pick<Use, 'name' | 'version'>): string => `${name} ${version}`;

/** A text without some of its parts; lines of which nothing is left go with them. */
export function moved(text: string, cuts: TopLevel['cuts']): string {
  let rest = text;
  for (const [from, to] of cuts.toSorted(([a], [b]) => b - a)) {
    const lead = /[ \t]*$/.exec(rest.slice(0, from))![0].length;
    const tail = /^[ \t]*;?[ \t]*/.exec(rest.slice(to))![0].length;
    const startsLine = from - lead === 0 || rest[from - lead - 1] === '\n';
    const endsLine = rest[to + tail] === undefined || rest[to + tail] === '\n' || rest.startsWith('\r\n', to + tail);
    if (startsLine && endsLine) rest = rest.slice(0, from - lead) + rest.slice(to + tail).replace(/^\r?\n/, '');
    else rest = rest.slice(0, from) + rest.slice(to + tail);
  }
  return rest.replace(/^(?:[ \t]*\r?\n)+|\s+$/g, '');
}

/**
 * Refuses codes that would mean something else beside each other: a name that two of them declare or import differently, and one that a code takes from
 * the language (`max`) while another declares it. Only the functions that tools are called by are shared.
 *
 * @throws `bad_arguments` naming both
 */
export function refuseClashes(parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.top.imports.some(({ name }) => name === '*')) throw refused(`${part.title} imports all names of a module, or a module without a name, so nobody can tell whether they clash.`, [part], 'Import the names that are used.');
  }
  for (const [index, one] of parts.entries()) {
    for (const other of parts.slice(index + 1)) refusePair(one, other);
    for (const other of parts) if (other !== one) refuseCapture(one, other);
  }
}

function refusePair(one: Part, other: Part): void {
  const taken = new Map([...one.top.declares.map((name) => [name, 'declared'] as const), ...one.top.imports.map(({ name, means }) => [name, means] as const)]);
  const others = [...other.top.declares.map((name) => ({ name, means: 'declared' })), ...other.top.imports];
  const clash = others.find(({ name, means }) => taken.has(name) && (means === 'declared' || taken.get(name) !== means));
  if (clash) throw refused(`${one.title} and ${other.title} both have a '${clash.name}' of their own, and would stand in one file.`, [one, other], `Give one of them another name than '${clash.name}'.`);
}

/** Does a code read a name that only another one brings, and that is not the function which that one is there for? */
function refuseCapture(reader: Part, owner: Part): void {
  const brought = [...owner.top.declares, ...owner.top.imports.map(({ name }) => name)];
  const captured = brought.find((name) => name !== owner.use?.name && reader.top.free.includes(name));
  if (captured !== undefined) throw refused(`${reader.title} uses '${captured}' and has none, and ${owner.title} has one that was not meant.`, [reader, owner], `Give '${captured}' of ${owner.title} another name, or let ${reader.title} have its own.`);
}

const refused = (what: string, parts: readonly Part[], next: string): UntilgreenError => new UntilgreenError('bad_arguments', what, { parts: parts.map(({ title }) => title) }, next);
