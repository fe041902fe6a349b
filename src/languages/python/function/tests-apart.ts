import { fileURLToPath } from 'node:url';
import type { Signature, TestFile } from '../../function/types.ts';

/** Folder of `untilgreen_near.py`. */
export const DRIVER = fileURLToPath(new URL('./driver', import.meta.url));
/** Tests that look at more of the function than what it gives, or exchange parts of its module. */
const LOOKS_INSIDE = /\b(?:monkeypatch|mock|patch|importlib|inspect|runpy|capfd|getsource|__wrapped__|__code__|__doc__|__annotations__|signature)\b/;

/** A function that the tests use. */
export type Used = [name: string, isAsync: boolean];

/**
 * The functions of the candidate that tests call, where these can run in a process of their own. Undefined where the tests need the module itself:
 * a class or a constant of it, or its inside. That is for the tests to say and never for the candidate.
 */
export function functionsUsed(tests: TestFile, code: string, { name, async }: Signature): Used[] | undefined {
  if (LOOKS_INSIDE.test(tests.source)) return undefined;
  const wanted = new Set(namesWanted(tests, code));
  wanted.delete(name);
  const others = [...wanted].map((other): Used | undefined => {
    const found = new RegExp(`^(async\\s+)?def\\s+${other}\\b`, 'm').exec(code);
    return found ? [other, found[1] !== undefined] : undefined;
  });
  return others.includes(undefined) ? undefined : [[name, async], ...others.filter((other) => other !== undefined)];
}

/** Names of the candidate's module that the tests use, as far as their text says it. */
function namesWanted({ source, module }: TestFile, code: string): string[] {
  if (module === undefined) {
    const words = new Set(source.match(/[A-Za-z_]\w*/g) ?? []);
    const defined = [...code.matchAll(/^(?:(?:async\s+)?def|class)\s+(\w+)|^([A-Za-z_]\w*)\s*[:=](?!=)/gm)].map((match) => match[1] ?? match[2]!);
    return defined.filter((name) => words.has(name));
  }
  const path = module.replaceAll('.', '\\.');
  const froms = [...source.matchAll(new RegExp(`\\bfrom\\s+${path}\\s+import\\s+(\\([^)]*\\)|[^\\n#]*)`, 'g'))].flatMap((match) => match[1]!.replace(/[()]|#.*/g, ' ').split(','));
  const aliases = [...source.matchAll(new RegExp(`\\bimport\\s+${path}(?:\\s+as\\s+(\\w+))?`, 'g'))].map((match) => match[1] ?? module);
  const members = aliases.flatMap((alias) => [...source.matchAll(new RegExp(`\\b${alias.replaceAll('.', '\\.')}\\.(\\w+)`, 'g'))].map((match) => match[1]!));
  return [...froms.map((part) => part.trim().split(/\s+/)[0]!).filter((name) => name !== '' && name !== '*'), ...members];
}

/** The module that tests import in place of the candidate's: its functions are called in another process, which has no tests. */
export function moduleApart(code: string, used: readonly Used[], testName: string): string {
  const list = used.map(([name, isAsync]) => `(${JSON.stringify(name)}, ${isAsync ? 'True' : 'False'})`);
  return [
    'import os, sys',
    `sys.path.append(${JSON.stringify(DRIVER)})`,
    'import untilgreen_near',
    'sys.path.pop()',
    `globals().update(untilgreen_near.functions(${asciiJson(code)}, [${list.join(', ')}], __file__, os.path.join(os.getcwd(), ${JSON.stringify(testName)})))`,
    `__all__ = [${used.map(([name]) => JSON.stringify(name)).join(', ')}]`,
    '',
  ].join('\n');
}

/** A text as a literal that JSON and Python read alike. */
function asciiJson(text: string): string {
  return `__import__('json').loads(${JSON.stringify(JSON.stringify(text).replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`))})`;
}
