import { UntilgreenError } from '../../core/errors.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import type { FunctionLanguage, FunctionLanguageName, TopLevel } from '../../languages/function/types.ts';
import type { Capability, Use } from '../types.ts';
import { depthOf } from './depth.ts';
import { moved, nameOf, type Part, refuseClashes } from './parts.ts';
import { piecesIn, plain, sectionOf, unlinked } from './section.ts';

export { unlinked };

/** Tools above tools: a chain longer than this cannot be understood from one file any more. */
export const MOST_DEPTH = 4;

/**
 * The code with the functions it calls put in, in a marked section: one file that runs everywhere and is pinned by content. What the used ones call
 * themselves comes along from their own files, each once.
 *
 * @param uses tools that the code calls itself
 * @throws `bad_arguments` for another language, code that does not parse, names that clash (naming both), a chain that is too long, and two versions of one tool
 */
export async function link(code: string, uses: readonly Capability[], language: FunctionLanguageName): Promise<string> {
  const written = unlinked(code);
  if (uses.length === 0) return written;
  const own = functionLanguage(language);
  const top = await topLevelOf(own, written, 'the code');
  const parts = uniqueParts((await Promise.all(uses.map((tool) => partsOf(own, tool)))).flat());
  const all: Part[] = [{ title: 'the code', top, text: written }, ...parts];
  refuseClashes(all);
  const depth = depthOf(all);
  if (depth > MOST_DEPTH) throw refused(`Tools that call tools would stand ${depth} deep here, and ${MOST_DEPTH} is the most.`, { depth }, 'Call a simpler tool, or write that part anew.');
  const pragmas = [...new Set(parts.flatMap((part) => part.top.pragmas))].filter((pragma) => !top.pragmas.includes(pragma));
  const section = sectionOf(language, { pragmas, imports: importsFor(language, top, parts), pieces: parts.map(({ use, text }) => ({ ...use, text })) });
  const at = pragmas.length > 0 ? top.firstAt : top.insertAt;
  const [before, behind] = [written.slice(0, at), written.slice(at)];
  if (before !== '' && !before.endsWith('\n')) throw refused('The code declares nothing behind its imports.', {}, 'Give a whole module.');
  return before + section + behind;
}

/** The registered tools that a code calls, found by its syntax: names that it uses and does not declare itself. */
export async function usesIn(code: string, tools: readonly Capability[], language: FunctionLanguageName): Promise<Capability[]> {
  const top = await functionLanguage(language).topLevel(unlinked(code));
  return top ? tools.filter((tool) => tool.language === language && top.free.includes(tool.name)) : [];
}

/** The tools as `Capability.uses` names them. */
export const usesOf = (tools: readonly Capability[]): Use[] => tools.map(({ name, version, hash }) => ({ name, version, hash }));

/** Imports of the parts, as lines. Python runs from top to bottom, so a section has its own there; elsewhere a name may be imported once in a file. */
function importsFor(language: FunctionLanguageName, top: TopLevel, parts: readonly Part[]): string[] {
  const all = parts.flatMap((part) => part.top.imports).toSorted((a, b) => (a.text < b.text ? -1 : 1));
  if (language === 'python') return [...new Set(all.map(({ text }) => text))];
  const known = new Set(top.imports.map(({ name }) => name));
  // A type that is imported as a value too is there already.
  const values = all.toSorted((a, b) => Number(a.text.startsWith('import type')) - Number(b.text.startsWith('import type')));
  return values.flatMap(({ name, text }) => (known.has(name) ? [] : (known.add(name), [text])));
}

type UsedPart = Part & { use: Use };

/** A tool as parts of another file: itself, and what stands in its own section. */
async function partsOf(language: FunctionLanguage, tool: Capability): Promise<UsedPart[]> {
  if (tool.language !== language.name) {
    throw refused(`${nameOf(tool)} is written in ${tool.language}, and cannot be called from ${language.name}.`, { tool: tool.name }, 'Let each be a step of its own.');
  }
  const whole = await topLevelOf(language, tool.code, nameOf(tool));
  const written = unlinked(tool.code);
  const own = await topLevelOf(language, written, nameOf(tool));
  // Where an import stands in its file or in its section does not matter: those that a part needs are those of its names.
  const needed = (free: readonly string[]): TopLevel['imports'] => whole.imports.filter(({ name }) => free.includes(name) || name === '*');
  const pieces = await Promise.all(piecesIn(tool.code).map(async ({ text, ...use }): Promise<UsedPart> => {
    const top = await topLevelOf(language, text, nameOf(use));
    const imports = needed(top.free);
    return { title: nameOf(use), use, text, top: { ...top, imports, free: top.free.filter((name) => !imports.some((one) => one.name === name)), pragmas: whole.pragmas } };
  }));
  const { name, version, hash } = tool;
  return [...pieces, { title: nameOf(tool), use: { name, version, hash }, text: moved(written, own.cuts), top: { ...own, pragmas: whole.pragmas } }];
}

/** Each tool once; the same one comes from several files. */
function uniqueParts(parts: readonly UsedPart[]): UsedPart[] {
  const found = new Map<string, UsedPart>();
  for (const part of parts) {
    const other = found.get(part.use.name);
    if (other && plain(other.use.hash) !== plain(part.use.hash)) {
      throw refused(
        `${nameOf(part.use)} and ${nameOf(other.use)} would both stand in the file: one of the tools that are used carries an older version.`, { tools: [other.use, part.use] },
        `Test and save again what calls ${part.use.name}, then use it.`,
      );
    }
    if (other && asLines(other.text) !== asLines(part.text)) {
      throw refused(
        `Two texts of ${nameOf(part.use)} would stand in the file: one of the tools that are used had the code of another changed in its own file.`, { tool: part.use },
        `Link again what calls ${part.use.name}: its generated part is not what it says.`,
      );
    }
    found.set(part.use.name, other ?? part);
  }
  return [...found.values()];
}

const asLines = (text: string): string => text.replaceAll('\r\n', '\n');

async function topLevelOf(language: FunctionLanguage, code: string, title: string): Promise<TopLevel> {
  const top = await language.topLevel(code);
  if (!top) throw refused(`${title} does not parse as ${language.name}.`, { title }, 'Put its syntax right first.');
  return top;
}

const refused = (what: string, data: Record<string, unknown>, next: string): UntilgreenError => new UntilgreenError('bad_arguments', what, data, next);
