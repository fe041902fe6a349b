import type { Problem } from '../../function/types.ts';

/** Characters of one candidate that are read. Functions have hundreds; the compiler takes half a minute for 80,000 in one sum. */
const LONGEST = 20_000;

/** What is said of code that is too long, or that the compiler's own recursion has no room for. */
export const UNREADABLE: Problem = { class: 'syntax', message: 'It cannot be read: it is too long or nested too deeply.' };

export const isTooLong = (code: string): boolean => code.length > LONGEST;

/** What reading text of a model gives; `otherwise` where that has no room on the stack. The compiler reads in this process, and nothing of a model may end it. */
export async function orUnreadable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof RangeError) return otherwise;
    throw thrown;
  }
}
