// Examples that prompts give in prose, as a person would type them in: `name(arguments) => value`.
import { UntilgreenError } from '../../src/core/errors.ts';
import type { Example } from '../../src/languages/function/types.ts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';

/** Another name stands before the arguments in some tasks; `assert f(1) => 2`, `f(1) ==> 2`. */
const CALL = /^\s*(?:assert )?\w+(\(.*\)) ==?> ?(.+)$/;
/** `For s = "a", c = "b", the result should be ("", True)`, `For num = "AB" the output should be 1.` */
const SENTENCE = /^\s*For (\w+ = .*?),? (?:the (?:output|result)) should be (.+?)\.?$/i;
/** `Input: n = 5`, and on the next line `Output: 1`. */
const INPUT = /^\s*Input: (.+)$/;
const OUTPUT = /^\s*Output: ?(.+)$/;

/** Reads them; none where the prompt has no such line. */
export async function typedExamples(prompt: string, name: string): Promise<Example[]> {
  const lines = prompt.split('\n');
  const typed = lines.flatMap((line, at): string[] => {
    const call = CALL.exec(line);
    if (call) return [`${name}${call[1]} => ${call[2]}`];
    const sentence = SENTENCE.exec(line);
    if (sentence) return [`${name}(${bare(sentence[1]!)}) => ${sentence[2]}`];
    const [input, output] = [INPUT.exec(line), OUTPUT.exec(lines[at + 1] ?? '')];
    return input && output ? [`${name}(${bare(input[1]!)}) => ${output[1]}`] : [];
  });
  if (typed.length === 0) return [];
  try {
    return await pythonFunctions.parseExamples(typed.join('\n'), name);
  } catch (error) {
    if (error instanceof UntilgreenError) return [];
    throw error;
  }
}

/** Arguments without their names. */
const bare = (text: string): string => text.trim().replaceAll(/(^|, )\w+ ?= ?/g, '$1');
