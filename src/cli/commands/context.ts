import { EXIT } from '../../core/errors.ts';
import { filesOf, idsOf, openContext, type Focused, type ProjectContext } from '../../context/open.ts';
import { symbolId, type TestCover } from '../../context/graph/types.ts';
import { usage, wholeNumber } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { progressLine } from '../progress-line.ts';
import { cancelOnSignal } from '../signals.ts';
import { colors, print } from '../terminal.ts';
import { oneLine } from '../view/text.ts';

export interface ContextFlags {
  json?: boolean;
  mermaid?: boolean;
  tests?: boolean;
  focus?: string;
  tokens?: string;
  quiet?: boolean;
}

/** Entry points and tests that the text names before it says how many more there are. */
const MOST_LISTED = 12;

/** `untilgreen context [dir]`: the project as a ranked outline, as JSON, as an import graph, or what its tests cover. */
export async function context(directory: string | undefined, options: ContextFlags): Promise<number> {
  const forms = (['json', 'mermaid', 'tests'] as const).filter((form) => options[form]);
  if (options.mermaid && forms.length > 1) throw usage(`--${forms.join(' and --')} do not go together.`, 'Ask for one of them.');
  if (options.tokens !== undefined && forms.length > 0) throw usage('--tokens is the size of the outline; with --json, --mermaid and --tests there is none.', 'Leave it out.');
  const tokens = options.tokens === undefined ? undefined : wholeNumber('--tokens', options.tokens);
  if (options.focus?.trim() === '') throw usage('--focus is empty.', 'Give a path, the name of a symbol, or words in quotes.');
  const path = await projectDirectory(directory);
  const line = progressLine(options);
  const { signal, release } = cancelOnSignal(() => line.clear());
  const started = performance.now();
  try {
    const project = await openContext(path, {
      signal,
      // A small project is read before anybody can read a word.
      onProgress: (done, all) => void (performance.now() - started > 1_000 && line.show(`Reading the project: ${done} of ${all} source files`)),
    });
    line.clear();
    if (options.mermaid) print(project.mermaid(options.focus));
    else if (options.json) printProject(project, options);
    else if (options.tests) printTests(project, options.focus);
    else printOutline(project, tokens, options.focus);
    return EXIT.green;
  } finally {
    line.clear();
    release();
  }
}

