import { UntilgreenError } from '../core/errors.ts';
import { silent, type Emit } from '../core/events.ts';
import { functionLanguage } from '../languages/function/registry.ts';
import type { FunctionLanguage, OutputForm, Signature } from '../languages/function/types.ts';
import { CodeSandbox } from '../sandbox/code/box.ts';
import type { CodeResult } from '../sandbox/code/types.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { FunctionResult } from './types.ts';

export interface OutputOptions {
  /** `function`: alone; `imports`: with the imports it needs; `standalone`: a script with a command line. */
  form: OutputForm;
  /** One short sentence as its doc, without examples. */
  cleanDoc: boolean;
  /** A comment on top. */
  header?: string;
}

export interface OutputDeps {
  /** A script is run once in it. */
  sandbox: Sandbox;
  emit?: Emit;
  signal?: AbortSignal;
}

/** Seconds that a script may take for its one run: Go compiles first. */
const TRIAL_SECONDS = 60;

/**
 * The finished text of an answer. A standalone script is run once, with the words of an example where one can be written as words.
 *
 * @throws `not_found` where the result has no code; `tool_failed` when the script does not run, with its output in `data`; `no_sandbox`, `cancelled`
 * @example
 * const text = await renderFunction(result, { form: 'standalone', cleanDoc: true }, { sandbox: await openSandbox() });
 */
export async function renderFunction(result: FunctionResult, { form, cleanDoc, header }: OutputOptions, { sandbox, emit = silent, signal }: OutputDeps): Promise<string> {
  const { code } = result;
  if (code === undefined || result.signature === undefined) throw new UntilgreenError('not_found', `There is no code of ${result.fn}: no candidate passed.`, { fn: result.fn });
  emit('stage_started', { stage: 'output' });
  const language = functionLanguage(result.lang);
  const signature = form === 'standalone' ? await asWritten(language, code, result.signature) : result.signature;
  // What candidates agreed on goes into the tests beside it: in a doc it would read as a promise.
  const examples = result.examples.filter(({ trust }) => trust === 'user');
  const text = await language.render({ code, signature, form, cleanDoc, doc: result.doc, examples, ...(header === undefined ? {} : { header }) });
  if (form === 'standalone') await tryScript(language, signature, text, result, { sandbox, emit, ...(signal ? { signal } : {}) });
  return text;
}

/** The head with the names of the code, and its types where the head has none: what is read off examples calls its parameters n1 and n2. */
async function asWritten(language: FunctionLanguage, code: string, head: Signature): Promise<Signature> {
  const written = (await language.readStub(code, head.name))?.signature.parameters;
  if (written?.length !== head.parameters.length) return head;
  const parameters = head.parameters.map((parameter, index) => {
    const { name, type, typeText } = written[index]!;
    return { ...parameter, name, ...(parameter.type.kind === 'any' ? { type, ...(typeText === undefined ? {} : { typeText }) } : {}) };
  });
  return { ...head, parameters };
}

/** The package of a Go file, comments, closing brackets: said of a file, not needed by a function. */
const NO_NEED = /^(?:package\b|\/\/|#|\/?\*|[)\]}];?$)/;

/**
 * Lines that the function alone lacks to run: its imports and what else stands before it. For telling people, who get it without them.
 *
 * @param text what `renderFunction` gave for the form `function`
 */
export async function leftOut({ code, signature, lang, doc, examples }: FunctionResult, text: string, cleanDoc: boolean): Promise<string[]> {
  if (code === undefined || signature === undefined) return [];
  const whole = await functionLanguage(lang).render({ code, signature, form: 'imports', cleanDoc, doc, examples: examples.filter(({ trust }) => trust === 'user') });
  const shown = new Set(text.split('\n').map((line) => line.trim()));
  return whole.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !shown.has(line) && !NO_NEED.test(line));
}

async function tryScript(language: FunctionLanguage, signature: Signature, script: string, result: FunctionResult, { sandbox, emit = silent, signal }: OutputDeps): Promise<void> {
  const trial = language.scriptTrial(signature, result.examples.filter(({ trust }) => trust !== 'guessed'));
  await using box = new CodeSandbox({ sandbox });
  const ran = await box.run(script, { language: language.name, args: trial.argv, timeoutSeconds: TRIAL_SECONDS, ...(signal ? { signal } : {}) });
  const printed = ran.stdout.trimEnd().split('\n').at(-1) ?? '';
  const ok = ran.ok && (trial.prints === undefined || printed.trim() === trial.prints.trim());
  emit('script_tried', { argv: trial.argv.join(' '), ok, printed });
  if (ok) return;
  throw new UntilgreenError('tool_failed', `The script of ${result.fn} was tried with ${JSON.stringify(trial.argv.join(' '))} and ${failing(ran, printed, trial.prints)}.`, { argv: trial.argv, stdout: ran.stdout, stderr: ran.stderr }, 'Take the function alone, or with --add-imports.');
}

function failing(ran: CodeResult, printed: string, wanted: string | undefined): string {
  if (ran.status !== 'exited') return `ended by ${ran.status}`;
  if (!ran.ok) return `exited ${ran.exitCode}: ${ran.stderr.trim().split('\n').at(-1) ?? ''}`;
  return `printed ${JSON.stringify(printed)} instead of ${JSON.stringify(wanted)}`;
}

/** How a file was made, for its first lines: what wrote it, how sure that is, and where its examples are. */
export function headerOf(result: FunctionResult, date: Date, options: { tests: boolean }): string {
  const examples = result.examples.some(({ trust }) => trust !== 'guessed');
  return [
    `${result.fn}: written by untilgreen fn on ${date.toISOString().slice(0, 10)} with ${result.model}, seed ${result.seed}.`,
    confidenceLine(result),
    `${options.tests && examples ? 'Its examples are in the test file beside it; read' : 'Read'} it before you rely on it.`,
  ].join('\n');
}

/** `confidence 0.78: 8 of 9 candidates that passed agree on 25 inputs; 1 trusted example met` */
export function confidenceLine({ confidence }: Pick<FunctionResult, 'confidence'>): string {
  return `confidence ${confidence.value.toFixed(2)}${confidence.band === 'low' ? ' (low)' : ''}: ${confidence.why}`;
}
