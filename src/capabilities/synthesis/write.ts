import { takeIn } from '../../languages/function/intake.ts';
import type { Example, Problem } from '../../languages/function/types.ts';
import type { Value } from '../../languages/function/value.ts';
import type { SampleRequest, Samples } from '../../models/sampler.ts';
import { resultShape } from '../run/schemas.ts';
import { toValue } from '../run/values.ts';
import type { Capability, JsonObject, ToolCase } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import type { Specification } from './specify.ts';

/** An implementation that was written. */
export interface Written {
  code?: string;
  problem?: Problem;
  /** Who wrote it. */
  model: string;
}

/** Implementations written at once, of one prompt: three are what the gate asks to agree. */
export const WAVE = 3;
/** The first are close to what the model finds likeliest, the later ones wilder. */
const TEMPERATURES = [0.7, 0.9, 1.1];
const MAX_TOKENS = 1_500;
const TITLES = { python: 'Python', javascript: 'JavaScript', typescript: 'TypeScript', go: 'Go' } as const;

/** What the writer is told of a wave that came to nothing. Of hidden cases it hears the kind alone. */
export interface Feedback {
  code: string;
  says: string;
}

/**
 * Has a wave of implementations written, each on its own. Writers see the contract and the visible cases; they share one prompt, so that a server
 * evaluates it once. The wave is a step of the job: it is not asked for again after a kill.
 *
 * @param number from 1
 * @param helpers registered tools that may be called
 */
export async function write(spec: Specification, { number, feedback, helpers, failures }: { number: number; feedback?: Feedback; helpers: readonly Capability[]; failures: readonly string[] }, deps: Pick<SynthesisDeps, 'sampler' | 'once' | 'key' | 'signal' | 'emit'>): Promise<Written[]> {
  const { language, signature, contract } = spec;
  const stub = language.stub(signature, docOf(spec), examplesOf(spec, spec.visible));
  const request: Omit<SampleRequest, 'signal'> = {
    chat: {
      system: `You write correct, simple ${TITLES[language.name]} functions.`,
      user: [
        `Write this function. Use the standard library alone; no files, network, clock, chance or global state. Answer with the whole function, and what it needs, in one ${TITLES[language.name]} code block and nothing else.`,
        `\`\`\`${language.fence}\n${stub}\n\`\`\``,
        ...(helpers.length > 0 ? [`These functions exist and may be called; do not define them:\n${helpers.map((tool) => `${tool.signature}   ${tool.description}`).join('\n')}`] : []),
        ...(failures.length > 0 ? [`Earlier tries failed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`] : []),
        ...(feedback ? [`This attempt is wrong:\n\n\`\`\`${language.fence}\n${feedback.code.trim()}\n\`\`\`\n\n${feedback.says}`] : []),
      ].join('\n\n'),
      prefill: `\`\`\`${language.fence}`, stop: ['\n```'],
    },
    completion: { prompt: stub, stop: language.completionStop },
    n: WAVE, temperature: TEMPERATURES[Math.min(number, TEMPERATURES.length) - 1]!, maxTokens: MAX_TOKENS, seed: number * 100, key: `${deps.key}/wave${number}`,
  };
  deps.emit('wave_started', { tool: contract.name, wave: number, n: WAVE, temperature: request.temperature });
  const taken = await deps.once<Pick<Samples, 'form'> & { texts: string[]; model: string }>(`${deps.key}/wave${number}`, async () => {
    const { samples, form } = await deps.sampler.sample({ ...request, signal: deps.signal });
    return { form, texts: samples.map(({ text }) => text), model: deps.sampler.describe().model };
  });
  const written: Written[] = [];
  for (const text of taken.texts) {
    const { code, problem } = await takeIn(language, { text, form: taken.form, signature, stub });
    written.push({ model: taken.model, ...(code === undefined ? {} : { code: problem ? code : await moduleOf(spec, code) }), ...(problem ? { problem } : {}) });
  }
  return written;
}

/** The code as a file of a tool: in JavaScript and TypeScript the function is exported, by name, whether the writer said so or not. */
async function moduleOf({ language, signature }: Specification, code: string): Promise<string> {
  if (language.name === 'python' || language.name === 'go') return code;
  return language.render({ code, signature, form: 'imports', cleanDoc: false, doc: '', examples: [] });
}

/** What the stub says above its examples. */
function docOf({ contract }: Specification): string {
  const { properties } = contract.parameters as { properties: Record<string, { description?: string }> };
  return [
    contract.description,
    ...Object.entries(properties).flatMap(([name, { description }]) => (description ? [`${name}: ${description}`] : [])),
    ...(contract.returns['description'] ? [`Returns: ${String(contract.returns['description'])}`] : []),
    ...contract.errors.map(({ when, error }) => `${error === undefined ? 'An error' : error}: ${when}`),
  ].join('\n');
}

/** Cases as examples in the language; those that it has no literals for are left out. */
function examplesOf({ language, signature }: Pick<Specification, 'language' | 'signature'>, cases: readonly ToolCase[]): Example[] {
  const shape = resultShape(signature);
  return cases.flatMap((one): Example[] => {
    const args = valuesOf(signature.parameters, one.arguments);
    if (!args) return [];
    const expression = language.callOf(signature, args);
    const value = one.error === undefined ? toValue(one.result ?? null, shape) : undefined;
    const text = value && language.printValue(value, shape);
    if (one.error === undefined && text === undefined) return [];
    const expected: Example['expected'] = one.error === undefined ? { kind: 'value', text: text!, value: value! } : { kind: 'raises', ...(one.error === true ? {} : { error: one.error }) };
    return [{ setup: '', expression, args, expected, trust: 'user', text: expression }];
  });
}

/** Arguments by name as positional ones, up to the first that is left out. */
function valuesOf(parameters: Specification['signature']['parameters'], given: JsonObject): Value[] | undefined {
  const values: Value[] = [];
  for (const { name, type } of parameters) {
    if (!(name in given)) break;
    const value = toValue(given[name]!, type);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return Object.keys(given).length === values.length ? values : undefined;
}
