import type { FunctionAnswer, Question } from '../../functions/types.ts';
import type { View } from '../view/live.ts';
import { oneLine, plural } from '../view/text.ts';

/** The question has the terminal to itself, so that Ctrl-C comes as a key: it stops the command as it does everywhere else, at once, before
 * the question counts as passed over. */
function stopOnControlC(_text: unknown, key: { ctrl?: boolean; name?: string } | undefined): void {
  if (key?.ctrl && key.name === 'c') process.emit('SIGINT');
}

/** Asks in the terminal what a call is to give, with the live view put aside. Escape passes the question over, Ctrl-C stops the command. */
export function askQuestion(view: View): (question: Question) => Promise<FunctionAnswer | undefined> {
  return async ({ call, answers }) => {
    const { isCancel, select, text } = await import('@clack/prompts');
    view.pause();
    process.stdin.on('keypress', stopOnControlC);
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
      process.stdin.off('keypress', stopOnControlC);
      view.resume();
    }
  };
}
