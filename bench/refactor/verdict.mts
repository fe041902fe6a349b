// From what a tool did to a verdict: was it done at all, do tests and types still hold, and which old names were left.
import type { Operation } from '../../src/languages/refactor/types.ts';
import { textsOf } from './copy.mts';
import type { Examiner } from './health.mts';
import type { Package } from './packages.mts';
import type { Done, Health, Row, Task } from './types.mts';

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const last = (symbol: string): string => symbol.split('.').at(-1) ?? symbol;

/** What must be true of the files if the operation was carried out; in words, what is not. */
export function notDone(task: Task, texts: ReadonlyMap<string, string>): string[] {
  const missing: string[] = [];
  const want = (ok: boolean, what: string): void => {
    if (!ok) missing.push(what);
  };
  const there = (path: string): boolean => texts.has(path) || [...texts.keys()].some((one) => one.startsWith(`${path}/`));
  const declares = (path: string, symbol: string): boolean => new RegExp(declaration(last(symbol)), 'm').test(texts.get(path) ?? '');
  const op: Operation = task.operation;
  if (op.kind === 'rename' && op.parameter === undefined) {
    want([...texts.values()].some((text) => new RegExp(`\\b${escape(op.to)}\\b`).test(text)), `${op.to} is nowhere`);
    if (!op.keepOld && op.path !== undefined && !op.symbol.includes('.')) want(!declares(op.path, op.symbol), `${op.path} still declares ${op.symbol}`);
    if (op.keepOld && op.path !== undefined) want(new RegExp(`\\b${escape(last(op.symbol))}\\b`).test(texts.get(op.path) ?? ''), `the old name ${op.symbol} is gone from ${op.path}`);
  }
  const moved = op.kind === 'move_symbols' ? [{ from: op.from, to: op.to, symbols: op.symbols }] : op.kind === 'split_module' ? op.parts.map((part) => ({ from: op.path, ...part })) : [];
  for (const { from, to, symbols } of moved) {
    for (const symbol of symbols) {
      want(declares(to, symbol), `${to} does not declare ${symbol}`);
      want(!declares(from, symbol), `${from} still declares ${symbol}`);
      if ('keepOld' in op && op.keepOld) want(new RegExp(`\\b${escape(symbol)}\\b`).test(texts.get(from) ?? ''), `${from} does not re-export ${symbol}`);
    }
  }
  if (op.kind === 'move_module') {
    want(there(op.to), `${op.to} is not there`);
    want(op.keepOld === true || !there(op.from), `${op.from} is still there`);
    if (op.keepOld) want(there(op.from), `${op.from} is not there any more`);
  }
  if (op.kind === 'merge_modules') for (const from of op.from) if (from !== op.into) want(!texts.has(from), `${from} is still there`);
  if (op.kind === 'extract_function') want((texts.get(op.path)?.match(new RegExp(`\\b${escape(op.name)}\\b`, 'g'))?.length ?? 0) >= 2, `${op.name} is not declared and called`);
  if (op.kind === 'inline_function') want(!declares(op.path, op.symbol), `${op.path} still declares ${op.symbol}`);
  for (const { path, has, lacks } of task.must ?? []) {
    if (has !== undefined) want(new RegExp(has).test(texts.get(path) ?? ''), `${path} lacks /${has}/`);
    if (lacks !== undefined) want(!new RegExp(lacks).test(texts.get(path) ?? ''), `${path} has /${lacks}/`);
  }
  return missing;
}

/** How a name is declared at the top of a module, in any of the languages. `import { x as y }` and `x = m.x` are no declarations. */
function declaration(name: string): string {
  const n = escape(name);
  return `^(?:export )?(?:default )?(?:async )?(?:def|class|function\\*?|const|let|var|type|interface|func|enum|namespace)\\s+${n}\\b|^${n}\\s*(?::[^=\\n]+)?=(?!=)(?!\\s*\\w+\\.${n}\\s*$)(?!\\s*\\w+\\s*$)`;
}

