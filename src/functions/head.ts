import { UntilgreenError } from '../core/errors.ts';
import type { FunctionLanguage, FunctionLanguageName, Signature } from '../languages/function/types.ts';
import type { SampleRequest } from '../models/sampler.ts';
import type { Given } from './read.ts';
import type { FunctionOptions } from './types.ts';

/** How a function begins, for models that continue a text, and a head as a person gives it. */
const BEGINNINGS: Record<FunctionLanguageName, { comment: string; keyword: string; head: string }> = {
  python: { comment: '#', keyword: 'def', head: '(values: list[int]) -> int' },
  javascript: { comment: '//', keyword: 'function', head: '(values)' },
  typescript: { comment: '//', keyword: 'function', head: '(values: number[]): number' },
  go: { comment: '//', keyword: 'func', head: '(values []int) int' },
};

/** Tries at a head: small models answer one in two with something else. */
const TRIES = 4;
/** A head with a few lines of body. */
const TOKENS = 120;

/** Asks for the function by name and task alone: what a model that cannot fill in a form still writes. Only the heads are looked at. */
export function headRequest({ language, name, doc }: Given, { seed }: Pick<FunctionOptions, 'seed'>): SampleRequest {
  const { comment, keyword } = BEGINNINGS[language.name];
  return {
    chat: {
      system: `You write correct, simple ${language.name} functions.`,
      user: `Write a ${language.name} function named ${name}, with types.\n\nTask: ${doc}\n\nAnswer with the whole function in one code block and nothing else.`,
      prefill: `\`\`\`${language.fence}`, stop: ['\n```'],
    },
    completion: { prompt: `${doc.split('\n').map((line) => `${comment} ${line}`).join('\n')}\n${keyword} ${name}(`, stop: language.completionStop },
    n: TRIES, temperature: 0.4, maxTokens: TOKENS, seed: seed * 1_000 + 998, key: 'head',
  };
}

/**
 * The head that most replies agree on by their number of parameters; of those the first.
 *
 * @throws `model_reply_invalid` where no reply has one
 */
export async function headOf(given: Given, texts: readonly string[], form: 'chat' | 'completion', model: string): Promise<Signature> {
  const { language, name } = given;
  const heads: Signature[] = [];
  for (const text of texts) {
    const source = form === 'completion' ? `${BEGINNINGS[language.name].keyword} ${name}(${text}` : text;
    const head = await headIn(source, language, name);
    if (head) heads.push(head);
  }
  const alike = (head: Signature): number => heads.filter(({ parameters }) => parameters.length === head.parameters.length).length;
  const [best] = heads.toSorted((a, b) => alike(b) - alike(a));
  if (best) return best;
  throw new UntilgreenError('model_reply_invalid', `The model ${model} wrote no head of a function ${name}.`, { model, replies: texts }, `Give one, as in --signature "${BEGINNINGS[language.name].head}".`);
}

/** The first line that declares the function, read as a signature. */
async function headIn(source: string, language: FunctionLanguage, name: string): Promise<Signature | undefined> {
  const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?((?:async[ \\t]+)?(?:def|function|func)[ \\t]+${name.replaceAll('$', '\\$')}[ \\t]*\\(.*)$`, 'm').exec(source)?.[1];
  if (line === undefined) return undefined;
  try {
    return await language.parseSignature(line, name);
  } catch (error) {
    if (error instanceof UntilgreenError && error.code === 'bad_arguments') return undefined;
    throw error;
  }
}
