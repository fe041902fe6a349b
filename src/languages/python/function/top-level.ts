import type { TopLevel } from '../../function/types.ts';
import { ask, isUnparsable } from '../service.ts';

/** See `FunctionLanguage.topLevel`. */
export async function topLevel(code: string): Promise<TopLevel | undefined> {
  const answer = await ask<TopLevel>('top_level', code);
  return answer === undefined || isUnparsable(answer) ? undefined : answer;
}
