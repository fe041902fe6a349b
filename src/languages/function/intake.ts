import type { FunctionLanguage, Problem, Signature } from './types.ts';

/** What a reply holds: code that can be run, or why not. */
export interface Intake {
  code?: string;
  /** Equal for codes that differ in layout, comments and local names only. */
  key?: string;
  problem?: Problem;
}

/** A reply of a model that was to write a function, and the head and stub that it was asked with. */
export interface Reply {
  text: string;
  form: 'chat' | 'completion';
  signature: Signature;
  stub: string;
}

/**
 * Takes the function out of a reply, mends what can be mended without a model, and looks at it before it runs. Mending comes for every candidate: an
 * import that is missing shows only when the line runs.
 */
export async function takeIn(language: FunctionLanguage, { text, form, signature, stub }: Reply): Promise<Intake> {
  const found = await language.extract(text, form, signature, stub);
  if (found === undefined) return { problem: { class: 'no_function', message: `The reply holds no function ${signature.name}.` } };
  const asIs = await looked(language, found, signature);
  if (asIs.problem && asIs.problem.class === 'side_effect') return asIs;
  const mended = await language.mend(found, signature);
  if (mended === undefined || mended === found) return asIs;
  const better = await looked(language, mended, signature);
  return better.problem ? asIs : better;
}

async function looked(language: FunctionLanguage, code: string, signature: Signature): Promise<Intake> {
  const key = await language.normalise(code);
  const problem = (await language.screen(code, signature)) ?? (key === undefined ? ({ class: 'syntax', message: 'It does not parse.' } as const) : undefined);
  return { code, ...(key === undefined ? {} : { key }), ...(problem ? { problem } : {}) };
}
