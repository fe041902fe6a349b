import { fileURLToPath } from 'node:url';
import type TS from 'typescript6';
import type { TestFile } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { treeOf } from './dialect.ts';

/** Folder of `near.cjs`. */
export const DRIVER = fileURLToPath(new URL('./driver', import.meta.url));
/** Tests that look at more of the function than what it gives, exchange parts of what it uses, or wait for what it does later. */
const LOOKS_INSIDE = /\b(?:mock|console\.(?!assert)|process|globalThis|caller|setTimeout|setInterval|setImmediate|nextTick|timers)\b/;

/** A user's test file, ready to run beside a candidate. */
export interface PreparedTest {
  files: Record<string, string>;
  /** What the runner is given. */
  entry: string;
  /** Sources of test files as far as they say which tests must report. */
  sources: Record<string, string>;
}

/** A failed `console.assert` prints a line and goes on; in a script of asserts it is meant as one. */
const CONSOLE_ASSERT = `import assert from 'node:assert';
const ok = (value, ...message) => { if (!value) throw new assert.AssertionError({ message: message.length ? message.map(String).join(' ') : 'console.assert failed', actual: value, expected: true, operator: '==' }); };
Object.defineProperty(console, 'assert', { value: ok, writable: false, configurable: false });
`;

/**
 * Writes the test file so that it loads the candidate from `solution`, whatever module it named, and takes itself off the disk before the candidate
 * is loaded: what it expects is not to be read there. Types are taken off. A script of asserts becomes one test of node:test.
 */
export async function preparedTest({ name, source, framework, module }: TestFile, fn: string): Promise<PreparedTest> {
  const ts = await compiler();
  const plain = source.replace(/^#!.*/, '');
  const isModule = treeOf(ts, plain).statements.some((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s) || ts.isExportAssignment(s));
  const extension = isModule ? 'mjs' : 'cjs';
  const typeless = await javascriptOf(ts, redirected(ts, plain, module, `./solution.${extension}`), isModule);
  const written = framework === 'node:test' ? `tests.test.${extension}` : `script.${extension}`;
  const [gone, given] = isModule
    ? ["import './gone.mjs'; ", module === undefined ? `import { ${fn} } from './solution.mjs'; ` : '']
    // Strict, as modules are: a loose caller shows its own source to what it calls.
    : ["'use strict'; require('./gone.cjs'); ", module === undefined ? `const { ${fn} } = require('./solution.cjs'); ` : ''];
  const wrapper = 'wrapper.test.mjs';
  const removed = framework === 'node:test' ? [written] : [written, wrapper];
  const unlink = `for (const name of ${JSON.stringify(removed)}) unlinkSync(name);`;
  const files: Record<string, string> = {
    [written]: gone + given + typeless,
    [`gone.${extension}`]: isModule ? `import { unlinkSync } from 'node:fs';\n${unlink}\n` : `const { unlinkSync } = require('node:fs');\n${unlink}\n`,
    'console-assert.mjs': CONSOLE_ASSERT,
  };
  if (framework === 'node:test') return { files, entry: written, sources: { [written]: plain } };
  files[wrapper] = `import test from 'node:test';\ntest(${JSON.stringify(name)}, async () => { await import('./${written}'); });\n`;
  return { files, entry: wrapper, sources: { [wrapper]: files[wrapper] } };
}

/** The source with its module specifiers of the candidate exchanged. */
function redirected(ts: Ts, source: string, module: string | undefined, target: string): string {
  if (module === undefined) return source;
  const tree = treeOf(ts, source);
  const found: TS.StringLiteralLike[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isStringLiteralLike(node) && node.text === module && (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent) || isLoading(ts, tree, node.parent))) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found.toReversed().reduce((text, node) => `${text.slice(0, node.getStart(tree))}'${target}'${text.slice(node.end)}`, source);
}

/**
 * The functions of the candidate that tests call, where these can run in a process of their own; the first is the one that is written. Undefined
 * where the tests need the module itself: a class or a constant of it, or its inside. That is for the tests to say and never for the candidate.
 */
export async function functionsUsed({ source, module }: TestFile, code: string, name: string): Promise<string[] | undefined> {
  if (LOOKS_INSIDE.test(source)) return undefined;
  if (module === undefined) return [name];
  const ts = await compiler();
  const tree = treeOf(ts, source);
  const functions = new Set(treeOf(ts, code).statements.flatMap((s) => (ts.isFunctionDeclaration(s) && s.name ? [s.name.text] : [])));
  const wanted = new Set<string>();
  const wholes = new Set<string>();
  const isModule = (node: TS.Node | undefined): boolean => node !== undefined && ts.isStringLiteralLike(node) && node.text === module;
  const take = (pattern: TS.BindingName): void => {
    if (ts.isIdentifier(pattern)) wholes.add(pattern.text);
    else for (const element of pattern.elements) if (!ts.isOmittedExpression(element)) wanted.add((element.propertyName ?? element.name).getText(tree));
  };
  const visit = (node: TS.Node): void => {
    if (ts.isImportDeclaration(node) && isModule(node.moduleSpecifier)) {
      const named = node.importClause?.namedBindings;
      if (named && ts.isNamespaceImport(named)) wholes.add(named.name.text);
      else if (named) for (const element of named.elements) if (!element.isTypeOnly) wanted.add((element.propertyName ?? element.name).text);
    }
    if (ts.isCallExpression(node) && isLoading(ts, tree, node) && isModule(node.arguments[0])) {
      let at: TS.Node = node.parent;
      while (ts.isAwaitExpression(at) || ts.isParenthesizedExpression(at)) at = at.parent;
      if (ts.isVariableDeclaration(at)) take(at.name);
      else if (ts.isPropertyAccessExpression(at)) wanted.add(at.name.text);
    }
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && wholes.has(node.expression.text)) wanted.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  for (const own of [name, 'default', 'name', 'length', 'call', 'apply', 'bind']) wanted.delete(own);
  return [...wanted].every((other) => functions.has(other)) ? [name, ...wanted] : undefined;
}

const isLoading = (ts: Ts, tree: TS.SourceFile, node: TS.Node): boolean =>
  ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(tree) === 'require');

async function javascriptOf(ts: Ts, source: string, isModule: boolean): Promise<string> {
  const { outputText } = ts.transpileModule(source, {
    fileName: 'tests.ts',
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: isModule ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS, esModuleInterop: true, alwaysStrict: false },
  });
  return outputText;
}

/** The candidate as a module for either kind of test file: by name, as the default, and as what `require` gives. */
export function solutionFiles(code: string, name: string): Record<string, string> {
  return {
    'solution.cjs': `${code}\n;module.exports = Object.assign(${name}, exports, { ${name} });\n`,
    'solution.mjs': moduleOf([name]),
  };
}

/** The same where it runs in a process of its own, which has no tests: see `driver/near.cjs`. */
export function solutionApart(code: string, names: readonly string[]): Record<string, string> {
  return {
    'solution.cjs': `'use strict';\nconst made = require(${JSON.stringify(`${DRIVER}/near.cjs`)}).functions(${JSON.stringify(code)}, ${JSON.stringify(names)}, __filename);\nmodule.exports = Object.assign(made.${names[0]}, made);\n`,
    'solution.mjs': moduleOf(names),
  };
}

const moduleOf = (names: readonly string[]): string => `import made from './solution.cjs';\nexport const { ${names.join(', ')} } = made;\nexport default made;\n`;
