import { UntilgreenError } from '../core/errors.ts';
import { functionLanguage } from '../languages/function/registry.ts';
import type { Example, FunctionLanguage, Signature, TestFile } from '../languages/function/types.ts';
import { consistent, type Sourced } from './contradictions.ts';
import type { FunctionTask } from './types.ts';

/** A task that was read: what the user vouches for, in the product's own form. */
export interface Given {
  language: FunctionLanguage;
  name: string;
  /** What the function is to do, in words. */
  doc: string;
  /** Undefined where the user gave none. */
  signature: Signature | undefined;
  /** All trusted by the user; no two contradict each other. */
  examples: Example[];
  tests: TestFile | undefined;
  /** What was read differently from how it stands. */
  notes: string[];
}

/**
 * Reads a task, and refuses what cannot be before anything is asked or run. A signature may be a whole piece of code with a doc and examples,
 * as tasks of benchmarks are: those count too.
 *
 * @throws `bad_arguments` naming what is wrong, with its line where it has one
 */
export async function readTask(task: FunctionTask): Promise<Given> {
  const language = functionLanguage(task.lang);
  const name = task.fn.trim();
  if (!language.isIdentifier(name)) {
    throw new UntilgreenError('bad_arguments', `${JSON.stringify(task.fn)} cannot be the name of a function in ${language.name}.`, { argument: 'fn', fn: task.fn }, 'Give a name such as max_in_list: letters, digits and underscores, no keyword.');
  }
  const stub = await readHead(language, task.signature, name);
  const doc = task.task.trim() || (stub?.doc ?? '');
  if (doc === '') {
    throw new UntilgreenError('bad_arguments', 'The task is empty.', { argument: 'task' }, `Say what ${name} is to do, in a sentence.`);
  }
  const tests = task.tests && (await language.parseTests(task.tests.name, task.tests.source, name));
  const doctests = task.doctests === undefined ? [] : await language.parseExamples(task.doctests, name, stub?.signature);
  if (task.doctests?.trim() && doctests.length === 0) {
    throw new UntilgreenError('bad_arguments', `The doctests hold no example of ${name}.`, { argument: 'doctests' }, `Write one as \`${name}(…) => value\`, one a line.`);
  }
  const sourced: Sourced[] = [
    ...(stub?.examples ?? []).map((example) => ({ example, source: 'the signature' })),
    ...doctests.map((example) => ({ example, source: 'the doctests' })),
    ...(tests?.examples ?? []).map((example) => ({ example, source: tests?.name ?? '' })),
  ];
  const examples = consistent(sourced).map((example): Example => ({ ...example, trust: 'user' }));
  const notes = examples.flatMap(({ note, line }) => (note === undefined ? [] : [line === undefined ? note : `line ${line}: ${note}`]));
  return { language, name, doc, signature: stub?.signature, examples, tests, notes };
}

/** A head alone, or a piece of code that holds one. */
async function readHead(language: FunctionLanguage, text: string | undefined, name: string): Promise<{ signature: Signature; doc: string; examples: Example[] } | undefined> {
  if (text === undefined || text.trim() === '') return undefined;
  if (text.trim().includes('\n')) {
    const stub = await language.readStub(text, name);
    if (stub) return stub;
  }
  return { signature: await language.parseSignature(text.trim(), name), doc: '', examples: [] };
}
