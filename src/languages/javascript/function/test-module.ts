import type TS from 'typescript6';
import type { TestFile } from '../../function/types.ts';
import { compiler, type Ts } from '../ast.ts';
import { treeOf } from './dialect.ts';

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
    'solution.mjs': `import made from './solution.cjs';\nexport { made as ${name} };\nexport default made;\n`,
  };
}
