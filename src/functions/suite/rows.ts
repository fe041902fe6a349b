import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { hiddenTests, mbppTests } from './hidden.ts';
import type { SuiteTask } from './types.ts';

const row = z.looseObject({
  task_id: z.union([z.string(), z.number()]).transform(String),
  prompt: z.string().optional(),
  text: z.string().optional(),
  entry_point: z.string().optional(),
  test: z.string().optional(),
  test_setup: z.string().optional(),
  language: z.string().optional(),
  test_list: z.array(z.string()).optional(),
  challenge_test_list: z.array(z.string()).optional(),
  test_setup_code: z.string().optional(),
  canonical_solution: z.string().optional(),
  base_input: z.array(z.unknown()).optional(),
});

/** A row of a tasks file. */
export type Row = z.output<typeof row>;

/** Names of languages in rows and in the identifiers of tasks. */
const LANGUAGES: Readonly<Record<string, FunctionLanguageName>> = {
  python: 'python', py: 'python', humaneval: 'python', mbpp: 'python',
  javascript: 'javascript', js: 'javascript', typescript: 'typescript', ts: 'typescript', go: 'go', golang: 'go',
};

/** Where a head names its function, in any of the languages. */
const DEFINED = /(?:def|function|func|const|let)\s+([A-Za-z_$][\w$]*)/g;

/**
 * Reads tasks, one JSON object a line. The forms: HumanEval (`task_id, prompt, entry_point, test`), with its relatives in JavaScript and Go
 * (HumanEvalPack) and TypeScript (MultiPL-E, `language`); MBPP (`task_id, text, test_list`) and MBPP+ (`prompt, entry_point,
 * canonical_solution, base_input, plus_input`).
 *
 * @param file its name, for messages
 * @throws `bad_arguments` naming file and line of a row that is none of these, or that has the name of another
 */
export function readTasks(text: string, file: string): SuiteTask[] {
  const seen = new Set<string>();
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const wrong = (why: string): UntilgreenError =>
      new UntilgreenError('bad_arguments', `${file} line ${index + 1} is no task: ${why}`, { file, line: index + 1 }, 'Expected JSON lines in the form of HumanEval (task_id, prompt, entry_point, test) or MBPP (task_id, text, test_list).');
    const parsed = row.safeParse(jsonOf(line, wrong));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw wrong(`${issue?.path.length ? `'${issue.path.join('.')}': ` : ''}${issue?.message ?? 'it has another form'}.`);
    }
    const task = taskOf(parsed.data, line, wrong);
    if (seen.has(task.id)) throw wrong(`the task_id ${task.id} stands twice.`);
    seen.add(task.id);
    return [task];
  });
}

function jsonOf(line: string, wrong: (why: string) => UntilgreenError): unknown {
  try {
    // Python writes numbers that JSON does not have; texts are left as they are.
    return JSON.parse(line.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (word) => (word.startsWith('"') ? word : 'null')));
  } catch {
    throw wrong('it is not JSON.');
  }
}

function taskOf(given: Row, line: string, wrong: (why: string) => UntilgreenError): SuiteTask {
  if (given.test_list || given.base_input) return mbppTask(given, line, wrong);
  const { task_id: id, prompt, test } = given;
  if (prompt === undefined || test === undefined) throw wrong('`prompt` or `test` is missing.');
  const lang = languageOf(given);
  if (!lang) throw wrong(`its language ${JSON.stringify(given.language)} is none that functions are written in.`);
  const fn = given.entry_point ?? [...prompt.matchAll(DEFINED)].at(-1)?.[1];
  if (fn === undefined) throw wrong('`entry_point` is missing, and the prompt defines nothing.');
  // The prompt's own doc is the task: nothing is said twice.
  return { id, task: { task: '', fn, lang, signature: prompt }, hidden: hiddenTests({ lang, fn, test, around: `${prompt}\n${given.test_setup ?? ''}` }) };
}

function languageOf({ language, task_id: id }: Row): FunctionLanguageName | undefined {
  if (language !== undefined) return LANGUAGES[language.toLowerCase()];
  return LANGUAGES[id.split(/[/_]/)[0]!.toLowerCase()] ?? 'python';
}

/** An assert of a call, as MBPP has them. */
const ASSERTED = /^\s*assert\s+(?:[\w.]+\()*?([A-Za-z_]\w*)\s*\(/;
/** What wraps a call in an assert and is not what is asked for. */
const WRAPPERS = new Set(['set', 'sorted', 'list', 'tuple', 'round', 'abs', 'len', 'not', 'math', 'isclose', 'str', 'int', 'float', 'dict']);

function mbppTask(given: Row, line: string, wrong: (why: string) => UntilgreenError): SuiteTask {
  const whole = (given.text ?? given.prompt ?? '').replace(/^\s*"""|"""\s*$/g, '').trim();
  const lines = whole.split('\n');
  const prose = lines.filter((line) => !ASSERTED.test(line)).join('\n').trim();
  // The benchmark shows its first test in the prompt; without it nobody knows the function's name.
  const shown = lines.filter((line) => ASSERTED.test(line));
  const examples = shown.length > 0 ? shown : (given.test_list ?? []).slice(0, 1);
  const fn = given.entry_point ?? calledIn(examples[0]);
  if (prose === '' || fn === undefined || examples.length === 0) throw wrong('it lacks a text, a test that is shown, or the name of the function.');
  const hidden =
    given.base_input && given.canonical_solution !== undefined
      ? mbppTests(fn, line.trim())
      : hiddenTests({ lang: 'python', fn, test: [given.test_setup_code ?? '', 'def check(candidate):', ...[...(given.test_list ?? []), ...(given.challenge_test_list ?? [])].map((assertion) => `    ${assertion}`)].join('\n') });
  return { id: given.task_id, task: { task: prose, fn, lang: 'python', doctests: examples.join('\n') }, hidden };
}

function calledIn(assertion: string | undefined): string | undefined {
  const names = [...(assertion ?? '').matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name!);
  return names.find((name) => !WRAPPERS.has(name) && name !== 'assert');
}
