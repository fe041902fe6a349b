import type TS from 'typescript6';
import type { Example, Signature } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { contradictions } from './contradictions.ts';
import { readExamples } from './examples.ts';
import { findFunction } from './find.ts';
import { readSignature } from './signature.ts';

/** The function of this name in a source, with what the comment above it says; a head without its body will do, as benchmarks' prompts have it. */
export async function readStub(dialect: Dialect, source: string, name: string): Promise<{ signature: Signature; doc: string; examples: Example[] } | undefined> {
  const ts = await compiler();
  const tree = treeOf(ts, source);
  const found = findFunction(ts, tree, name);
  if (!found) return undefined;
  const comment = commentsAbove(ts, tree, found.statement);
  const { examples, used } = await readExamples(comment, name);
  // A doc that contradicts itself vouches for neither.
  const doubtful = new Set(contradictions(examples).flat());
  return { signature: readSignature(dialect, ts, tree, name, found), doc: prose(comment, used), examples: examples.filter((example) => !doubtful.has(example)) };
}

/** The comments right above a statement, as they stand. */
function commentsAbove(ts: Ts, tree: TS.SourceFile, statement: TS.Statement): string {
  const ranges = ts.getLeadingCommentRanges(tree.text, statement.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => tree.text.slice(pos, end)).join('\n');
}

/** What a comment says besides its examples; tags of types stay with the signature. */
function prose(comment: string, used: ReadonlySet<number>): string {
  const lines = comment.replace(/\r\n?/g, '\n').split('\n').flatMap((line, index) => {
    if (used.has(index + 1)) return [];
    const text = line.replace(/^\s*\/\*+/, '').replace(/\*+\/\s*$/, '').replace(/^\s*(?:\*(?!\/)|\/\/+)\s?/, '').trim();
    if (/^@(?:example|param|returns?|type|async|function|template)\b/.test(text)) return tagText(text);
    // A heading with nothing left below it, and what remained of a quoting mark.
    return /^(?:(?:for\s+)?examples?|e\.g\.):?$/i.test(text) || text === '"' ? [] : [text];
  });
  return lines.join('\n').replace(/\n{3,}/g, '\n\n').trim();
}

/** `@param {number} r - the radius` keeps its words: `r: the radius`. */
function tagText(text: string): string[] {
  const [, param, words] = /^@param\s+(?:\{[^}]*\}\s*)?\[?([\w$.]+)[^\s]*\s*-?\s*(.*)$/.exec(text) ?? [];
  if (param && words) return [`${param}: ${words}`];
  const returned = /^@returns?\s+(?:\{[^}]*\}\s*)?-?\s*(.+)$/.exec(text)?.[1];
  return returned && !returned.startsWith('{') ? [`Returns ${returned}`] : [];
}

/** The head under its doc, ending right before the body. Examples stand in the form in which prompts of known benchmarks have them. */
export function stub(signature: Signature, doc: string, examples: readonly Example[]): string {
  const comment = docComment(signature, doc, examples);
  return `${signature.preamble === '' ? '' : `${signature.preamble}\n\n`}${comment}${signature.text}\n`;
}

/** A JSDoc comment; empty where there is nothing to say. */
export function docComment(signature: Signature, doc: string, examples: readonly Example[]): string {
  const shown = examples.flatMap(exampleLines);
  const tags = typeTags(signature);
  const lines = [...(doc.trim() === '' ? [] : doc.trim().split('\n')), ...(tags.length && doc.trim() !== '' ? [''] : []), ...tags, ...(shown.length && (doc.trim() !== '' || tags.length) ? [''] : []), ...shown];
  if (lines.length === 0) return '';
  if (lines.length === 1 && shown.length === 0) return `/** ${lines[0]!.replaceAll('*/', '*\\/')} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd().replaceAll('*/', '*\\/')).join('\n')}\n */\n`;
}

/** Types that stand in no head: JavaScript's are told by JSDoc. */
function typeTags(signature: Signature): string[] {
  if (signature.parameters.every((p) => p.typeText === undefined || signature.text.includes(`: ${p.typeText}`))) {
    return signature.returnsText !== undefined && !signature.text.includes(`: ${signature.returnsText}`) && signature.parameters.length === 0 ? [`@returns {${signature.returnsText}}`] : [];
  }
  const params = signature.parameters.flatMap((p) => (p.typeText === undefined ? [] : [`@param {${p.rest ? `...${p.typeText.replace(/\[\]$/, '')}` : p.typeText}} ${p.optional ? `[${p.name}${p.defaultText === undefined ? '' : `=${p.defaultText}`}]` : p.name}`]));
  return [...params, ...(signature.returnsText === undefined ? [] : [`@returns {${signature.returnsText}}`])];
}

/** An example as a session shows it. */
export function exampleLines(example: Example): string[] {
  const { expected } = example;
  const set = example.setup === '' ? [] : example.setup.split('\n').map((line) => `>>> ${line}`);
  const asked = `>>> ${example.expression.replace(/\s*\n\s*/g, ' ')}`;
  if (expected.kind === 'raises') return [...set, asked, `Uncaught ${expected.error ?? 'Error'}${expected.message === undefined ? '' : `: ${expected.message.split('\n')[0]}`}`];
  return [...set, asked, ...(expected.kind === 'printed' ? expected.text.split('\n') : [expected.text.replace(/\s*\n\s*/g, ' ')])];
}
