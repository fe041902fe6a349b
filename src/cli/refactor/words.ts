import type { Operation } from '../../refactor/index.ts';
import { existingModule, fileDeclaring, movedTo, moduleNamed, moduleOrNew } from '../../plan/templates/modules.ts';
import type { ToolContext } from '../../tools/types.ts';
import { usage } from '../arguments.ts';

/** What `refactor` was given, as commander names it. */
export interface RefactorOptions {
  dir: string;
  in?: string;
  from?: string;
  into?: string;
  parameter?: string;
  drop?: string[];
  add?: string[];
  order?: string;
  moved?: string[];
  imports?: boolean;
  keepOld?: boolean;
  dryRun?: boolean;
  tests?: boolean;
  check?: string[];
  apply?: string;
  sandbox?: string;
  config?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  yes?: boolean;
  report?: string;
  junit?: string;
}

type Project = Pick<ToolContext, 'bench' | 'languages'>;

/** The file that `--in` names, else the only one that declares the name. */
async function placeOf(symbol: string, options: RefactorOptions, project: Project): Promise<string> {
  return options.in === undefined ? fileDeclaring(symbol.split('.')[0] ?? symbol, project) : existingModule(options.in, project);
}

/** `file.py:10-20`, `file.py:10`, or `file.py:10:5-12:30` with columns. */
function linesOf(word: string): { path: string; fromLine: number; toLine: number; fromColumn?: number; toColumn?: number } {
  const match = /^(.+?):(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?$/.exec(word);
  if (!match) throw usage(`${word} names no lines.`, 'Give a file with its lines: src/a.py:10-20, or with columns src/a.py:10:5-10:30.');
  const [, path = '', from = '', fromColumn, to, toColumn] = match;
  if ((fromColumn === undefined) !== (toColumn === undefined)) throw usage(`${word}: one column is missing.`, 'Give both: src/a.py:10:5-10:30.');
  return { path, fromLine: Number(from), toLine: Number(to ?? from), ...(fromColumn && { fromColumn: Number(fromColumn), toColumn: Number(toColumn) }) };
}

/** `name`, `name=default`, `name: type = default`; after `:=` stands what present calls give. */
function parameterOf(text: string): { name: string; type?: string; default?: string; value?: string } {
  const [head = '', value] = text.split(':=');
  const match = /^\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::\s*([^=]+?))?\s*(?:=\s*(.+?))?\s*$/u.exec(head);
  if (!match?.[1]) throw usage(`--add ${text}: expected a parameter.`, "For example --add 'limit: int = 10', or --add 'limit := 10' where calls are to give 10.");
  return { name: match[1], ...(match[2] && { type: match[2] }), ...(match[3] && { default: match[3] }), ...(value && { value: value.trim() }) };
}

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim()).filter(Boolean);

/** One operation from the words after `refactor KIND`; modules may be given as paths, file names or dotted names. Errors: `usage`, `not_found`, `ambiguous`. */
export const readers: Record<string, (words: readonly string[], options: RefactorOptions, project: Project) => Promise<Operation>> = {
  async rename([symbol = '', to = ''], options, project) {
    const place = options.in === undefined ? {} : { path: await existingModule(options.in, project) };
    const parameter = options.parameter === undefined ? {} : { parameter: options.parameter };
    return { kind: 'rename', symbol, to, ...place, ...parameter, ...kept(options) };
  },
  async move(words, options, project) {
    const [to = '', ...what] = words.toReversed();
    const [first = ''] = what;
    const module = options.from === undefined && what.length === 1 ? await moduleNamed(first, project) : undefined;
    if (module !== undefined && (first.includes('/') || first.includes('.') || !(await declared(first, project)))) {
      return { kind: 'move_module', from: module, to: await movedTo(to, module, project), ...kept(options) };
    }
    const from = options.from === undefined ? await fileDeclaring(first, project) : await existingModule(options.from, project);
    return { kind: 'move_symbols', symbols: what.toReversed(), from, to: await moduleOrNew(to, from, project), ...kept(options) };
  },
  async merge(words, options, project) {
    const from = await Promise.all(words.map((word) => existingModule(word, project)));
    const [first = ''] = from;
    return { kind: 'merge_modules', from, into: options.into === undefined ? first : await moduleOrNew(options.into, first, project), ...kept(options) };
  },
  async split([module = '', ...parts], options, project) {
    const path = await existingModule(module, project);
    const read = parts.map(async (part) => {
      const at = part.lastIndexOf(':');
      if (at < 1 || listOf(part.slice(at + 1)).length === 0) throw usage(`${part} names no symbols.`, 'Give a file and what goes there: text.py:slugify,shorten.');
      return { to: await moduleOrNew(part.slice(0, at), path, project), symbols: listOf(part.slice(at + 1)) };
    });
    return { kind: 'split_module', path, parts: await Promise.all(read), ...kept(options) };
  },
  async extract([place = '', name = ''], _options, project) {
    const { path, ...lines } = linesOf(place);
    return { kind: 'extract_function', path: await existingModule(path, project), ...lines, name };
  },
  async inline([symbol = ''], options, project) {
    return { kind: 'inline_function', symbol, path: await placeOf(symbol, options, project) };
  },
  async signature([symbol = ''], options, project) {
    if (!options.drop && !options.add && options.order === undefined) throw usage('There is nothing to change in the signature.', "Give --drop NAME, --add 'NAME=DEFAULT' or --order a,b,c.");
    return {
      kind: 'change_signature', symbol, path: await placeOf(symbol, options, project),
      ...(options.drop && { drop: options.drop }), ...(options.add && { add: options.add.map(parameterOf) }), ...(options.order !== undefined && { order: listOf(options.order) }),
    };
  },
  async unused(words, options, project) {
    return { kind: 'remove_unused', what: options.imports ? 'imports' : 'symbols', ...(await pathsOf(words, project)) };
  },
  async imports(words, options, project) {
    const moved = options.moved?.map((pair) => {
      const [from = '', to = ''] = pair.split('=');
      if (!from || !to) throw usage(`--moved ${pair}: expected old=new.`, 'For example --moved utils=lib/utils.');
      return { from, to };
    });
    return { kind: 'update_imports', ...(moved && { moved }), ...(await pathsOf(words, project)) };
  },
};

const kept = (options: RefactorOptions): { keepOld?: true } => (options.keepOld ? { keepOld: true } : {});

async function declared(name: string, project: Project): Promise<boolean> {
  return fileDeclaring(name, project).then(() => true, () => false);
}

async function pathsOf(words: readonly string[], project: Project): Promise<{ paths?: string[] }> {
  if (!words.length) return {};
  const named = await Promise.all(words.map((word) => existingModule(word, project)));
  const files = (await project.bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
  return { paths: files.filter((path) => named.some((place) => path === place || path.startsWith(`${place}/`)) && project.languages.some((l) => l.extensions.some((e) => path.endsWith(e)))) };
}
