import { UntilgreenError } from '../core/errors.ts';
import { budgeted, type Budget } from '../models/budget.ts';
import type { Models } from '../models/types.ts';
import type { WriteTests } from '../mutation/further.ts';
import type { Survivor } from '../mutation/score.ts';
import { languageOf } from './paths.ts';
import { askTester, habits } from './tester.ts';
import type { ToolContext } from './types.ts';

/** Characters of signatures that the tester is shown. */
const OUTLINE = 6_000;

/**
 * Lets the tester's model write tests for changes that no test notices. It sees signatures, documentation and the changed lines.
 *
 * @param budget no call begins once it is used up: the file that would have asked has `budget` as its reason
 * @example
 * await characterise({ paths, bench, sandbox, languages, write: survivorTests(context, { tokens: 20_000 }) });
 */
export function survivorTests(context: ToolContext, budget: Budget): WriteTests {
  const models = context.models && budgeted(...counted(context.models, budget));
  return async ({ path, test, survivors, docs, signal }) => {
    const language = languageOf(path, context.languages);
    if (!models || !language) throw new UntilgreenError('no_model', 'No model is configured for the tester.');
    const { text } = await context.bench.readText(path);
    const task = [
      await habits(language, context),
      `Source file ${path}, signatures only:\n${(await language.outline(path, text)).slice(0, OUTLINE)}`,
      ...docs.map(({ function: name, text: doc }) => `Documentation of ${name}:\n${doc}`),
      `The present code is taken to be right: every test must pass on it. A test counts only if it fails after one of these changes, which no test notices so far:\n${survivors.map(listed).join('\n')}`,
      `The new test file will be ${test}.`,
    ].join('\n\n');
    const reply = await askTester(test, language, task, `${context.key ?? 'tool'}/survivors/${path}`, { ...context, models, ...(signal ? { signal } : {}) });
    return 'problem' in reply ? { why: reply.problem.message } : { text: reply.content };
  };
}

const listed = ({ function: name, line, before, after }: Survivor): string => `- ${name}, line ${line}\n  - ${before}\n  + ${after}`;

function counted(models: Models, budget: Budget): [Models, Budget, () => { tokens: number; cost: number }] {
  const spent = { tokens: 0, cost: 0 };
  const ask: Models['ask'] = async (options) => {
    const answer = await models.ask(options);
    const { inputTokens, outputTokens, cost } = answer.usage;
    spent.tokens += (inputTokens ?? 0) + (outputTokens ?? 0);
    spent.cost += cost ?? 0;
    return answer;
  };
  return [{ ...models, ask }, budget, () => spent];
}
