import type { Example, FunctionLanguage, Problem, Signature } from '../languages/function/types.ts';
import type { SampleRequest } from '../models/sampler.ts';

/** What all prompts of a job have in common. */
export interface Spec {
  language: FunctionLanguage;
  signature: Signature;
  doc: string;
  /** Shown in the doc, the user's before the guessed ones. */
  examples: readonly Example[];
}

type Prompt = Pick<SampleRequest, 'chat' | 'completion'>;

/** Names as people write them. */
const TITLES = { python: 'Python', javascript: 'JavaScript', typescript: 'TypeScript', go: 'Go' } as const;

/**
 * The prompt of every candidate. All candidates of a job share it, so that a server evaluates it once; what differs (an approach, a failed
 * attempt) stands last. The reply is begun for models that can be given a beginning: a fence, ended before its line break, because tokens
 * of code begin with one (a prompt that ends in white space made a 135M model answer nothing, 16 times of 16).
 *
 * @param approach one line that asks for another way, after a restart
 */
export function candidatePrompt(spec: Spec, approach?: string): Prompt {
  const { language } = spec;
  const stub = language.stub(spec.signature, spec.doc, spec.examples);
  return {
    chat: {
      system: `You write correct, simple ${TITLES[language.name]} functions.`,
      user: `${request(spec, stub)}${approach === undefined ? '' : `\n\n${approach}`}`,
      ...fenced(language),
    },
    completion: { prompt: stub, stop: language.completionStop },
  };
}

/**
 * The prompt of a repair: the same beginning, then the attempt and what was wrong with it. Base models have no turn for it: they continue
 * the stub once more, with the problem as a comment before it.
 *
 * @param message at most 120 tokens, see `repairMessage`
 */
export function repairPrompt(spec: Spec, code: string, message: string): Prompt {
  const plain = candidatePrompt(spec);
  const { language } = spec;
  return {
    chat: { ...plain.chat, user: `${plain.chat.user}\n\nThis attempt is wrong:\n\n\`\`\`${language.fence}\n${code.trim()}\n\`\`\`\n\n${message}` },
    completion: plain.completion,
  };
}

/** Characters of one value in a repair message: with all parts at their longest it stays under 120 tokens of four characters. */
const LONGEST_PART = 110;

/** What failed, in at most 120 tokens: the call, expected and got, and that what works is to stay. */
export function repairMessage(problem: Problem): string {
  const cut = (text: string): string => (text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART - 1)}…` : text);
  const where = problem.line === undefined ? '' : ` (line ${problem.line})`;
  const facts =
    problem.call !== undefined && problem.expected !== undefined
      ? [`${cut(problem.call)} must give ${cut(problem.expected)}, it gave ${cut(problem.got ?? problem.message)}${where}.`]
      : [`${cut(problem.message)}${where}${problem.call === undefined ? '' : ` in ${cut(problem.call)}`}.`];
  return [...facts, 'Keep what is right and answer with the whole function.'].join('\n');
}

function request({ language }: Spec, stub: string): string {
  return `Write this function. Answer with the whole function in one ${TITLES[language.name]} code block and nothing else.\n\n\`\`\`${language.fence}\n${stub}\n\`\`\``;
}

const fenced = (language: FunctionLanguage): { prefill: string; stop: string[] } => ({ prefill: `\`\`\`${language.fence}`, stop: ['\n```'] });
