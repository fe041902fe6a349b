import { extname } from 'node:path';
import { nearest } from '../../../config/shape.ts';
import { UntilgreenError } from '../../../core/errors.ts';
import type { CodeLanguageName } from '../types.ts';
import { go } from './go.ts';
import { javascript } from './javascript.ts';
import { python } from './python.ts';
import { shell } from './shell.ts';
import type { CodeLanguage } from './types.ts';
import { typescript } from './typescript.ts';

/** The languages of snippets. */
export const CODE_LANGUAGES: readonly CodeLanguage[] = [python, javascript, typescript, go, shell];

const named = new Map(CODE_LANGUAGES.flatMap((language) => [language.name, ...language.aliases].map((name) => [name, language])));

/**
 * The language of this name or alias.
 *
 * @throws `bad_arguments` with the nearest name
 */
export function codeLanguage(name: unknown): CodeLanguage {
  const language = typeof name === 'string' ? named.get(name.toLowerCase()) : undefined;
  if (language) return language;
  const meant = typeof name === 'string' ? nearest(name, [...named.keys()]) : undefined;
  const known = CODE_LANGUAGES.map((l) => [l.name, ...l.aliases].join(', '));
  const got = typeof name === 'string' ? JSON.stringify(name) : String(name);
  throw new UntilgreenError('bad_arguments', `Expected the \`language\` option to be one of ${known.join('; ')}, got ${got}.`, { argument: 'language' }, meant && `Did you mean ${meant}?`);
}

/**
 * The language of a file, by its extension, else by the program that its `#!` line names; undefined where neither says.
 *
 * @example codeLanguageOf('tool', '#!/usr/bin/env python3\n') // 'python'
 */
export function codeLanguageOf(path: string, code = ''): CodeLanguageName | undefined {
  const extension = extname(path).toLowerCase();
  const byExtension = CODE_LANGUAGES.find(({ extensions }) => extensions.includes(extension));
  if (byExtension) return byExtension.name;
  const [, first, second] = /^#!\s*(?:\S*\/)?(\S+)(?:\s+(?:-S\s+)?(\S+))?/.exec(code) ?? [];
  const program = first === 'env' ? second : first;
  return program === undefined ? undefined : CODE_LANGUAGES.find(({ shebang }) => shebang?.test(program))?.name;
}
