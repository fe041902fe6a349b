// Drafts of one small tool in each language, for the tests of the gates. (`.prop.ts` files stay out of the build.)
import { functionLanguage } from '../../languages/function/registry.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { schemasOf } from '../run/schemas.ts';
import type { CapabilityDraft, CaseOrigin, ToolCase } from '../types.ts';

const HEADS = {
  python: 'def scale_numbers(numbers: list[int], factor: int) -> list[int]:',
  javascript: 'function scale_numbers(numbers: number[], factor: number): number[]',
  typescript: 'function scale_numbers(numbers: number[], factor: number): number[]',
  go: 'func scale_numbers(numbers []int, factor int) []int',
} as const;

/** Honest code. */
export const HONEST = {
  python: 'def scale_numbers(numbers: list[int], factor: int) -> list[int]:\n    return [number * factor for number in numbers]\n',
  javascript: 'export function scale_numbers(numbers, factor) {\n  return numbers.map((number) => number * factor);\n}\n',
  typescript: 'export function scale_numbers(numbers: number[], factor: number): number[] {\n  return numbers.map((number) => number * factor);\n}\n',
  go: 'package solution\n\nfunc scale_numbers(numbers []int, factor int) []int {\n\tscaled := []int{}\n\tfor _, number := range numbers {\n\t\tscaled = append(scaled, number*factor)\n\t}\n\treturn scaled\n}\n',
} as const;

const call = (numbers: number[], factor: number, from: CaseOrigin): ToolCase => ({ arguments: { numbers, factor }, result: numbers.map((number) => number * factor), from });
export const CASES: readonly ToolCase[] = [
  call([1, 2, 3], 2, 'user'), call([4], 3, 'specification'),
  call([], 5, 'hidden'), call([7, 1], 1, 'hidden'), call([2, 9, 4], 10, 'hidden'), call([3, 3], 0, 'hidden'), call([100], 7, 'hidden'),
];

/** `scale_numbers` with another code, or with other fields. */
export async function draftOf(language: FunctionLanguageName, code: string = HONEST[language], changes: Partial<CapabilityDraft> = {}): Promise<CapabilityDraft> {
  const name = changes.name ?? 'scale_numbers';
  const signature = changes.signature ?? HEADS[language];
  const schemas = schemasOf(await functionLanguage(language).parseSignature(signature, name));
  const same = language === 'python' ? '==' : '===';
  return {
    name, language, signature, code, ...schemas,
    description: 'Multiplies each of some numbers by a factor.',
    effects: 'pure',
    errors: [],
    answer: '{numbers} times {factor} is {result}.',
    cases: [...CASES],
    properties: language === 'python'
      ? [{ text: 'it keeps the length', expression: 'len(scale_numbers(numbers, factor)) == len(numbers)' }, { text: 'the factor 1 changes nothing', expression: 'scale_numbers(numbers, 1) == numbers' }]
      : language === 'go'
        ? [{ text: 'it keeps the length', expression: 'len(scale_numbers(numbers, factor)) == len(numbers)' }, { text: 'the factor 0 leaves zeros', expression: 'len(numbers) == 0 || scale_numbers(numbers, 0)[0] == 0' }]
        : [{ text: 'it keeps the length', expression: `scale_numbers(numbers, factor).length ${same} numbers.length` }, { text: 'the factor 0 leaves zeros', expression: `scale_numbers(numbers, 0).every((each) => each ${same} 0 || Number.isNaN(each))` }],
    uses: [], aliases: [], requests: [],
    made: { at: '2026-01-01T00:00:00.000Z', by: 'model' },
    ...changes,
  };
}
