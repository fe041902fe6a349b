import { isRecord } from '../../../core/record.ts';
import { schemaProblem } from '../../run/schemas.ts';
import type { JsonSchema, ToolCase } from '../../types.ts';
import { takenName } from '../names.ts';
import { differs } from '../schemas-differ.ts';
import type { Gate, GateContext, Verdict } from '../types.ts';
import { brief, counted, listed } from '../words.ts';

/** Is what the tool promises whole, and one with its code's head. */
export const contract: Gate = async (context): Promise<Verdict> => {
  const { draft, cases, signature, schemas } = context;
  const problems = [
    ...nameProblems(context),
    ...differs(schemas.parameters, draft.parameters, 'parameters'),
    ...differs(schemas.returns, draft.returns, 'returns'),
    ...answerProblems(context),
    ...errorProblems(context),
    ...caseProblems(cases, schemas, draft),
    ...(draft.description.trim() === '' ? ['it has no description'] : []),
    ...(signature.async ? ['its function is async, and a tool gives its result at once'] : []),
  ];
  return {
    ok: problems.length === 0,
    says: problems.length === 0 ? `${counted(signature.parameters.length, 'parameter')}, ${counted(cases.length, 'case')}` : listed(problems),
    data: { parameters: signature.parameters.length, cases: cases.length, problems },
  };
};

function nameProblems({ draft: { name }, language }: GateContext): string[] {
  if (!/^[a-z][a-z0-9_]{2,63}$/.test(name)) return [`the name '${name}' is not snake_case of 3 to 64 characters`];
  const taken = takenName(name);
  if (taken !== undefined) return [`the name '${name}' is ${taken}`];
  return language.isIdentifier(name) ? [] : [`the name '${name}' is none that a function of ${language.name} can have`];
}

/** Every name in the answer stands for a parameter, the result, or a field of the result. */
function answerProblems({ draft: { answer, returns }, signature }: GateContext): string[] {
  const parameters = new Set(signature.parameters.map(({ name }) => name));
  const names = [...answer.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1]!);
  const unknown = names.filter((name) => !parameters.has(name) && name !== 'result' && !isField(name, returns));
  if (unknown.length > 0) return [`the answer names ${unknown.map((name) => `{${name}}`).join(', ')}, which is no parameter and nothing of the result`];
  return names.some((name) => name === 'result' || name.startsWith('result.')) ? [] : ['the answer does not say the result'];
}

function isField(name: string, returns: JsonSchema): boolean {
  const [root, ...path] = name.split('.');
  if (root !== 'result' || path.length === 0) return false;
  let schema: unknown = returns;
  for (const field of path) {
    if (!isRecord(schema)) return false;
    const { properties, additionalProperties, items } = schema;
    if (isRecord(properties)) schema = properties[field];
    else if (/^\d+$/.test(field) && (items !== undefined || Array.isArray(schema['prefixItems']))) schema = Array.isArray(schema['prefixItems']) ? schema['prefixItems'][Number(field)] : items;
    else schema = isRecord(additionalProperties) || Object.keys(schema).length === 0 ? (additionalProperties ?? {}) : undefined;
  }
  return schema !== undefined;
}

function errorProblems({ draft: { errors, language } }: GateContext): string[] {
  return errors.flatMap(({ when, error }) => [
    ...(when.trim() === '' ? ['an error does not say when'] : []),
    ...(error !== undefined && !/^[A-Za-z_][\w.]*$/.test(error) ? [`'${error}' is no class of an exception`] : []),
    ...(error !== undefined && language === 'go' ? ['an error of Go has no class'] : []),
  ]);
}

/** @param schemas those of the signature: refused arguments may lie outside the bounds of the contract, and not outside its types */
function caseProblems(cases: readonly ToolCase[], schemas: { parameters: JsonSchema }, { parameters, returns }: { parameters: JsonSchema; returns: JsonSchema }): string[] {
  if (cases.length === 0) return ['it has no case'];
  const known = new Map<string, string>();
  return cases.flatMap((one) => {
    const told = `case ${brief(one.arguments, 60)}`;
    // Whoever wrote the code may read this, and a hidden case is not for them.
    const [shown, why] = one.from === 'hidden' ? ['a hidden case', (): string => ''] : [told, (problem: string): string => ` (${problem})`];
    const expected = one.error === undefined ? brief(one.result, 4_000) : 'error';
    const before = known.get(JSON.stringify(one.arguments));
    known.set(JSON.stringify(one.arguments), expected);
    const badArguments = schemaProblem(one.error === undefined ? parameters : schemas.parameters, one.arguments);
    if (badArguments !== undefined) return [`${shown} has arguments that the contract does not take${why(badArguments)}`];
    if ((one.result === undefined) === (one.error === undefined)) return [`${shown} says neither a result nor an error, or both`];
    const badResult = one.result === undefined ? undefined : schemaProblem(returns, one.result);
    if (badResult !== undefined) return [`${shown} has a result that the contract does not give${why(badResult)}`];
    return before !== undefined && before !== expected ? [`${shown} stands twice, with another outcome`] : [];
  });
}
