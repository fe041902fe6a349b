import type { Problem, Signature } from '../../function/types.ts';
import { ask } from '../reader/reader.ts';
import { splitResults } from './signature.ts';

interface Screened {
  problem?: { class: Problem['class']; line: number; message: string; got?: string };
}

/**
 * What stands against a code before it is compiled: syntax, side effects, another head, and the errors of the compiler that are sure without
 * the packages it imports (a variable that nobody uses, an unknown name).
 */
export async function screenCode(code: string, signature: Signature): Promise<Problem | undefined> {
  const params = signature.parameters.map(({ name, typeText: type = 'any' }) => ({ name, type: type.replace(/^\.\.\./, ''), variadic: type.startsWith('...') }));
  return problemOf(await ask<Screened>('screen', { code, name: signature.name, params, results: splitResults(signature.returnsText) }), signature);
}

/** Imports and other ways out of the program alone. */
export async function sideEffectOf(code: string): Promise<Problem | undefined> {
  return problemOf(await ask<Screened>('screen', { code, name: '', effects: true }));
}

function problemOf(answer: Screened | undefined, signature?: Signature): Problem | undefined {
  if (!answer) return { class: 'syntax', message: 'it is too much to be read' };
  if (!answer.problem) return undefined;
  const { class: kind, line, message, got } = answer.problem;
  const expected = signature?.text.replace(/\s*\{$/, '');
  return { class: kind, message: message.slice(0, 200), line, ...(got === undefined ? {} : { got, ...(expected === undefined ? {} : { expected }) }) };
}
