import { openGrammar, type Captures } from './grammar.ts';
import { pythonImports } from './python-imports.ts';
import { pythonLines } from './python-lines.ts';
import { Scopes } from './scopes.ts';
import type { EntryFact, FileFacts } from './types.ts';
import { countLines, MOST_DOC, MOST_SIGNATURE, mentionsOf, receiverBefore, shortened, wordAt } from './words.ts';

const QUERY = `
(decorated_definition) @decorated
(function_definition name: (identifier) @name body: (_) @body) @function
(class_definition name: (identifier) @name body: (_) @body) @class
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
(call function: (identifier) @name.call)
(call function: (attribute attribute: (identifier) @name.method))
(module (expression_statement (assignment left: (identifier) @name.constant) @constant))
(module (type_alias_statement) @alias)
(module (if_statement condition: (comparison_operator) @guard))
`;

/** Classes of web frameworks whose instance is the application that a server runs. */
const APPLICATIONS = /^(FastAPI|Flask|Sanic|Starlette|Quart|Litestar|Celery|Typer|Bottle)$/;
const APPLICATION_CALL = /\s*(?::[^=\n]*)?=\s*(?:\w+\.)?(\w+)\(/y;

let grammar: Promise<Captures> | undefined;

/** Facts of a Python file by tree-sitter, which reads newer syntax than the installed Python; by lines where it does not parse. */
export async function pythonFacts(source: string): Promise<FileFacts> {
  grammar ??= openGrammar('python', QUERY);
  const { ok, captures } = (await grammar).read(source);
  const lines = countLines(source);
  const base = { language: 'python' as const, lines, doc: docstringAt(source, 0), mentions: mentionsOf(source, 'python') };
  if (!ok) return { ...base, ok, ...pythonLines(source) };

  const scopes = new Scopes();
  const imports: FileFacts['imports'] = [];
  const entries: EntryFact[] = [];
  const constants = new Set<string>();
  let decorated: { from: number; line: number } | undefined;
  for (const capture of captures) {
    const { name, from, line } = capture;
    if (name === 'decorated') decorated = { from, line };
    else if (name === 'function' || name === 'class') {
      const parent = scopes.symbols[scopes.enclosing(from)];
      const parents = scopes.parents(from);
      const own = wordAfterKeyword(source, from);
      scopes.add({
        name: own, parents,
        kind: name === 'class' ? 'class' : parent?.kind === 'class' ? 'method' : 'function',
        fromLine: decorated?.line ?? line, toLine: capture.toLine, signature: '', exported: parents.length === 0 && !own.startsWith('_'),
        ...(decorated && { decorators: decoratorsIn(source.slice(decorated.from, from)) }),
        from, to: capture.to,
      }, true);
      decorated = undefined;
    } else if (name === 'body') {
      const symbol = scopes.symbols[scopes.enclosing(from)];
      if (!symbol || symbol.signature !== '') continue;
      const head = source.slice(symbol.from, from).replace(/\s*#[^\n]*\n/g, '\n');
      symbol.signature = shortened(head.replace(/:\s*$/, ''), MOST_SIGNATURE);
      symbol.doc = docstringAt(source, from);
      if (symbol.kind === 'class') symbol.bases = basesIn(head);
    } else if (name === 'import') imports.push(...pythonImports(source.slice(from, capture.to), line));
    else if (name === 'name.call') scopes.call(wordAt(source, from), '', from, line);
    else if (name === 'name.method') scopes.call(wordAt(source, from), receiverBefore(source, from), from, line);
    else if (name === 'constant') {
      const own = wordAt(source, from);
      APPLICATION_CALL.lastIndex = from + own.length;
      const called = APPLICATION_CALL.exec(source)?.[1];
      if (called && APPLICATIONS.test(called)) entries.push({ kind: 'app', name: `${own} = ${called}(…)`, line });
      if (!constants.has(own)) {
        constants.add(own);
        scopes.add({ name: own, parents: [], kind: 'constant', fromLine: line, toLine: capture.toLine, signature: shortened(source.slice(from, capture.to), 80), exported: !own.startsWith('_'), from, to: capture.to }, false);
      }
    } else if (name === 'alias') {
      const own = wordAfterKeyword(source, from);
      scopes.add({ name: own, parents: [], kind: 'type', fromLine: line, toLine: capture.toLine, signature: shortened(source.slice(from, capture.to), MOST_SIGNATURE), exported: !own.startsWith('_'), from, to: capture.to }, false);
    } else if (name === 'guard' && /^(__name__\s*==\s*['"]__main__['"]|['"]__main__['"]\s*==\s*__name__)$/.test(source.slice(from, capture.to))) {
      entries.push({ kind: 'main', name: "if __name__ == '__main__'", line });
    }
  }
  return { ...base, ok, symbols: scopes.facts, imports, calls: scopes.calls, entries };
}

/** The name after `def`, `async def`, `class` or `type`. */
function wordAfterKeyword(source: string, at: number): string {
  const keyword = /(?:async\s+)?(?:def|class|type)[\s\\]+/y;
  keyword.lastIndex = at;
  return keyword.test(source) ? wordAt(source, keyword.lastIndex) : '';
}

const decoratorsIn = (text: string): string[] => [...text.matchAll(/^\s*@\s*([\w.]+)/gm)].map((m) => m[1]!);

/** Base classes; keywords (`metaclass=`) and type parameters are none. */
export function basesIn(head: string): string[] {
  const list = /^class\s+\w+\s*(?:\[[^\]]*\])?\s*\(([\s\S]*)\)\s*:?\s*$/.exec(head.trim())?.[1];
  if (!list) return [];
  return list.replace(/\[[^[\]]*(?:\[[^\]]*\][^[\]]*)*\]/g, '').split(',').map((part) => part.trim()).filter((part) => /^[\w.]+$/.test(part));
}

/** First line of a docstring that starts at a position, after comments and blank lines. */
export function docstringAt(source: string, at: number): string | undefined {
  const start = /(?:\s*#[^\n]*\n|\s*\n)*\s*[rRuU]{0,2}("""|'''|"|')/y;
  start.lastIndex = at;
  const quote = start.exec(source)?.[1];
  if (!quote) return undefined;
  const text = source.slice(start.lastIndex, start.lastIndex + 1_000);
  const end = text.indexOf(quote);
  const first = (end < 0 ? text : text.slice(0, end)).trim().split(/\n/)[0];
  return first ? shortened(first, MOST_DOC) : undefined;
}
