import { createRequire } from 'node:module';
import type { Mount } from '../../../sandbox/types.ts';
import type { CheckRequest, Property, PropertyReport } from '../../function/types.ts';
import type { TypeShape } from '../../function/value.ts';
import { asPlain } from './check.ts';
import { runnable } from './module.ts';
import { runWave } from './wave.ts';

type Request = Omit<CheckRequest, 'cases'> & { properties: readonly Property[]; runs?: number; seed: number };

const RUNS = 100;
type Result = PropertyReport['results'][number];

/**
 * Laws on generated inputs, by fast-check: `runs` inputs each (default 100), made from the parameters' types with the given seed; the
 * counterexample is shrunk and told as a call. A law is unusable where a parameter is of a kind that no input can be made of, or nothing is
 * known of it: with inputs of any kind every function would break.
 *
 * @throws `no_sandbox`, `sandbox_error`, `file_missing`, `cancelled`
 */
export async function checkProperties(request: Request): Promise<PropertyReport[]> {
  const { sandbox, signature, candidates, properties, caseMs, runs = RUNS, seed, signal } = request;
  const strange = signature.parameters.find(({ type, typeText }) => holdsOther(type) || (type.kind === 'any' && typeText === undefined));
  const reason = strange && `no input can be made for ${strange.name}: ${strange.typeText ?? 'nothing is said of its type'}`;
  if (candidates.length === 0 || properties.length === 0 || reason !== undefined) {
    return candidates.map(({ id }) => ({ id, results: properties.map((): Result => ({ kind: 'unusable', reason: reason ?? 'nothing to check' })) }));
  }
  const made = await Promise.all(candidates.map(({ code }) => runnable(code)));
  const { path, mounts } = fastCheck();
  const told = await runWave({
    sandbox, name: signature.name, cases: [], caseMs, timeouts: 1, mounts,
    candidates: made.map(({ code }, index) => ({ id: String(index), code })),
    properties: { properties: await Promise.all(properties.map(({ expression }) => asPlain({ setup: '', expression }))), parameters: signature.parameters.map(({ name, type, typeText = '' }) => ({ name, shape: type, map: /^(?:Readonly)?Map</.test(typeText), bigint: /\bbigint\b/.test(typeText) })), runs, seed, fastCheck: path },
    ...(signal && { signal }),
  });
  return candidates.map(({ id }, index) => {
    const messages = told.get(String(index))?.messages ?? [];
    const results = properties.map((_, at): Result => {
      const found = messages.findLast((message) => 'property' in message && message.property === at);
      if (!found || !('result' in found)) return { kind: 'broken', counterexample: `${signature.name}(…)`, detail: 'its process ended' };
      return found.result.kind === 'broken' ? { ...found.result, counterexample: `${signature.name}(${found.result.counterexample})` } : found.result;
    });
    return { id, results };
  });
}

function holdsOther(shape: TypeShape): boolean {
  switch (shape.kind) {
    case 'other':
      return true;
    case 'list':
    case 'set':
      return holdsOther(shape.item);
    case 'tuple':
      return shape.items.some(holdsOther);
    case 'map':
      return holdsOther(shape.key) || holdsOther(shape.value);
    case 'record':
      return shape.fields.some(({ type }) => holdsOther(type));
    case 'union':
      return shape.options.every(holdsOther);
    default:
      return false;
  }
}

/** Where fast-check and what it needs lie: shown inside at the same places, so that one finds the other. */
function fastCheck(): { path: string; mounts: Mount[] } {
  const path = createRequire(import.meta.url).resolve('fast-check');
  const random = createRequire(path).resolve('pure-rand/package.json');
  const folder = (file: string, name: string): string => file.slice(0, file.lastIndexOf(`node_modules/${name}/`)) + `node_modules/${name}`;
  return { path, mounts: [folder(path, 'fast-check'), folder(random, 'pure-rand')].map((source) => ({ source, target: source })) };
}
