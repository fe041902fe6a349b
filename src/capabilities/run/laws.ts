import type { FunctionLanguage, Signature } from '../../languages/function/types.ts';
import type { RunDeps } from '../interfaces.ts';
import type { JsonObject, ToolProperty } from '../types.ts';
import { toValue } from './values.ts';

/** What a law came to in one code, on given arguments. Those for which it raises say nothing of it. */
export interface LawFate {
  /** Inputs on which it could be evaluated. */
  evaluated: number;
  /** The first input for which it is false. */
  counterexample?: string;
}

/** Milliseconds of one evaluation; a law makes several calls. */
const CASE_MS = 2_000;

/**
 * Evaluates laws on arguments that are handed in: generated ones are of the right types and still hardly ever a date, an address or a number in
 * Roman numerals. Not for Go, where a law that does not compile takes all others with it.
 *
 * @returns for each code, one fate for each law
 */
export async function lawsOnInputs(
  { language, signature, codes, laws, inputs }: { language: FunctionLanguage; signature: Signature; codes: readonly string[]; laws: readonly ToolProperty[]; inputs: readonly JsonObject[] }, { sandbox, signal }: RunDeps,
): Promise<LawFate[][]> {
  const calls = inputs.flatMap((input) => {
    const texts = signature.parameters.map(({ name, type }) => {
      const value = name in input ? toValue(input[name]!, type) : undefined;
      return value && language.printValue(value, type);
    });
    return texts.every((text) => text !== undefined) ? [texts] : [];
  });
  if (language.name === 'go' || calls.length === 0) return codes.map(() => laws.map(() => ({ evaluated: 0 })));
  const cases = laws.flatMap((law) => calls.map((texts) => ({ setup: '', expression: applied(language, signature, law.expression, texts) })));
  const reports = await language.check({ sandbox, signature, candidates: codes.map((code, at) => ({ id: String(at), code })), cases, caseMs: CASE_MS, ...(signal ? { signal } : {}) });
  return reports.map(({ outcomes }) =>
    laws.map((_, at): LawFate => {
      const mine = outcomes.slice(at * calls.length, (at + 1) * calls.length);
      const broken = mine.findIndex((outcome) => outcome.kind === 'value' && outcome.value.kind === 'bool' && !outcome.value.value);
      const evaluated = mine.filter((outcome) => outcome.kind === 'value' && outcome.value.kind === 'bool').length;
      return { evaluated, ...(broken < 0 ? {} : { counterexample: signature.parameters.map(({ name }, index) => `${name}=${calls[broken]![index]!}`).join(', ') }) };
    }),
  );
}

/** A law as one expression over values: a function of the parameters, called at once. */
function applied({ name }: FunctionLanguage, { parameters }: Signature, law: string, values: readonly string[]): string {
  const names = parameters.map((parameter) => (name === 'typescript' ? `${parameter.name}: ${parameter.typeText ?? 'any'}` : parameter.name)).join(', ');
  return name === 'python' ? `(lambda ${names}: bool(${law}))(${values.join(', ')})` : `((${names}) => Boolean(${law}))(${values.join(', ')})`;
}
