import type TS from 'typescript6';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Example, Expected } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { claim, claimOf, type Claim, type Reading } from './asserts.ts';
import { refuseContradictions } from './contradictions.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { freeNames, parseErrors } from './find.ts';
import { parsePrefix, parseValue, quoted } from './literals.ts';
import { splitMark } from './split-call.ts';

/** A text's line without the marks of a comment. */
interface Line {
  /** 1-based. */
  number: number;
  text: string;
}

/** What an example was read from, for messages, and the lines it took. */
interface Source {
  line: Line;
  lines: number;
  said: string;
}

const VALUE_MARK = /^(?:={1,3}>|={1,3}|-+>|→|➞|⇒|↦|(?:\/\/|#)\s*(?:={1,3}>|->|→|➞|returns\b|gives\b|is\b)?|:(?=\s)|(?:should\s+)?(?:returns?|gives?|equals?|evaluates to|is)\b:?)\s*/;
const RAISE = /^(?:(?:\/\/|#)\s*)?(?:={1,3}>|->|→|➞)?\s*(?:should\s+)?(?:throws?|raises?)\b:?\s*(?:an?\s+)?(.*)$/;
const UNCAUGHT = /^(?:Uncaught\s+)?(?:\[)?((?:[A-Z][\w$]*)?(?:Error|Exception))(?:\s\[\w+\])?(?::\s*(.*?))?\]?$/;
const WORDS: Record<string, string> = { None: 'null', True: 'true', False: 'false', nil: 'null', nan: 'NaN', inf: 'Infinity' };

/**
 * Reads examples: `>>> f(1)` with the value on the next line, `f(1) => 2` and its relatives, `f(1) // 2`, `f(1) throws RangeError`, asserts of
 * node, vitest and jest; prose between them is passed over.
 *
 * @throws `bad_arguments` naming the line that cannot be read, and both lines of a contradiction; for a text without any example
 */
export async function parseExamples(dialect: Dialect, text: string, name: string): Promise<Example[]> {
  const { examples, problems } = await readExamples(text, name);
  const [problem] = problems;
  if (problem) {
    throw new UntilgreenError('bad_arguments', `Line ${problem.line.number} of the examples cannot be read: ${problem.what}: \`${problem.line.text.trim().slice(0, 120)}\`.`, { line: problem.line.number, text: problem.line.text }, `Write a call and its value, as in \`${name}(1) => 2\`.`);
  }
  if (examples.length === 0) {
    throw new UntilgreenError('bad_arguments', `No example of ${name} was found in the text.`, { name }, `Write calls with their values in ${dialect.title}, as in \`${name}(1) => 2\`.`);
  }
  refuseContradictions(examples);
  return examples;
}

/** The examples in a text, and the lines that look like one and are none: a doc may have formulas, what a user gives as examples may not. */
export async function readExamples(text: string, name: string): Promise<{ examples: Example[]; problems: { line: Line; what: string }[]; used: Set<number> }> {
  const ts = await compiler();
  const lines = uncommented(text);
  const reader = new ExampleReader(ts, lines, name);
  reader.read();
  return reader;
}

/** Lines without the marks of comments around or before them. */
function uncommented(text: string): Line[] {
  const all = text.replace(/\r\n?/g, '\n').split('\n');
  return all.map((line, index) => ({ number: index + 1, text: line.replace(/^\s*\/\*+(?!\/)/, '').replace(/\*+\/\s*$/, '').replace(/^\s*(?:\*(?!\/)|\/\/+)\s?/, '').replace(/^\s*@example\b/, '') }));
}

class ExampleReader {
  readonly examples: Example[] = [];
  readonly problems: { line: Line; what: string }[] = [];
  /** Lines that belong to an example. */
  readonly used = new Set<number>();
  private at = 0;
  private setup: string[] = [];

  constructor(
    private readonly ts: Ts,
    private readonly lines: Line[],
    private readonly name: string,
  ) {}

  read(): void {
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.lines[this.at]!;
      const prompt = /^\s*(?:>>>|>)\s*(.*)$/.exec(line.text);
      const text = (prompt?.[1] ?? line.text).trim();
      if (/^\s*>>>/.test(line.text) || (prompt && this.mentions(text))) this.prompted(line, text);
      else if (this.mentions(text)) this.plain(line, text);
    }
  }

  private mentions(text: string): boolean {
    return new RegExp(`(?<![\\w$.])${this.name.replaceAll('$', '\\$')}\\s*\\(`).test(text);
  }

  /** `>>> code`, with `...` for more of it, and what it gives on the lines after. */
  private prompted(line: Line, first: string): void {
    let code = first;
    let lines = 1;
    for (let next = this.lines[this.at + 1]; next && /^\s*\.\.\.(?:\s|$)/.test(next.text); next = this.lines[this.at + 1]) {
      code += `\n${next.text.replace(/^\s*\.\.\.\s?/, '')}`;
      this.at += 1;
      lines += 1;
    }
    if (!this.mentions(code)) {
      // `>>> const xs = [1, 2]`: what later calls need. A name alone is shown, nothing is set.
      if (/^(?:const|let|var|[\w$]+\s*=)\b/.test(code) || /^[\w$]+\s*=[^=]/.test(code)) {
        if (parseErrors(treeOf(this.ts, code)).length > 0) this.problems.push({ line, what: 'it is no statement' });
        else this.setup.push(/^[\w$]+\s*=[^=]/.test(code) ? `var ${code.replace(/;?\s*$/, ';')}` : code);
        this.use(line, lines);
      }
      return;
    }
    const tree = treeOf(this.ts, code);
    const same = splitMark(code, this.name);
    if (parseErrors(tree).length > 0 || (same && same.rest !== '')) return this.plain(line, code, lines);
    const asserted = this.asserted(tree);
    if (asserted) return this.add(line, lines, code, asserted);
    const given = this.following();
    if (given === undefined) {
      this.problems.push({ line, what: 'the line after it does not say what it gives' });
      return;
    }
    this.finish(line, lines + given.lines, code.replace(/;\s*$/, ''), given.text);
  }

  /** The value on the lines after a prompt: as many as it takes to be whole. */
  private following(): { text: string; lines: number } | undefined {
    let text = '';
    let first: string | undefined;
    for (let count = 1; count <= 200; count += 1) {
      const next = this.lines[this.at + count];
      if (!next || next.text.trim() === '' || /^\s*>>>/.test(next.text)) break;
      first ??= next.text.trim();
      text += `${count === 1 ? '' : '\n'}${next.text.trim()}`;
      if (UNCAUGHT.test(text) || this.valueOf(text)) {
        this.at += count;
        return { text, lines: count };
      }
    }
    if (first === undefined) return undefined;
    this.at += 1;
    return { text: first, lines: 1 };
  }

  /** A line with the call and what it gives, or an assert. */
  private plain(line: Line, text: string, lines = 1): void {
    const tree = treeOf(this.ts, text);
    if (parseErrors(tree).length === 0) {
      const asserted = this.asserted(tree);
      if (asserted) return this.add(line, lines, text, asserted);
    }
    const head = text.replace(/^(?:[-*•]|\d+[.)]|for example:?|examples?:?|e\.g\.,?|for|if|when|assuming)\s+/i, '');
    const split = splitMark(head, this.name);
    if (!split) {
      // Prose may name the function; a call at the start of a line is meant.
      if (new RegExp(`^(?:await\\s+)?${this.name.replaceAll('$', '\\$')}\\s*\\(`).test(head) && /^\s*>>>/.test(line.text)) this.problems.push({ line, what: 'it is no call' });
      return;
    }
    const raises = RAISE.exec(split.rest);
    if (raises) {
      const [, error, message] = UNCAUGHT.exec(raises[1]!.replace(/[.`]+$/, '').replace(/`/g, '').trim()) ?? [];
      return this.claimed(line, lines, split.call, { kind: 'raises', ...(error !== undefined && error !== 'Error' && { error }), ...(message && { message }) });
    }
    const mark = VALUE_MARK.exec(split.rest)?.[0];
    if (mark === undefined || split.rest.slice(mark.length).trim() === '') return;
    // Words and a single `=` also make sentences and formulas: `f(n) is n doubled`, `f(n) = n * f(n - 1)`.
    const before = this.problems.length;
    this.finish(line, lines, split.call, split.rest.slice(mark.length).trim());
    if (/^(?:=(?![=>])|[a-z:])/.test(mark) && !/^\s*>>>/.test(line.text)) this.problems.length = before;
  }

  private asserted(tree: TS.SourceFile): Claim | undefined {
    const [only] = tree.statements;
    if (tree.statements.length !== 1 || !only || !this.ts.isExpressionStatement(only)) return undefined;
    const reading = this.reading(tree);
    const found = claimOf(reading, only.expression);
    if (found) return found;
    // `f(1) === 2` stands for itself.
    const { expression } = only;
    const isEquality = this.ts.isBinaryExpression(expression) && /^={2,3}$/.test(expression.operatorToken.getText(tree));
    return isEquality ? claimOf(reading, this.assertion(tree)) : undefined;
  }

  private assertion(tree: TS.SourceFile): TS.Expression {
    const wrapped = treeOf(this.ts, `assert(${tree.text.trim().replace(/;$/, '')})`);
    return (wrapped.statements[0] as TS.ExpressionStatement).expression;
  }

  private reading(tree: TS.SourceFile): Reading {
    return { ts: this.ts, tree, names: new Set([this.name]), name: this.name };
  }

  private finish(line: Line, lines: number, call: string, given: string): void {
    const thrown = UNCAUGHT.exec(given);
    if (thrown && !/^['"`]/.test(given)) {
      const [, error, message] = thrown;
      return this.claimed(line, lines, call, { kind: 'raises', ...(error !== 'Error' && { error }), ...(message && { message }) });
    }
    const logged = /^console\.log\(([\s\S]*)\);?$/.exec(call)?.[1];
    const read = this.valueOf(given);
    if (logged !== undefined && (!read || read.expected.kind !== 'value' || read.expected.value === undefined)) return this.claimed(line, lines, call, { kind: 'printed', text: given });
    if (!read) {
      this.problems.push({ line, what: `\`${given.slice(0, 60)}\` is no value` });
      return;
    }
    this.claimed(line, lines, logged ?? call, read.expected, read.note);
  }

  /** What stands for a value, words of other languages and tuples among it. */
  private valueOf(text: string): { expected: Expected; note?: string } | undefined {
    const tidy = text.trim().replace(/;$/, '');
    const plain = parseValue(tidy);
    if (plain) return this.isTuple(tidy) ?? { expected: { kind: 'value', text: tidy, value: plain } };
    const prefix = parsePrefix(tidy);
    // A remark may stand behind the value.
    if (prefix && /^(?:\s*(?:\/\/|#|;)|[.,;]?\s*$|[,;]?\s+\(?[A-Za-z])/.test(tidy.slice(prefix.end))) return { expected: { kind: 'value', text: tidy.slice(0, prefix.end).trim(), value: prefix.value } };
    const tuple = this.isTuple(tidy);
    if (tuple) return tuple;
    const renamed = tidy.replace(/\b(?:None|True|False|nil|nan|inf)\b/g, (word) => WORDS[word]!);
    if (renamed !== tidy) {
      const read = this.valueOf(renamed);
      if (read?.expected.kind === 'value') return { expected: read.expected, note: `\`${tidy}\` is read as \`${read.expected.text}\`` };
    }
    const tree = treeOf(this.ts, `(${tidy})`);
    // What names the function itself is a law, no value.
    if (parseErrors(tree).length > 0 || tree.statements.length !== 1 || this.unknown(tree).length > 0 || this.mentions(tidy)) return undefined;
    return { expected: { kind: 'value', text: tidy } };
  }

  /** `(1, 2)` is the last of both in JavaScript, and nobody means that. */
  private isTuple(text: string): { expected: Expected; note: string } | undefined {
    if (!text.startsWith('(') || !text.endsWith(')')) return undefined;
    const list = text.replace(/^\(/, '[').replace(/,?\s*\)$/, ']').replace(/\bNone\b/g, 'null');
    const value = parseValue(list);
    if (value?.kind !== 'list' || value.items.length < 2) return undefined;
    return { expected: { kind: 'value', text: list, value }, note: `\`${text}\` is read as the array \`${list}\`` };
  }

  private claimed(line: Line, lines: number, call: string, expected: Expected, note?: string): void {
    const tree = treeOf(this.ts, `(${call.trim().replace(/;$/, '')}\n)`);
    const [only] = tree.statements;
    const inner = only && this.ts.isExpressionStatement(only) && this.ts.isParenthesizedExpression(only.expression) ? only.expression.expression : undefined;
    if (parseErrors(tree).length > 0 || tree.statements.length !== 1 || !inner) {
      this.problems.push({ line, what: 'the call does not parse' });
      return;
    }
    const awaited = this.ts.isAwaitExpression(inner) ? inner.expression : inner;
    const found = claim(this.reading(tree), awaited, expected);
    if (found) this.add(line, lines, `${call.trim()}`, found, note);
  }

  private add(line: Line, lines: number, said: string, found: Claim, note?: string): void {
    const unknown = this.unknown(found.node);
    if (unknown.length > 0) {
      this.problems.push({ line, what: `'${unknown[0]}' has no value here, texts stand in quotes` });
      return;
    }
    this.use(line, lines);
    const { expression, expected, args, node } = found;
    const call = this.ts.isCallExpression(node) && expression.startsWith(this.name);
    this.examples.push({
      setup: this.setup.join('\n'),
      expression,
      ...(args && (call || expected.kind !== 'printed') && { args }),
      expected,
      trust: 'user',
      text: textOf({ line, lines, said }, expected),
      line: line.number,
      ...(note !== undefined && { note }),
    });
  }

  private use(line: Line, lines: number): void {
    for (let offset = 0; offset < lines; offset += 1) this.used.add(line.number + offset);
  }

  /** Names in it that neither the language nor the lines before define. */
  private unknown(node: TS.Node): string[] {
    const own = new Set([this.name, ...this.setup.flatMap((line) => [...line.matchAll(/\b(?:const|let|var)\s+([\w$]+)/g)].map(([, word]) => word!))]);
    return [...freeNames(this.ts, node)].filter((word) => !own.has(word) && !(word in globalThis) && word !== 'undefined' && word !== 'require');
  }
}

function textOf({ said }: Source, expected: Expected): string {
  if (/^(?:await\s+)?(?:console\.)?assert\b|^(?:await\s+)?expect\(/.test(said)) return said.replace(/;$/, '');
  if (expected.kind === 'raises') return `${said} throws${expected.error === undefined ? '' : ` ${expected.error}`}`;
  return `${said} => ${expected.kind === 'printed' ? quoted(expected.text) : expected.text}`;
}
