import { goLines } from './go-lines.ts';
import { goHead, goImport } from './go-heads.ts';
import { openGrammar, type Captures } from './grammar.ts';
import { Scopes } from './scopes.ts';
import type { EntryFact, FileFacts } from './types.ts';
import { countLines, MOST_DOC, MOST_SIGNATURE, mentionsOf, receiverBefore, shortened, wordAt } from './words.ts';

const QUERY = `
(package_clause (package_identifier) @name.package)
(function_declaration body: (_)? @body) @function
(method_declaration receiver: (_) @receiver body: (_)? @body) @method
(source_file (type_declaration [(type_spec) (type_alias)] @type))
(method_elem name: (_) @name.element) @element
(source_file (const_declaration (const_spec) @constants))
(source_file (var_declaration (var_spec) @constants))
(source_file (var_declaration (var_spec_list (var_spec) @constants)))
(import_spec) @import
(call_expression function: (identifier) @name.call)
(call_expression function: (selector_expression field: (field_identifier) @name.selected))
(call_expression function: (index_expression operand: (identifier) @name.call))
(call_expression function: (type_instantiation_expression (type_identifier) @name.call))
(type_conversion_expression type: (generic_type type: (type_identifier) @name.call))
`;

let grammar: Promise<Captures> | undefined;

/** Facts of a Go file by tree-sitter; by lines where it does not parse. */
export async function goFacts(source: string): Promise<FileFacts> {
  grammar ??= openGrammar('go', QUERY);
  const { ok, captures } = (await grammar).read(source);
  const name = /^package\s+(\w+)/m.exec(source);
  const base = { language: 'go' as const, lines: countLines(source), mentions: mentionsOf(source, 'go'), package: name?.[1], doc: name ? commentAbove(source, name.index) : undefined };
  if (!ok) return { ...base, ok, ...goLines(source) };

  const scopes = new Scopes();
  const imports: FileFacts['imports'] = [];
  const entries: EntryFact[] = [];
  for (const { name: capture, from, to, line, toLine } of captures) {
    if (capture === 'function' || capture === 'method') {
      const { own, receiver, type } = goHead(source.slice(from, Math.min(to, from + 1_000)));
      scopes.add({
        name: own, parents: type ? [type] : [], kind: type ? 'method' : 'function', fromLine: line, toLine, signature: '',
        exported: /^\p{Lu}/u.test(own), doc: commentAbove(source, from), ...(type && { bases: [type] }), ...(receiver && { receiver }), from, to,
      }, true);
      if (!type && own === 'main' && base.package === 'main') entries.push({ kind: 'main', name: 'func main', line });
    } else if (capture === 'body') {
      const symbol = scopes.symbols[scopes.enclosing(from)];
      if (symbol && symbol.signature === '') symbol.signature = shortened(source.slice(symbol.from, from), MOST_SIGNATURE);
    } else if (capture === 'type') {
      const own = wordAt(source, from);
      const text = source.slice(from, to);
      const head = /^[\s\S]*?\b(?:struct|interface)\b/.exec(text)?.[0] ?? text;
      scopes.add({ name: own, parents: [], kind: 'type', fromLine: line, toLine, signature: `type ${shortened(head, MOST_SIGNATURE)}`, exported: /^\p{Lu}/u.test(own), doc: commentAbove(source, source.lastIndexOf('\n', from) + 1), from, to }, true);
    } else if (capture === 'element') {
      const parent = scopes.symbols[scopes.enclosing(from)];
      if (parent?.kind === 'type') scopes.add({ name: wordAt(source, from), parents: [parent.name], kind: 'method', fromLine: line, toLine, signature: shortened(source.slice(from, to), MOST_SIGNATURE), exported: false, from, to }, false);
    } else if (capture === 'constants') {
      const text = source.slice(from, to);
      const names = /^[\p{L}_][\p{L}\p{N}_]*(?:\s*,\s*[\p{L}_][\p{L}\p{N}_]*)*/u.exec(text)?.[0].split(/\s*,\s*/) ?? [];
      for (const own of names) {
        if (own !== '_') scopes.add({ name: own, parents: [], kind: 'constant', fromLine: line, toLine, signature: shortened(text, 80), exported: /^\p{Lu}/u.test(own), from, to }, false);
      }
    } else if (capture === 'import') imports.push(...goImport(source.slice(from, to), line));
    else if (capture === 'name.call') scopes.call(wordAt(source, from), '', from, line);
    else if (capture === 'name.selected') {
      const called = wordAt(source, from);
      const on = receiverBefore(source, from);
      scopes.call(called, on, from, line);
      if (/^(ListenAndServe(TLS)?|Serve)$/.test(called) && (on === 'http' || /srv|server/i.test(on))) entries.push({ kind: 'server', name: `${on}.${called}`, line });
    }
  }
  // A function without a body is declared elsewhere (assembly).
  for (const symbol of scopes.symbols) if (symbol.signature === '') symbol.signature = shortened(source.slice(symbol.from, symbol.to), MOST_SIGNATURE);
  return { ...base, ok, symbols: scopes.facts, imports, calls: scopes.calls, entries };
}

/** First line of the comment that ends just above a position. */
export function commentAbove(source: string, at: number): string | undefined {
  const lines = source.slice(Math.max(0, at - 2_000), at).split('\n');
  let first: string | undefined;
  for (let i = lines.length - 2; i >= 0; i -= 1) {
    const text = /^\s*\/\/\s?(?!go:|\+build)(.*)$/.exec(lines[i]!)?.[1];
    if (text === undefined) break;
    first = text;
  }
  return first ? shortened(first, MOST_DOC) : undefined;
}
