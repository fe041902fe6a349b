import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { at, iniOf, tableAt, tomlOf } from './manifest.ts';
import { folderOf } from './paths.ts';
import { accepts, type RuffOptions } from './ruff.ts';

/** How a project wants its Python to look. */
export interface Style {
  options: RuffOptions;
  /** Patterns of files that its formatter leaves alone. */
  exclude: string[];
  /** A formatter that cannot be imitated (yapf, autopep8): its files are left as they are. */
  foreign?: string;
}

type Table = Record<string, unknown>;

/** Reads the settings nearest to a file: ruff.toml, `[tool.ruff]`, `[tool.black]`, `[tool.isort]`, setup.cfg. Defaults are ruff's. */
export async function styleOf(path: RelativePath, bench: Workbench): Promise<Style> {
  for (let folder: string | undefined = folderOf(path); folder !== undefined; folder = folder === '' ? undefined : folderOf(folder)) {
    const found = await styleIn(folder, bench);
    if (found) return found;
  }
  return { options: {}, exclude: [] };
}

async function styleIn(folder: string, bench: Workbench): Promise<Style | undefined> {
  const read = async (name: string): Promise<string | undefined> => {
    const path = folder ? `${folder}/${name}` : name;
    return (await bench.exists(path)) ? (await bench.readText(path)).text : undefined;
  };
  const ruffFile = (await read('.ruff.toml')) ?? (await read('ruff.toml'));
  const pyproject = tomlOf((await read('pyproject.toml')) ?? '');
  const setup = iniOf((await read('setup.cfg')) ?? '');
  if (ruffFile !== undefined) return ruffStyle(tomlOf(ruffFile), pyproject);
  const ruff = tableAt(pyproject, 'tool', 'ruff');
  if (ruff) return ruffStyle(ruff, pyproject);
  const black = tableAt(pyproject, 'tool', 'black');
  if (black) return blackStyle(black, pyproject);
  if (tableAt(pyproject, 'tool', 'yapf') || setup['yapf'] || (await read('.style.yapf')) !== undefined) return { options: {}, exclude: [], foreign: 'yapf' };
  if (tableAt(pyproject, 'tool', 'autopep8')) return { options: {}, exclude: [], foreign: 'autopep8' };
  const width = Number(setup['flake8']?.['max-line-length'] ?? setup['pycodestyle']?.['max-line-length']);
  if (Number.isInteger(width) && width > 0) return { options: { 'line-length': width, ...isort(pyproject, setup) }, exclude: [] };
  const sorted = isort(pyproject, setup);
  return Object.keys(sorted).length ? { options: sorted, exclude: [] } : undefined;
}

/** The keys that concern layout; each is tried, because a project may use a key that this ruff does not know. */
async function ruffStyle(ruff: Table, pyproject: Table): Promise<Style> {
  let options: RuffOptions = {};
  const add = async (more: RuffOptions): Promise<void> => {
    const next = { ...options, ...more, ...(options['lint'] && more['lint'] ? { lint: { ...(options['lint'] as Table), ...(more['lint'] as Table) } } : {}) };
    if (await accepts(next)) options = next;
  };
  for (const key of ['line-length', 'indent-width', 'target-version', 'src', 'preview'] as const) {
    if (ruff[key] !== undefined) await add({ [key]: ruff[key] });
  }
  if (ruff['target-version'] === undefined) {
    const oldest = /(?:>=|~=|==|\^)\s*3\.(\d+)/.exec(String(at(pyproject, 'project', 'requires-python') ?? ''))?.[1];
    if (oldest) await add({ 'target-version': `py3${oldest}` });
  }
  const format = { ...tableAt(ruff, 'format') };
  delete format['exclude'];
  await add({ format });
  const sorting = tableAt(ruff, 'lint', 'isort') ?? tableAt(ruff, 'isort');
  if (sorting) await add({ lint: { isort: sorting } });
  const exclude = [ruff['exclude'], ruff['extend-exclude'], at(ruff, 'format', 'exclude')].flat().filter((p): p is string => typeof p === 'string');
  return { options, exclude };
}

async function blackStyle(black: Table, pyproject: Table): Promise<Style> {
  const targets = Array.isArray(black['target-version']) ? black['target-version'].map(String).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })) : [];
  const options: RuffOptions = {
    ...(typeof black['line-length'] === 'number' ? { 'line-length': black['line-length'] } : {}),
    ...(targets[0] ? { 'target-version': targets[0] } : {}),
    format: {
      ...(black['skip-string-normalization'] ? { 'quote-style': 'preserve' } : {}),
      ...(black['skip-magic-trailing-comma'] ? { 'skip-magic-trailing-comma': true } : {}),
    },
    ...isort(pyproject, {}),
  };
  return { options: (await accepts(options)) ? options : {}, exclude: [] };
}

/** isort's settings that ruff has too. */
function isort(pyproject: Table, setup: Record<string, Record<string, string>>): RuffOptions {
  const own = tableAt(pyproject, 'tool', 'isort') ?? setup['isort'];
  if (!own) return {};
  const list = (key: string): string[] | undefined => {
    const value = own[key];
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : undefined;
  };
  const flag = (key: string): boolean => own[key] === true || own[key] === 'true' || own[key] === 'True' || own[key] === '1';
  const sorting = {
    ...(list('known_first_party') ? { 'known-first-party': list('known_first_party') } : {}),
    ...(list('known_third_party') ? { 'known-third-party': list('known_third_party') } : {}),
    ...(flag('force_single_line') ? { 'force-single-line': true } : {}),
    ...(flag('force_sort_within_sections') ? { 'force-sort-within-sections': true } : {}),
    ...(own['lines_after_imports'] !== undefined ? { 'lines-after-imports': Number(own['lines_after_imports']) } : {}),
  };
  return { lint: { isort: sorting } };
}
