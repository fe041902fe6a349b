import { expect, it } from 'vitest';
import { silent } from '../../core/events.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import { fauxSampler } from '../../models/faux.ts';
import { schemasOf } from '../run/schemas.ts';
import type { Specification } from './specify.ts';
import { write } from './write.ts';

async function specification(lang: 'javascript' | 'typescript' | 'python', head: string): Promise<Specification> {
  const language = functionLanguage(lang);
  const signature = await language.parseSignature(head, 'double_it');
  const contract = { name: 'double_it', description: 'Double a number.', language: lang, signature: signature.text, ...schemasOf(signature, {}), effects: 'pure' as const, errors: [], answer: '{result}' };
  return { contract, signature, language, visible: [{ arguments: { n: 2 }, result: 4, from: 'specification' }], properties: [], call: { n: 2 } };
}

it.each([
  ['javascript', '(n)', 'function double_it(n) {\n  return n * 2;\n}', /^export function double_it\(n\) \{/m],
  ['javascript', '(n)', 'const twice = 2;\nexport default function double_it(n) {\n  return n * twice;\n}', /const twice = 2;[^]*^export function double_it\(n\) \{/m],
  ['typescript', '(n: number): number', 'export function double_it(n: number): number {\n  return n * 2;\n}', /^export function double_it\(n: number\): number \{/m],
  ['python', '(n: int) -> int', 'def double_it(n: int) -> int:\n    return n * 2', /^def double_it\(n: int\) -> int:/m],
] as const)('what is written in %s is a module that gives the function by its name', async (lang, head, code, expected) => {
  const sampler = fauxSampler((request) => Array.from({ length: request.n }, () => `\`\`\`\n${code}\n\`\`\``));
  const steps: string[] = [];
  const once = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    steps.push(key);
    return work();
  };
  const written = await write(await specification(lang, head), { number: 1, helpers: [], failures: [] }, { sampler, once, key: 'make/s1', emit: silent });
  expect(written).toHaveLength(3);
  for (const one of written) expect(one.code).toMatch(expected);
  expect(steps).toEqual(['make/s1/wave1']);
});
