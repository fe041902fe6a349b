import type { PackageJson } from './package-json.ts';

export type Framework = 'node:test' | 'vitest' | 'jest';

/** One command of a test script: `TZ=UTC node --import tsx --test test/*.ts`. */
export interface ScriptCommand {
  framework: Framework;
  /** Variables set in front of it (`TZ=UTC`, `cross-env NODE_ENV=test`). */
  env: Record<string, string>;
  /** Flags of `node` itself. */
  nodeFlags: string[];
  /** What follows the framework's name. */
  args: string[];
  /** Shell text of builds that the script runs first. */
  before: string[];
  /** The script's text. */
  text: string;
}

const NO_TEST = /no test specified/;
const BUILD = /\b(tsc|build|compile|esbuild|rollup|swc|babel|tsup|tsdown|webpack|prisma|generate|codegen|copy|cp|mkdir|rimraf|rm)\b/;

/** The text of `npm test` with `npm run x` replaced by what it runs, or undefined where there is none worth the name. */
export function testScript(json: PackageJson): string | undefined {
  const text = json.scripts['test'];
  if (!text || NO_TEST.test(text)) return undefined;
  return expand(json, text, 3);
}

function expand(json: PackageJson, text: string, depth: number): string {
  if (depth === 0) return text;
  return text.replace(/\b(?:npm|pnpm|yarn|bun) run (?:-s |--silent )?([\w:.-]+)(?=\s|$)|\b(?:pnpm|yarn) ([\w:.-]+)(?=\s|$)/g, (whole, run: string | undefined, short: string | undefined) => {
    const inner = json.scripts[run ?? short ?? ''];
    return inner === undefined ? whole : expand(json, inner, depth - 1);
  });
}

/** Splits shell words; quotes are taken off, nothing is expanded. */
export function words(text: string): string[] {
  return [...text.matchAll(/(?:[^\s'"]+|'[^']*'|"(?:\\.|[^"\\])*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_, single: string | undefined, double: string | undefined) => single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1')),
  );
}

/**
 * The first command of the test script that runs a framework this product reads test by test.
 *
 * @example commandOf(json)?.framework // 'vitest'
 */
export function commandOf(json: PackageJson): ScriptCommand | undefined {
  const text = testScript(json);
  if (text === undefined) return undefined;
  const before = json.scripts['pretest'] && BUILD.test(json.scripts['pretest']) ? ['npm run pretest'] : [];
  const command = search(json, json.scripts['test']!, before, 3);
  return command && { ...command, before, text: json.scripts['test']! };
}

/** Walks the script's commands in order, and into `npm run x` where that is the one that runs the tests. */
function search(json: PackageJson, text: string, before: string[], depth: number): ReturnType<typeof commandIn> {
  for (const segment of text.split(/&&|\|\||;|\n/).map((s) => s.trim()).filter(Boolean)) {
    const command = commandIn(words(segment));
    if (command) return command;
    const expanded = expand(json, segment, 1);
    if (expanded !== segment && depth > 0) {
      const inner: string[] = [];
      const found = search(json, expanded, inner, depth - 1);
      if (found) {
        before.push(...inner);
        return found;
      }
    }
    if (BUILD.test(segment)) before.push(segment);
  }
  return undefined;
}

function commandIn(tokens: string[]): Pick<ScriptCommand, 'framework' | 'env' | 'nodeFlags' | 'args'> | undefined {
  const env: Record<string, string> = {};
  let i = 0;
  for (; i < tokens.length; i += 1) {
    const token = tokens[i]!;
    const assigned = /^([A-Za-z_]\w*)=(.*)$/s.exec(token);
    if (assigned) env[assigned[1]!] = assigned[2]!;
    else if (!/^(cross-env|cross-env-shell|npx|env|c8|nyc|exec|dotenv|--)$/.test(token)) break;
  }
  const first = tokens[i] ?? '';
  const rest = tokens.slice(i + 1);
  if (/(^|\/)vitest(\.mjs)?$/.test(first)) return { framework: 'vitest', env, nodeFlags: [], args: rest };
  if (/(^|\/)jest(\.js)?$/.test(first)) return { framework: 'jest', env, nodeFlags: [], args: rest };
  if (first === 'tsx' && rest.includes('--test')) {
    return { framework: 'node:test', env, nodeFlags: ['--import=tsx'], args: rest.filter((t) => t !== '--test') };
  }
  if (first !== 'node') return undefined;
  const script = rest.findIndex((t) => /(^|\/)(vitest|jest)(\.m?js)?$/.test(t));
  if (script >= 0) {
    return { framework: /vitest/.test(rest[script]!) ? 'vitest' : 'jest', env, nodeFlags: rest.slice(0, script), args: rest.slice(script + 1) };
  }
  const test = rest.indexOf('--test');
  return test < 0 ? undefined : { framework: 'node:test', env, nodeFlags: [], args: rest.filter((_, at) => at !== test) };
}
