import type TS from 'typescript6';
import { UntilgreenError } from '../../../core/errors.ts';
import type { Example, TestFile } from '../../function/types.ts';
import { compiler, lineAt, type Ts } from '../ast.ts';
import { staticTestsIn } from '../static-tests.ts';
import { claimOf, type Claim, type Reading } from './asserts.ts';
import { treeOf } from './dialect.ts';
import { contradictions } from './contradictions.ts';
import { boundNames, findFunction, freeNames, parseErrors } from './find.ts';

/**
 * Reads a test file: of `node:test`, a script of asserts, or one of vitest or jest, of which the examples alone are used.
 *
 * @throws `bad_arguments` when it does not parse, tests no such function, or is one of vitest or jest without an assert that can be read
 */
export async function parseTests(fileName: string, source: string, name: string): Promise<TestFile> {
  const ts = await compiler();
  const tree = treeOf(ts, source, 'tests.ts');
  const [error] = parseErrors(tree);
  if (error) {
    const line = lineAt(tree, error.start);
    throw new UntilgreenError('bad_arguments', `${fileName} does not parse: line ${line}: ${error.message}`, { file: fileName, line }, 'Give a test file in JavaScript or TypeScript.');
  }
  if (findFunction(ts, tree, name)?.fn.body) {
    throw new UntilgreenError('bad_arguments', `${fileName} defines ${name} itself, so that its tests would test that one.`, { file: fileName, name }, 'Take the function out of the test file.');
  }
  const { names, module } = namesOf(ts, tree, name);
  const reading: Reading = { ts, tree, names, name };
  const found = claimsIn(reading);
  if (!found.used) throw new UntilgreenError('bad_arguments', `${fileName} tests no function '${name}': it is never called there.`, { file: fileName, name }, 'Give the file that tests it, or the name under which it is tested.');
  const framework = frameworkOf(source);
  const all = found.claims.map(({ claim, setup }): Example => {
    const { expression, expected, args } = claim;
    const line = lineAt(tree, claim.node.getStart(tree));
    return { setup, expression, expected, trust: 'user', text: statementText(ts, tree, claim.node), line, ...(args && { args }) };
  });
  const doubtful = new Set(contradictions(all).flat());
  const examples = all.filter((example) => !doubtful.has(example));
  if (framework === 'expect' && examples.length === 0) {
    throw new UntilgreenError('bad_arguments', `${fileName} is a test file of vitest or jest, whose runner is not at hand, and none of its asserts is simple enough to be read as an example.`, { file: fileName }, `Write asserts such as \`expect(${name}(1)).toBe(2)\`, or use node:test.`);
  }
  const counted = (await staticTestsIn(fileName, source)).names.length;
  return { name: fileName.split('/').at(-1) ?? fileName, source, framework, module, examples, tests: Math.max(counted, framework === 'assert' ? 1 : 0) };
}

