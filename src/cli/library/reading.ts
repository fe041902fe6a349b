/** What `library` tells without changing anything or running a tool. */
import type { Capabilities } from '../../capabilities/interfaces.ts';
import { EXIT } from '../../core/errors.ts';
import { usage, wholeNumber } from '../arguments.ts';
import { colors, print, printJson } from '../terminal.ts';
import { clean } from '../view/text.ts';
import type { LibraryFlags } from './grammar.ts';
import { entryOf } from './named.ts';
import { historyText, listText, searchText, showText, statsText, suggestionsText } from './text.ts';

/** A command of `library`: gives the exit code. */
export type Action = (capabilities: Capabilities, words: readonly string[], options: LibraryFlags) => Promise<number>;

const LIMIT = 10;
const limitOf = ({ limit }: LibraryFlags): number => (limit === undefined ? LIMIT : wholeNumber('--limit', limit));

/** Lines on stdout, or a value as JSON; what there is none of is told on stderr. */
export function tell(lines: readonly string[], value: unknown, options: LibraryFlags, none?: string): void {
  if (options.json) printJson(value, 2);
  else if (lines.length === 0 && none !== undefined) process.stderr.write(`${none}\n`);
  else for (const line of lines) print(line);
}

export const list: Action = async ({ library }, _, options) => {
  const { tools, broken } = await library.list();
  const shown = tools.filter(({ tool }) => options.all || tool.status !== 'archived');
  const rows = shown.map(({ tool: { name, version, language, description, status, standing, aliases, hash }, edited }) => ({ name, version, language, description, status, ...(standing && { standing }), aliases, edited, hash }));
  tell(listText(shown, broken, colors), { directory: library.directory, tools: rows, broken }, options, `There are no tools in ${library.directory} yet; \`untilgreen library seed\` brings some.`);
  return broken.length > 0 ? EXIT.notGreen : EXIT.green;
};

export const show: Action = async ({ library }, [word = ''], options) => {
  const entry = await entryOf(library, word);
  // What a tool holds could steer a terminal.
  if (options.code) print((process.stdout.isTTY ? clean(entry.tool.code) : entry.tool.code).trimEnd());
  else {
    const versions = await library.versions(entry.tool.name);
    tell(showText(entry, versions, colors), { ...entry, versions }, options);
  }
  return EXIT.green;
};

export const search: Action = async (capabilities, words, options) => {
  const wanted = words.join(' ').trim();
  if (wanted === '') throw usage('There is nothing to search for.', 'Say what the tool does: untilgreen library search "percent of a number"');
  const matches = await capabilities.search(wanted, limitOf(options));
  const rows = matches.map(({ tool: { name, version, language, description, signature }, probability, figures }) => ({ name, version, language, description, signature, probability, figures }));
  tell(searchText(matches), rows, options, 'Nothing like that is kept.');
  return EXIT.green;
};

export const history: Action = async ({ library }, [word = ''], options) => {
  const versions = await library.versions((await entryOf(library, word)).tool.name);
  tell(historyText(versions), versions, options);
  return EXIT.green;
};

export const stats: Action = async (capabilities, _, options) => {
  const figures = await capabilities.stats();
  tell(statsText(figures), figures, options);
  return EXIT.green;
};

export const suggest: Action = async (capabilities, _, options) => {
  const suggestions = await capabilities.suggest(limitOf(options));
  tell(suggestionsText(suggestions), suggestions, options, 'Nothing yet: suggestions come from what is asked.');
  return EXIT.green;
};
