import type { RelativePath } from '../workspace/types.ts';
import { go, testConfigOf as goTestConfigOf } from './go/go.ts';
import { javascript } from './javascript/javascript.ts';
import { testConfigOf as nodeTestConfigOf } from './javascript/package-json.ts';
import { python, testConfigOf as pythonTestConfigOf } from './python/index.ts';
import type { Language } from './types.ts';
import { typescript } from './typescript/typescript.ts';

/** Every language the product knows. A new one is a folder and a line here. */
export const languages: readonly Language[] = [python, javascript, typescript, go];

/** The language of a file by its extension, or undefined. */
export function languageOf(path: RelativePath): Language | undefined {
  const lower = path.toLowerCase();
  return languages.find((language) => language.extensions.some((extension) => lower.endsWith(extension)));
}

/** The part of a file shared with other purposes (package.json, pyproject.toml) that steers tests; undefined for other files. */
export function testConfigOf(path: RelativePath, source: string): unknown {
  return nodeTestConfigOf(path, source) ?? pythonTestConfigOf(path, source) ?? goTestConfigOf(path, source);
}
