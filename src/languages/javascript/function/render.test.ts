import { beforeAll, describe, expect, it } from 'vitest';
import { CodeSandbox } from '../../../sandbox/code/box.ts';
import { openSandbox } from '../../../sandbox/open.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Example, FunctionLanguage, RenderRequest, Signature } from '../../function/types.ts';
import { typescriptFunctions as typescript } from '../../typescript/function/language.ts';
import { javascriptFunctions as javascript } from './language.ts';
import { scriptCommand } from './script.ts';
import { TYPESCRIPT } from './dialect.ts';

const HEAD = 'function power(base: number, times?: number): number';
const CODE = "import { inspect } from 'node:util';\n\ninterface Unused { x: number }\n\n// what the model said\nexport default function power(base: number, times: number = 2): number {\n  if (times < 0) throw new RangeError(`no ${inspect(times)}`);\n  return base ** times; // it\n}\n";
const EXAMPLES = 'power(3) => 9\npower(-2, 3) => -8\npower(2, -1) throws RangeError: no -1';

async function request(language: FunctionLanguage, head: string, code: string, examples: string): Promise<Omit<RenderRequest, 'form' | 'cleanDoc'> & { signature: Signature; examples: Example[] }> {
  const name = /(\w+)\(/.exec(head)![1]!;
  return { code, signature: await language.parseSignature(head, name), doc: 'Raises it, e.g. squares. By repeated multiplication.', examples: await language.parseExamples(examples, name) };
}

describe('finished texts', () => {
  it('is the function with its doc, exported, and without imports', async () => {
    expect(await typescript.render({ ...(await request(typescript, HEAD, CODE, EXAMPLES)), form: 'function', cleanDoc: false })).toBe(
      'interface Unused { x: number }\n\n/**\n * Raises it, e.g. squares. By repeated multiplication.\n *\n * >>> power(3)\n * 9\n * >>> power(-2, 3)\n * -8\n * >>> power(2, -1)\n * Uncaught RangeError: no -1\n */\n' +
        'export function power(base: number, times: number = 2): number {\n  if (times < 0) throw new RangeError(`no ${inspect(times)}`);\n  return base ** times; // it\n}\n',
    );
  });

  it('has its imports, one sentence, and a header on top', async () => {
    const text = await typescript.render({ ...(await request(typescript, HEAD, CODE, EXAMPLES)), form: 'imports', cleanDoc: true, header: 'made by a model\nconfidence 0.9' });
    expect(text).toMatch(/^\/\/ made by a model\n\/\/ confidence 0\.9\n\nimport \{ inspect \} from 'node:util';\n\ninterface Unused/);
    expect(text).toContain('/** Raises it, e.g. squares. */\nexport function power(');
  });

  it.each([
    ['an arrow', 'const twice = (n) => 2 * n;\nexport { twice };', 'export const twice = (n) => 2 * n;\n'],
    ['what module.exports gives', 'const twice = (n) => 2 * n;\nmodule.exports = twice;', 'const twice = (n) => 2 * n;\n\nmodule.exports = { twice };\n'],
    ['code that needs loose mode', 'function twice(n) { made = 2 * n; return made; }', 'function twice(n) { made = 2 * n; return made; }\n\nmodule.exports = { twice };\n'],
  ])('%s is exported in its way', async (_, code, text) => {
    expect(await javascript.render({ ...(await request(javascript, 'twice(n)', code, 'twice(1) => 2')), doc: '', examples: [], form: 'imports', cleanDoc: false })).toBe(text);
  });
});

describe('standalone scripts', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox();
  });

  const words = async (language: FunctionLanguage, text: string, rows: readonly (readonly [string[], number, RegExp])[]): Promise<void> => {
    await using box = new CodeSandbox({ sandbox });
    for (const [args, exitCode, printed] of rows) {
      const result = await box.run(text, { language: language.name, args, timeoutSeconds: 30 });
      expect({ args, exitCode: result.exitCode, printed: result.stdout + result.stderr }).toEqual({ args, exitCode, printed: expect.stringMatching(printed) });
    }
  };

  it('convert words by the types of the head, and tell how they are used', async () => {
    const given = await request(typescript, HEAD, CODE, EXAMPLES);
    const text = await typescript.render({ ...given, form: 'standalone', cleanDoc: true });
    expect(typescript.scriptTrial(given.signature, given.examples)).toEqual({ argv: ['3'], prints: '9' });
    expect(await typescript.screen(text.replace(/^if \(process[\s\S]*$/m, ''), given.signature)).toBeUndefined();
    await words(typescript, text, [
      [['3'], 0, /^9\n$/],
      [['-2', '3'], 0, /^-8\n$/],
      [['--help'], 0, /^usage: power base \[times\]\n\nRaises it, e\.g\. squares\.\n\n {2}base {3}number/],
      [['two'], 2, /^base: expected a number, got two\nusage/],
      [[], 2, /^expected 1 to 2 words, got 0\nusage/],
      [['--nope'], 2, /Unknown option/],
      [['2', '-1'], 1, /^RangeError: no -1\n$/],
    ]);
  }, 120_000);

  it('take JSON or text where nothing is said, in loose code and with a rest', async () => {
    const code = "const { inspect } = require('util');\nfunction gather(first, ...rest) { made = { first, rest }; return rest.length > 1 ? new Set(rest) : made; }";
    const given = await request(javascript, 'gather(first, ...rest)', code, 'gather("a", 1) => { first: "a", rest: [1] }\ngather("7") => { first: "7", rest: [] }');
    expect(javascript.scriptTrial(given.signature, given.examples)).toEqual({ argv: ['a', '1'] });
    expect(javascript.scriptTrial(given.signature, given.examples.slice(1))).toEqual({ argv: ['"7"'] });
    await words(javascript, await javascript.render({ ...given, form: 'standalone', cleanDoc: false }), [
      [['a', '[1,{"b":null}]'], 0, /^\{"first":"a","rest":\[\[1,\{"b":null\}\]\]\}\n$/],
      [['"7"'], 0, /^\{"first":"7","rest":\[\]\}\n$/],
      [['a', 'b', '-1'], 0, /^Set\(2\) \{ 'b', -1 \}\n$/],
    ]);
  }, 120_000);

  it.each([['f(a: string): string', 'f("--x") => "y"', ['--help']], ['f(): number', 'f() => 0.5', []], ['f(d: Date): string', 'f(new Date(0)) => ""', ['--help']]])('of %s with %s are tried with %j', async (head, examples, argv) => {
    expect(typescript.scriptTrial(await typescript.parseSignature(head, 'f'), await typescript.parseExamples(examples, 'f')).argv).toEqual(argv);
  });

  it.each([['20.19.0', ['npx', '--yes', 'tsx', 'a.ts']], ['22.6.0', ['node', '--experimental-strip-types', 'a.ts']], ['22.18.0', ['node', 'a.ts']], ['23.5.0', ['node', '--experimental-strip-types', 'a.ts']], ['24.0.0', ['node', 'a.ts']]])('in TypeScript are run on Node %s by %j', (version, command) => {
    expect(scriptCommand(TYPESCRIPT, 'a.ts', version)).toEqual(command);
  });

  it('have a test file beside them that passes, and fails for another function', async () => {
    const examples = 'half(1) => 0.5\nhalf(0) => 0\nhalf(-4) // -2\nhalf("a") throws TypeError\nconsole.log(half(8)) // four';
    const given = await request(javascript, 'half(n)', 'function half(n) {\n  if (typeof n !== "number") throw new TypeError("no");\n  if (n === 8) { console.log("four"); return; }\n  return n / -2 * -1;\n}', examples);
    given.examples[4] = { ...given.examples[4]!, expression: 'half(8)' };
    const guessed: Example = { ...given.examples[0]!, trust: 'guessed', expression: 'half(3)' };
    const tests = javascript.renderTests({ ...given, examples: [...given.examples, guessed], module: 'half.js' });
    expect(tests.name).toBe('half.test.js');
    expect(tests.source).not.toContain('half(3)');
    await using box = new CodeSandbox({ sandbox });
    const text = await javascript.render({ ...given, form: 'standalone', cleanDoc: true });
    const counts = async (module: string): Promise<string[]> => {
      box.writeFile('half.js', module);
      const { stdout } = await box.run(tests.source, { language: 'javascript', timeoutSeconds: 60 });
      // `# pass 5` on Node 20, `ℹ pass 5` where the reporter of terminals is the default everywhere.
      return stdout.split('\n').flatMap((line) => /^(?:#|ℹ) ((?:pass|fail) \d+)$/.exec(line)?.[1] ?? []);
    };
    expect(await counts(text)).toEqual(['pass 5', 'fail 0']);
    expect(await counts('export const half = (n) => n;')).toEqual(['pass 1', 'fail 4']);
  }, 120_000);
});
