import type { Contract } from '../../types.ts';
import { stemOf } from '../names.ts';
import { OWN_TESTS } from './own-tests.ts';

/** A file for `node --test` that reads `cases.json` beside it; the one for TypeScript has types where nothing tells them. */
export function javascriptTest(tool: Pick<Contract, 'name' | 'language' | 'parameters'>): { name: string; text: string } {
  const { name, language } = tool;
  const stem = stemOf(tool);
  const typescript = language === 'typescript';
  const extension = typescript ? '.ts' : '.js';
  const is = (type: string): string => (typescript ? `: ${type}` : '');
  const call = `tool.${name}(${Object.keys(tool.parameters['properties'] ?? {}).map((parameter) => (/^[A-Za-z_$][\w$]*$/.test(parameter) ? `args.${parameter}` : `args[${JSON.stringify(parameter)}]`)).join(', ')})`;
  return {
    name: `${stem}.test${extension}`,
    text: `// Holds ${name} to every case of cases.json: node --test ${name}/${stem}.test${extension}
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tool from './${stem}${extension}';

const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

/** Numbers with a fraction may differ in the last digits; maps are objects in JSON. */
function same(got${is('any')}, expected${is('any')})${is('boolean')} {
  if (got instanceof Map) got = Object.fromEntries(got);
  if (typeof got === 'number' && typeof expected === 'number') {
    return got === expected || (!(Number.isInteger(got) && Number.isInteger(expected)) && Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected)));
  }
  if (got === null || expected === null || typeof got !== 'object' || typeof expected !== 'object') return (got ?? null) === expected;
  if (Array.isArray(got) !== Array.isArray(expected)) return false;
  const keys = Object.keys(got).filter((key) => got[key] !== undefined);
  return keys.length === Object.keys(expected).length && keys.every((key) => Object.hasOwn(expected, key) && same(got[key], expected[key]));
}

/** The classes of an exception: its own and those above it. */
function kindsOf(thrown${is('any')})${is('string[]')} {
  const above = thrown === null || typeof thrown !== 'object' ? null : Object.getPrototypeOf(thrown);
  return above === null ? [] : [above.constructor?.name, ...kindsOf(above)];
}

for (const { arguments: args, result, error } of cases) {
  test(\`${name} \${JSON.stringify(args).slice(0, 80)}\`, async () => {
    const call = async () => ${call};
    if (error === undefined) {
      const got = await call();
      assert.ok(same(got, result), \`got \${JSON.stringify(got)}, expected \${JSON.stringify(result)}\`);
    } else {
      await assert.rejects(call, (thrown${is('any')}) => error === true || thrown?.name === error || kindsOf(thrown).includes(error));
    }
  });
}

// ${OWN_TESTS}
`,
  };
}
