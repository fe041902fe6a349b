import type { FunctionAnswer, Question } from '../../functions/types.ts';
import type { View } from '../view/live.ts';
import { oneLine, plural } from '../view/text.ts';

/** Asks in the terminal what a call is to give, with the live view put aside. Escape passes the question over. */
export function askQuestion(view: View): (question: Question) => Promise<FunctionAnswer | undefined> {
  return async ({ call, answers }) => {
    const { isCancel, select, text } = await import('@clack/prompts');
    view.pause();
    try {
      const options = [
        ...answers.map(({ text: answer, candidates }, index) => ({ value: String(index), label: oneLine(answer), hint: `${plural(candidates, 'candidate')}` })),
        { value: 'other', label: 'something else' },
        { value: 'skip', label: 'I do not know' },
      ];
      const picked = await select({ message: `What is ${oneLine(call)} to give?`, options, output: process.stderr });
      if (isCancel(picked) || picked === 'skip') return undefined;
      if (picked !== 'other') return { choice: Number(picked) };
      const value = await text({ message: `${oneLine(call)} gives`, placeholder: 'a value, or: raises ValueError', output: process.stderr });
      return isCancel(value) || !value?.trim() ? undefined : { value };
    } finally {
      view.resume();
    }
  };
}
