import { UntilgreenError } from '../../../core/errors.ts';
import type { Example, Signature } from '../../function/types.ts';
import { askTree } from './tree.ts';

type Told = Omit<Example, 'trust'>;
interface Wrong {
  line: number;
  text: string;
  message: string;
}

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(' '),
);

/** Can a function have this name: a Python identifier and no keyword. */
export function isIdentifier(name: string): boolean {
  return /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u.test(name) && !KEYWORDS.has(name);
}

/** See `FunctionLanguage.parseSignature`. */
export async function parseSignature(text: string, name: string): Promise<Signature> {
  const read = await askTree<{ signature: Signature } | { other: string } | { problem: string; line: number }>('fn_signature', text, { name });
  if (read && 'signature' in read) return read.signature;
  const shown = text.trim().split('\n')[0] ?? '';
  if (read && 'other' in read) {
    throw new UntilgreenError('bad_arguments', `The signature is of \`${read.other}\`, and the function is to be \`${name}\`.`, { signature: text, fn: name, found: read.other }, 'Give both the same name.');
  }
  throw new UntilgreenError('bad_arguments', `The signature does not parse (line ${read?.line ?? 1}: ${read?.problem ?? 'no head'}): \`${shown}\`.`, { signature: text, line: read?.line ?? 1 }, `Write it as \`def ${name}(a: int, b: str) -> bool:\`.`);
}

/** See `FunctionLanguage.parseExamples`. */
export async function parseExamples(text: string, name: string): Promise<Example[]> {
  const read = await askTree<{ examples: Told[]; problems: Wrong[] }>('fn_examples', text, { name });
  const wrong = read?.problems[0];
  if (wrong) {
    const shown = wrong.text.replaceAll('\n', ' ');
    throw new UntilgreenError('bad_arguments', `Line ${wrong.line} of the examples cannot be used, \`${shown}\`: ${wrong.message}.`, { line: wrong.line, text: wrong.text }, `Write \`>>> ${name}(…)\` with the value on the next line, or \`${name}(…) => value\`.`);
  }
  if (read && read.examples.length === 0 && text.trim() !== '') {
    const first = text.trim().split('\n')[0] ?? '';
    throw new UntilgreenError('bad_arguments', `There is no example of \`${name}\` in the text that begins with \`${first}\`.`, { text, fn: name }, `Write \`>>> ${name}(…)\` with the value on the next line, or \`${name}(…) => value\`.`);
  }
  return trusted(read?.examples ?? []);
}

/** See `FunctionLanguage.readStub`. */
export async function readStub(source: string, name: string): Promise<{ signature: Signature; doc: string; examples: Example[] } | undefined> {
  const read = await askTree<{ signature: Signature; doc: string; examples: Told[] }>('fn_stub', source, { name });
  return read && { ...read, examples: trusted(read.examples) };
}

/** Whoever gave the text vouches for it. */
export function trusted(examples: readonly Told[]): Example[] {
  return examples.map((example) => ({ ...example, trust: 'user' }));
}