const plural = (count: number, one: string, many = `${one}s`) => `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
const safe = (text: string) => text.split('\n').map((line) => line.slice(0, line.length - line.trimStart().length) + oneLine(line)).join('\n');

function printOutline(project: ProjectContext, tokens: number | undefined, what: string | undefined): void {
  // Before anything is printed: it may be refused.
  const focus = what === undefined ? undefined : project.focus(what);
  print(colors.bold(oneLine(summary(project))));
  if (project.broken.length > 0) print(colors.yellow(oneLine(`${plural(project.broken.length, 'file does', 'files do')} not parse, their symbols are those that lines show: ${project.broken.slice(0, 5).join(', ')}${project.broken.length > 5 ? ', …' : ''}`)));
  if (!focus) {
    const entries = project.entryPoints();
    if (entries.length > 0) print('\nEntry points');
    for (const { name, file, line, from } of entries.slice(0, MOST_LISTED)) print(`  ${oneLine(name)}  ${oneLine(`${file}${line ? `:${line}` : ''}`)}${from === file ? '' : colors.dim(`  ${oneLine(from)}`)}`);
    if (entries.length > MOST_LISTED) print(colors.dim(`  … ${entries.length - MOST_LISTED} more (--json lists all)`));
  } else printFocus(project, focus);
  const outline = project.map({ tokens, focus: what, details: true });
  print(`\n${colors.bold('Outline')} ${colors.dim(`the ${plural(outline.symbols, 'symbol')} of highest rank in ${plural(outline.files, 'file')}, ${plural(outline.tokens, 'token')}`)}`);
  print(safe(outline.text));
}

function summary({ directory, graph }: ProjectContext): string {
  const languages = new Map<string, { files: number; lines: number }>();
  let symbols = 0;
  for (const { facts } of graph.files) {
    symbols += facts.symbols.length;
    const count = languages.get(facts.language) ?? { files: 0, lines: 0 };
    languages.set(facts.language, { files: count.files + 1, lines: count.lines + facts.lines });
  }
  const named = [...languages].filter(([language]) => language !== 'other').sort(([, a], [, b]) => b.lines - a.lines).map(([language, { files, lines }]) => `${plural(files, `${language} file`)} with ${plural(lines, 'line')}`);
  const other = languages.get('other')?.files;
  return `${directory}: ${[...named, ...(other ? [plural(other, 'other file')] : [])].join(', ') || 'no files'}; ${plural(symbols, 'symbol')}`;
}

/** What stands around a file or symbol: why it was found, what it uses, who uses it, which tests cover it. */
function printFocus(project: ProjectContext, focus: Focused): void {
  if (focus.kind === 'words') {
    print('\nFound');
    for (const { path, why, symbols } of focus.found.slice(0, 8)) {
      print(`  ${oneLine(path)}${colors.dim(`  ${oneLine(why.join('; '))}`)}`);
      for (const { id, fromLine } of symbols.slice(0, 3)) print(colors.dim(`    ${fromLine}: ${oneLine(id.slice(id.indexOf('#') + 1))}`));
    }
    return;
  }
  const files = new Set(filesOf(focus));
  const ids = new Set(idsOf(focus));
  const users: string[] = [];
  for (const { path } of project.graph.files) {
    if (focus.kind === 'file' && !files.has(path) && project.graph.importedFiles(path).some((other) => files.has(other))) users.push(path);
    if (focus.kind === 'symbol') for (const call of project.graph.calls(path)) if (call.to && ids.has(call.to)) users.push(`${path}:${call.line}`);
  }
  if (focus.kind === 'symbol') listed('Defined in', focus.symbols.map(({ file, symbol }) => `${file.path}:${symbol.fromLine}  ${symbol.signature}`));
  else listed('Imports', [...new Set([...files].flatMap((path) => project.graph.importedFiles(path)))].filter((path) => !files.has(path)));
  listed(focus.kind === 'symbol' ? 'Called from' : 'Imported by', users);
  listed('Covered by', covering(project.tests(), focus).map(({ test }) => test));
}

function listed(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  print(`\n${title}`);
  for (const text of lines.slice(0, MOST_LISTED)) print(`  ${oneLine(text)}`);
  if (lines.length > MOST_LISTED) print(colors.dim(`  … ${lines.length - MOST_LISTED} more`));
}

function covering(covers: readonly TestCover[], focus: Focused): TestCover[] {
  const files = new Set(filesOf(focus));
  const ids = new Set(idsOf(focus));
  return covers.filter((cover) => files.has(cover.test) || (ids.size > 0 ? cover.symbols.some((id) => ids.has(id)) : cover.files.some(({ path }) => files.has(path))));
}

function printTests(project: ProjectContext, what: string | undefined): void {
  const covers = what === undefined ? project.tests() : covering(project.tests(), project.focus(what));
  if (covers.length === 0) print(what === undefined ? 'No test files were found.' : 'No test is known to cover it.');
  for (const { test, files, symbols } of covers) {
    print(colors.bold(oneLine(test)));
    for (const { path, why } of files) {
      const called = symbols.filter((id) => id.startsWith(`${path}#`)).map((id) => id.slice(path.length + 1));
      print(`  ${oneLine(path)}${colors.dim(`  by ${why.join(', ')}${called.length > 0 ? `; calls ${oneLine(called.slice(0, 6).join(', '))}${called.length > 6 ? `, … ${called.length - 6} more` : ''}` : ''}`)}`);
    }
    if (files.length === 0) print(colors.dim('  nothing that is known'));
  }
}

/** One file a line: the whole of a large project as one text would need several times its memory. */
function printProject(project: ProjectContext, { focus: what, tests: testsOnly }: ContextFlags): void {
  const focus = what === undefined ? undefined : project.focus(what);
  const covers = project.tests();
  const tests = focus && testsOnly ? covering(covers, focus) : covers;
  const head = { ok: true, directory: project.directory, broken: project.broken, entryPoints: project.entryPoints(), tests, ...(focus?.kind === 'words' && { found: focus.found }) };
  if (testsOnly) {
    print(JSON.stringify({ ok: true, directory: project.directory, tests }));
    return;
  }
  const ranked = new Map(project.ranked(what).map(({ file, rank, symbols }, place) => [file.path, { rank, place, symbols: new Map(symbols.map(({ symbol, rank: r }) => [symbol, r])) }]));
  const order = project.graph.files.toSorted((a, b) => (ranked.get(a.path)?.place ?? Infinity) - (ranked.get(b.path)?.place ?? Infinity) || (a.path < b.path ? -1 : 1));
  print(`${JSON.stringify(head).slice(0, -1)},"files":[`);
  for (const [at, { path, size, facts }] of order.entries()) {
    const known = ranked.get(path);
    const file = facts.language === 'other' ? { path, language: facts.language, bytes: size } : {
      path, language: facts.language, bytes: size, lines: facts.lines, parses: facts.ok, rank: known?.rank, doc: facts.doc,
      symbols: facts.symbols.map((symbol) => ({ id: symbolId(path, symbol), ...symbol, rank: known?.symbols.get(symbol) })),
      imports: project.graph.imports(path), calls: project.graph.calls(path).map(({ from, ...call }) => ({ ...call, from: from < 0 ? path : symbolId(path, facts.symbols[from]!) })),
    };
    print(`${JSON.stringify(file)}${at < order.length - 1 ? ',' : ''}`);
  }
  print(']}');
}