const CODE = /\.(py|pyi|[cm]?[jt]sx?|go)$/;

/** Places where an old name still stands. `code` where it is neither in a comment nor in a string, as far as one can tell line by line; a doctest is code. Notes count lines of the file as it was, so that they are held against places nearby. */
export function leftOver(task: Task, pack: Package, texts: ReadonlyMap<string, string>, done: Extract<Done, { kind: 'done' }>): Row['left'] {
  const places: Row['left'] = [];
  for (const old of task.old ?? []) {
    const word = new RegExp(`(?<![\\w-])(?:${old})(?![\\w])`);
    for (const [path, text] of texts) {
      if (pack.quiet?.some((quiet) => path === quiet || path.startsWith(`${quiet}/`))) continue;
      let quoted = false;
      for (const [index, line] of text.split('\n').entries()) {
        const inside = quoted;
        if (path.endsWith('.py') && (line.match(/"""|'''/g)?.length ?? 0) % 2 === 1) quoted = !quoted;
        if (!word.test(line)) continue;
        const doctest = /^\s*(>>>|\.\.\.)/.test(line);
        const bare = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""').replace(/#.*|\/\/.*|^\s*\/?\*.*/, '');
        const code = CODE.test(path) && (doctest || (!inside && word.test(bare)));
        places.push({ place: `${path}:${index + 1}`, code, noted: done.notes.some((note) => note.path === path && Math.abs(note.line - index - 1) < 40) });
      }
    }
  }
  return places;
}

/** Tests, types, imports, facts and names, in that order; the first that does not hold is the reason. */
export async function judge(task: Task, pack: Package, copy: string, done: Done, released: Health, original: ReadonlyMap<string, string>, pristine: string, examiner: Examiner): Promise<Pick<Row, 'verdict' | 'reason' | 'left' | 'health' | 'files'>> {
  if (done.kind === 'refused') return { verdict: 'refused', reason: `${done.reason}: ${done.message}`, left: [], files: 0 };
  if (done.kind === 'unsupported') return { verdict: 'unsupported', reason: done.message, left: [], files: 0 };
  if (done.kind === 'crashed') return { verdict: 'crashed', reason: done.message, left: [], files: 0 };
  const texts = textsOf(copy);
  const changed = [...new Set([...texts.keys(), ...original.keys()])].filter((path) => texts.get(path) !== original.get(path));
  const missing = notDone(task, texts);
  const left = leftOver(task, pack, texts, done);
  const base = { left, files: changed.length };
  if (missing.length) return { ...base, verdict: 'wrong', reason: `not done: ${missing.join('; ')}` };
  if (task.refuse) return { ...base, verdict: 'wrong', reason: `done, though it changes what the program does: ${task.why}` };
  // The doctest of a function that is inlined goes with it.
  const before = { ...released, passed: released.passed - Number(task.operation.kind === 'inline_function' && pack.tongue === 'python') };
  const health = await examiner.examine(pack, copy, before);
  const unimportable = health.types === -1 ? [] : await examiner.notImportable(pack, copy, changed);
  // Scripts that need what is not installed could not be imported before either.
  const always = unimportable.length ? await examiner.notImportable(pack, pristine, changed.filter((path) => original.has(path))) : [];
  const broken = unimportable.filter((one) => !always.includes(one));
  const stale = left.filter(({ code, noted }) => code && !noted);
  const reason = health.broken
    ? `tests do not run: ${health.broken}`
    : health.passed < before.passed || health.failed > before.failed
      ? `tests: ${health.passed} pass and ${health.failed} fail, before ${before.passed} and ${before.failed}`
      : health.types > before.types
        ? `type check: ${health.types} errors, before ${before.types}`
        : broken.length
          ? `cannot be imported alone: ${broken.join('; ')}`
          : stale.length
            ? `left behind in code: ${stale.map(({ place }) => place).join(', ')}`
            : undefined;
  return { ...base, health, verdict: reason === undefined ? 'right' : 'wrong', ...(reason === undefined ? {} : { reason }) };
}
