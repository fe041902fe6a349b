import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { compiler } from '../ast.ts';
import { editorConfigFor } from './editorconfig.ts';
import { globRegExp } from './glob.ts';
import { exportedLiteral } from './literal.ts';

/** Options that oxfmt and prettier share by name. */
export type FormatSettings = Partial<{
  printWidth: number; tabWidth: number; useTabs: boolean; semi: boolean; singleQuote: boolean; jsxSingleQuote: boolean;
  quoteProps: 'as-needed' | 'consistent' | 'preserve'; trailingComma: 'all' | 'es5' | 'none'; bracketSpacing: boolean; bracketSameLine: boolean;
  arrowParens: 'always' | 'avoid'; endOfLine: 'lf' | 'crlf' | 'cr'; singleAttributePerLine: boolean; objectWrap: 'preserve' | 'collapse'; insertFinalNewline: boolean;
}>;

const KEYS = new Set(['printWidth', 'tabWidth', 'useTabs', 'semi', 'singleQuote', 'jsxSingleQuote', 'quoteProps', 'trailingComma', 'bracketSpacing', 'bracketSameLine', 'arrowParens', 'endOfLine', 'singleAttributePerLine', 'objectWrap', 'insertFinalNewline']);

const PRETTIER = [
  '.prettierrc', '.prettierrc.json', '.prettierrc.json5', '.prettierrc.yaml', '.prettierrc.yml', '.prettierrc.toml',
  '.prettierrc.js', '.prettierrc.cjs', '.prettierrc.mjs', '.prettierrc.ts', 'prettier.config.js', 'prettier.config.cjs', 'prettier.config.mjs', 'prettier.config.ts',
];
const OXFMT = ['.oxfmtrc.json', '.oxfmtrc.jsonc', 'oxfmt.config.ts', 'oxfmt.config.js', 'oxfmt.config.mjs'];
const BIOME = ['biome.json', 'biome.jsonc', '.biome.json'];

/** The project's formatting of a file: the nearest prettier, oxfmt or biome configuration upwards, over .editorconfig. */
export async function formatConfig(path: RelativePath, bench: Workbench): Promise<{ found: boolean; ignored: boolean; settings: FormatSettings }> {
  const editor = await editorConfigFor(path, bench);
  const folders = path.split('/').slice(0, -1);
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const prefix = folders.slice(0, depth).map((f) => `${f}/`).join('');
    const config = await configIn(prefix, path.slice(prefix.length), bench);
    if (config) return { found: true, ignored: config.ignored || (await ignoredBy(path, bench)), settings: { ...editor, ...config.settings } };
  }
  return { found: Object.keys(editor).length > 0, ignored: false, settings: editor };
}

async function text(bench: Workbench, path: string): Promise<string | undefined> {
  return (await bench.exists(path)) ? bench.readText(path).then((f) => f.text, () => undefined) : undefined;
}

async function configIn(prefix: string, inner: string, bench: Workbench): Promise<{ ignored: boolean; settings: FormatSettings } | undefined> {
  for (const name of [...PRETTIER, ...OXFMT]) {
    const source = await text(bench, prefix + name);
    if (source === undefined) continue;
    const raw = await parsed(name, source);
    // Prettier's width is 80 where nothing is said, oxfmt's 100.
    if (isObject(raw)) return readPrettier(raw, inner, PRETTIER.includes(name) ? 80 : 100);
  }
  const manifest = await text(bench, `${prefix}package.json`);
  if (manifest !== undefined) {
    const raw = await parsed('package.json', manifest);
    if (isObject(raw) && isObject(raw['prettier'])) return readPrettier(raw['prettier'], inner, 80);
  }
  for (const name of BIOME) {
    const source = await text(bench, prefix + name);
    const raw = source === undefined ? undefined : await parsed(name, source);
    if (isObject(raw)) return { ignored: false, settings: readBiome(raw) };
  }
  return undefined;
}

async function parsed(name: string, source: string): Promise<unknown> {
  try {
    if (/\.(c|m)?[jt]s$/.test(name)) return await exportedLiteral(name, source);
    if (name.endsWith('.toml')) return parseToml(source);
    if (/\.(json|jsonc|json5)$/.test(name)) {
      const ts = await compiler();
      return ts.parseConfigFileTextToJson(name, source).config;
    }
    return parseYaml(source); // .prettierrc: YAML, and JSON with it
  } catch {
    return undefined; // a configuration that does not parse says nothing
  }
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

function known(raw: Record<string, unknown>): FormatSettings {
  return Object.fromEntries(Object.entries(raw).filter(([k, v]) => KEYS.has(k) && v !== 'auto' && (typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean')));
}

function readPrettier(raw: Record<string, unknown>, inner: string, printWidth: number): { ignored: boolean; settings: FormatSettings } {
  let settings: FormatSettings = { printWidth, ...known(raw) };
  const matches = (patterns: unknown) => [patterns].flat().some((p) => typeof p === 'string' && globRegExp(p).test(inner));
  for (const override of Array.isArray(raw['overrides']) ? raw['overrides'] : []) {
    if (isObject(override) && isObject(override['options']) && matches(override['files']) && !matches(override['excludeFiles'])) settings = { ...settings, ...known(override['options']) };
  }
  return { ignored: matches(raw['ignorePatterns']), settings };
}

function readBiome(raw: Record<string, unknown>): FormatSettings {
  const formatter = isObject(raw['formatter']) ? raw['formatter'] : {};
  const js = isObject(raw['javascript']) && isObject(raw['javascript']['formatter']) ? raw['javascript']['formatter'] : {};
  const both = { indentStyle: 'tab', indentWidth: 2, lineWidth: 80, lineEnding: 'lf', quoteStyle: 'double', semicolons: 'always', trailingCommas: 'all', arrowParentheses: 'always', bracketSpacing: true, ...formatter, ...js };
  return known({
    useTabs: both.indentStyle === 'tab', tabWidth: both.indentWidth, printWidth: both.lineWidth, endOfLine: both.lineEnding,
    singleQuote: both.quoteStyle === 'single', semi: both.semicolons !== 'asNeeded', trailingComma: both.trailingCommas,
    arrowParens: both.arrowParentheses === 'asNeeded' ? 'avoid' : 'always', bracketSpacing: both.bracketSpacing,
  });
}

async function ignoredBy(path: RelativePath, bench: Workbench): Promise<boolean> {
  const source = await text(bench, '.prettierignore');
  if (!source) return false;
  const { default: ignore } = await import('ignore');
  return ignore().add(source).ignores(path);
}