function frameworkOf(source: string): TestFile['framework'] {
  if (/['"](?:node:test|test)['"]/.test(source)) return 'node:test';
  if (/['"](?:vitest|@jest\/globals|jest|bun:test|chai|mocha|ava|tape)['"]/.test(source)) return 'expect';
  return /\bexpect\s*\(/.test(source) || /^\s*(?:describe|it|test)\s*\(\s*['"`]/m.test(source) ? 'expect' : 'assert';
}

/** Under which names the file calls the function, and the module that it comes from. */
function namesOf(ts: Ts, tree: TS.SourceFile, name: string): { names: Set<string>; module: string | undefined } {
  const names = new Set([name]);
  let module: string | undefined;
  const from = (specifier: TS.Expression | undefined): string | undefined => (specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined);
  const visit = (node: TS.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const path = from(node.moduleSpecifier);
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.find((e) => (e.propertyName ?? e.name).text === name) : undefined;
      if (named) {
        names.add(named.name.text);
        module = path;
      } else if (clause?.name && (clause.name.text === name || isOwn(path))) {
        names.add(clause.name.text);
        module ??= path;
      } else if (bindings && ts.isNamespaceImport(bindings) && isOwn(path)) {
        names.add(`${bindings.name.text}.${name}`);
        module ??= path;
      }
    }
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const value = node.initializer;
      const required = ts.isCallExpression(value) && value.expression.getText(tree) === 'require' ? from(value.arguments[0]) : undefined;
      const member = ts.isPropertyAccessExpression(value) && ts.isCallExpression(value.expression) && value.expression.expression.getText(tree) === 'require' && value.name.text === name ? from(value.expression.arguments[0]) : undefined;
      if (ts.isIdentifier(node.name)) {
        // `const candidate = area`: its tests call it so.
        if (member !== undefined || (ts.isIdentifier(value) && value.text === name)) {
          names.add(node.name.text);
          module ??= member;
        } else if (required !== undefined && isOwn(required)) {
          names.add(node.name.text === name ? name : `${node.name.text}.${name}`);
          module ??= required;
        }
      } else if (required !== undefined && boundNames(ts, node.name).includes(name)) module = required;
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { names, module };
}

const isOwn = (path: string | undefined): boolean => path !== undefined && /^\.{0,2}\//.test(path);

interface Simple {
  claim: Claim;
  setup: string;
}

/** The asserts that are as simple as an example, in their order, and whether the function is called at all. */
function claimsIn(reading: Reading): { claims: Simple[]; used: boolean } {
  const { ts, tree, names } = reading;
  const claims: Simple[] = [];
  let used = false;
  const visit = (node: TS.Node): void => {
    if (ts.isCallExpression(node) && names.has(node.expression.getText(tree))) used = true;
    // Loops and skipped tests say nothing that holds by itself.
    if (ts.isIterationStatement(node, false) || (ts.isCallExpression(node) && /\.(?:skip|todo|each)\b|^x(?:it|test|describe)\b/.test(node.expression.getText(tree)))) {
      used ||= containsCall(ts, tree, node, names);
      return;
    }
    if (ts.isExpressionStatement(node) || (ts.isArrowFunction(node) && !ts.isBlock(node.body))) {
      const claim = claimOf(reading, ts.isExpressionStatement(node) ? node.expression : (node.body as TS.Expression));
      const setup = claim && setupFor(reading, claim);
      if (claim && setup !== undefined) {
        claims.push({ claim, setup });
        used = true;
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { claims, used };
}

function containsCall(ts: Ts, tree: TS.SourceFile, node: TS.Node, names: ReadonlySet<string>): boolean {
  if (ts.isCallExpression(node) && names.has(node.expression.getText(tree))) return true;
  return ts.forEachChild(node, (child) => containsCall(ts, tree, child, names) || undefined) ?? false;
}

/** The declarations of constants that an assert uses; undefined where a name is more than a constant that is never changed. */
function setupFor(reading: Reading, { node, expected }: Claim): string | undefined {
  const { ts, tree, names } = reading;
  const lines: string[] = [];
  const seen = new Set<string>();
  const wanted = freeNames(ts, node);
  if (expected.kind === 'value' && !expected.value) for (const name of freeNames(ts, treeOf(ts, `(${expected.text})`))) wanted.add(name);
  const resolve = (name: string): boolean => {
    if (seen.has(name) || names.has(name) || [...names].some((one) => one.startsWith(`${name}.`)) || name in globalThis || name === 'undefined') return true;
    seen.add(name);
    const statement = constantOf(ts, tree, node, name);
    if (!statement || ![...freeNames(ts, statement)].every(resolve)) return false;
    lines.push(statement.getText(tree));
    return true;
  };
  return [...wanted].every(resolve) ? lines.join('\n') : undefined;
}

function constantOf(ts: Ts, tree: TS.SourceFile, at: TS.Node, name: string): TS.VariableStatement | undefined {
  for (let scope: TS.Node | undefined = at.parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    const found = scope.statements.find((s) => ts.isVariableStatement(s) && s.declarationList.declarations.some((d) => boundNames(ts, d.name).includes(name)));
    if (!found) continue;
    const isConst = ts.isVariableStatement(found) && (found.declarationList.flags & ts.NodeFlags.Const) !== 0;
    const text = scope.getText(tree);
    const changed = new RegExp(`\\b${name.replaceAll('$', '\\$')}(?:\\.\\w+|\\[[^\\]]*\\])*\\s*(?:\\.(?:push|pop|shift|unshift|splice|sort|reverse|fill|set|add|delete|clear)\\(|=[^=>]|\\+\\+|--|[-+*/]=)`, 'g');
    const writes = [...text.matchAll(changed)].length - (new RegExp(`const\\s+${name.replaceAll('$', '\\$')}\\s*=`).test(text) ? 1 : 0);
    return isConst && writes <= 0 ? found : undefined;
  }
  return undefined;
}

/** The whole assert, where it stands on one line; else the call alone. */
function statementText(ts: Ts, tree: TS.SourceFile, node: TS.Node): string {
  let at = node;
  while (at.parent && !ts.isStatement(at) && !ts.isArrowFunction(at.parent)) at = at.parent;
  const text = at.getText(tree);
  return (text.includes('\n') ? node.getText(tree) : text).replace(/;$/, '');
}
