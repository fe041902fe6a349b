import type { Example, Signature } from '../../function/types.ts';
import { examplesInDoc } from './examples.ts';
import { askHead, signatureOf } from './signature.ts';

/** The function of this name in a source, with its head, doc and examples; undefined where there is none that inputs can be made for. */
export async function readStub(source: string, name: string): Promise<{ signature: Signature; doc: string; examples: Example[] } | undefined> {
  const head = await askHead(source, name);
  if (!head || head.problem || head.generic) return undefined;
  const signature = signatureOf(head, name);
  const { examples, prose } = await examplesInDoc(head.doc, name, signature);
  const before = head.docLine - 1;
  return { signature, doc: prose, examples: examples.map((example) => ({ ...example, ...(example.line === undefined ? {} : { line: example.line + before }) })) };
}

/** What prompts show and a completion goes on from: preamble, doc with examples, head. Ends behind the brace, with a line break. */
export function stub(signature: Signature, doc: string, examples: readonly Example[]): string {
  const preamble = signature.preamble.trim();
  return `${preamble === '' ? '' : `${preamble}\n\n`}${docComment(doc, examples)}${signature.text}\n`;
}

/** A doc comment, with the examples in the form that the reader of examples takes. */
export function docComment(doc: string, examples: readonly Example[]): string {
  const prose = doc.trim() === '' ? [] : doc.trim().split('\n');
  const shown = examples.flatMap(exampleLines);
  const lines = [...prose, ...(prose.length > 0 && shown.length > 0 ? [''] : []), ...shown];
  return lines.map((line) => `//${line.trim() === '' ? '' : ` ${line.trimEnd()}`}\n`).join('');
}

function exampleLines({ setup, expression, expected }: Example): string[] {
  const before = setup === '' ? [] : setup.split('\n').map((line) => `>>> ${line}`);
  const result = expected.kind === 'raises' ? `${expected.error ?? 'panic'}${expected.message === undefined ? '' : `: ${expected.message}`}` : expected.text;
  return [...before, `>>> ${expression.split('\n').join('\n... ')}`, ...result.split('\n')].flatMap((line) => line.split('\n'));
}
