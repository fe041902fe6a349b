import type TS from 'typescript6';
import type { Workbench } from '../../workspace/types.ts';
import type { StaticTest } from '../types.ts';
import { lineAt, normalised, parseTree, type Ts } from './ast.ts';

const SUITES = new Set(['describe', 'suite', 'context', 'fdescribe', 'xdescribe']);
const TESTS = new Set(['it', 'test', 'specify', 'fit', 'xit', 'xtest', 'ftest', 'bench']);
const SKIPPING = new Set(['skip', 'todo', 'skipIf', 'runIf']);
const HOOKS = new Set(['before', 'after', 'beforeEach', 'afterEach', 'beforeAll', 'afterAll', 'setup', 'teardown']);

interface Call {
  kind: 'suite' | 'test';
  name: string;
  literal: boolean;
  skipped: boolean;
  only: boolean;
  /** `describe.each(…)`, `test.each(…)`: one call, many tests. */
  each: boolean;
  body?: TS.Node;
}

interface Found extends StaticTest {
  /** Its name and those of its suites are literals, and no condition or loop stands around it. */
  certain: boolean;
}

/** Tests of a file in order; where one says `.only`, all others beside it count as skipped. */
export async function staticTests(path: string, source: string): Promise<StaticTest[]> {
  return (await findTests(path, source)).map(({ certain: _certain, ...test }) => test);
}

/** For the judgement of a run: what must have reported, and whether the file checks something without tests. */
export async function staticTestsOf(bench: Workbench, path: string): Promise<{ names: string[]; lines: Map<string, number>; asserts: boolean }> {
  return staticTestsIn(path, await bench.readText(path).then((f) => f.text, () => ''));
}

/** The same of a source that is at hand. */
export async function staticTestsIn(path: string, source: string): Promise<{ names: string[]; lines: Map<string, number>; asserts: boolean }> {
  const tests = await findTests(path, source);
  return {
    names: tests.filter((t) => t.certain && !t.skipped).map((t) => t.name),
    lines: new Map(tests.map((t) => [t.name, t.fromLine])),
    asserts: /['"](node:)?assert(\/strict)?['"]|['"](chai|expect|tape|should)['"]/.test(source),
  };
}

async function findTests(path: string, source: string): Promise<Found[]> {
  const { ts, tree } = await parseTree(path, source);
  const aliases = importedNames(ts, tree);
  const tests: (Found & { only: boolean })[] = [];
  const visit = (node: TS.Node, suites: string[], state: { skipped: boolean; only: boolean; certain: boolean }): void => {
    const call = ts.isCallExpression(node) ? testCall(ts, node, aliases) : undefined;
    if (call) {
      const inner = { skipped: state.skipped || call.skipped, only: state.only || call.only, certain: state.certain && call.literal && !call.each };
      if (call.kind === 'test') {
        tests.push({
          name: [...suites, call.name].join(' > '),
          fromLine: lineAt(tree, node.getStart(tree)),
          toLine: lineAt(tree, node.end),
          skipped: inner.skipped,
          only: inner.only,
          certain: inner.certain && call.name !== '',
          body: normalised(ts, node, tree),
        });
      }
      if (call.body) visitBody(call.body, [...suites, call.name], call.kind === 'suite' ? inner : { ...inner, certain: false });
      return;
    }
    const conditional = ts.isIfStatement(node) || ts.isConditionalExpression(node) || ts.isIterationStatement(node, false) || ts.isFunctionLike(node) || ts.isTryStatement(node) || ts.isSwitchStatement(node);
    const next = conditional ? { ...state, certain: false } : state;
    ts.forEachChild(node, (child) => visit(child, suites, next));
  };
  const visitBody = (body: TS.Node, suites: string[], state: Parameters<typeof visit>[2]): void => {
    ts.forEachChild(body, (child) => visit(child, suites, state));
  };
  visitBody(tree, [], { skipped: false, only: false, certain: true });
  const narrowed = tests.some((t) => t.only);
  return tests.map(({ only, ...test }) => ({ ...test, skipped: test.skipped || (narrowed && !only) }));
}

/** Other names the file gives to the test functions: `import { test as check }`, `import t from 'node:test'`, `const { it: x } = require(…)`. */
function importedNames(ts: Ts, tree: TS.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  const isRunner = (module: string) => /^(node:test|test|vitest|@jest\/globals|mocha|ava|tape|tap|uvu|bun:test)$/.test(module);
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier) && isRunner(statement.moduleSpecifier.text)) {
      const clause = statement.importClause;
      if (clause?.name) names.set(clause.name.text, 'test');
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings)) for (const e of bindings.elements) names.set(e.name.text, (e.propertyName ?? e.name).text === 'default' ? 'test' : (e.propertyName ?? e.name).text);
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const call = initializer && ts.isPropertyAccessExpression(initializer) ? initializer.expression : initializer;
      if (!call || !ts.isCallExpression(call) || call.expression.getText(tree) !== 'require') continue;
      const [argument] = call.arguments;
      if (!argument || !ts.isStringLiteral(argument) || !isRunner(argument.text)) continue;
      if (ts.isIdentifier(name)) names.set(name.text, ts.isPropertyAccessExpression(initializer!) ? initializer.name.text : 'test');
      else if (ts.isObjectBindingPattern(name)) {
        for (const e of name.elements) if (ts.isIdentifier(e.name)) names.set(e.name.text, e.propertyName?.getText(tree) ?? e.name.text);
      }
    }
  }
  return names;
}

function testCall(ts: Ts, node: TS.CallExpression, aliases: ReadonlyMap<string, string>): Call | undefined {
  const chain: string[] = [];
  let each = false;
  let conditional = false;
  let callee: TS.Expression = node.expression;
  for (;;) {
    if (ts.isPropertyAccessExpression(callee)) {
      chain.unshift(callee.name.text);
      callee = callee.expression;
    } else if (ts.isCallExpression(callee) && ts.isPropertyAccessExpression(callee.expression) && /^(each|for|skipIf|runIf)$/.test(callee.expression.name.text)) {
      each ||= /^(each|for)$/.test(callee.expression.name.text);
      conditional ||= callee.expression.name.text.endsWith('If');
      callee = callee.expression.expression;
    } else if (ts.isTaggedTemplateExpression(callee) && ts.isPropertyAccessExpression(callee.tag) && callee.tag.name.text === 'each') {
      each = true;
      callee = callee.tag.expression;
    } else break;
  }
  if (!ts.isIdentifier(callee)) return undefined;
  const base = aliases.get(callee.text) ?? callee.text;
  let role = base;
  let modifiers = chain;
  // `t.test('…')` inside a test, and `test.describe`, `test.it` of a namespace-like default import.
  const last = chain.find((c) => TESTS.has(c) || SUITES.has(c));
  if (last && (TESTS.has(base) || chain[0] === last)) {
    if (!TESTS.has(base) && !/^(t|tc|ctx|context|test|tap|assert)$/.test(base) && aliases.get(callee.text) === undefined) return undefined;
    role = last;
    modifiers = chain.filter((c) => c !== last);
  }
  const kind = SUITES.has(role) ? 'suite' : TESTS.has(role) ? 'test' : undefined;
  if (!kind || modifiers.some((m) => HOOKS.has(m) || ['mock', 'extend', 'use', 'step', 'fn', 'setTimeout', 'each', 'info', 'expect'].includes(m))) return undefined;
  const [first, ...rest] = node.arguments;
  if (!first) return undefined;
  const literal = ts.isStringLiteralLike(first);
  const isFunction = (a: TS.Node) => ts.isArrowFunction(a) || ts.isFunctionExpression(a);
  const body = [first, ...rest].find(isFunction);
  if (!literal && !body && !ts.isTemplateExpression(first)) return undefined;
  const options = [first, ...rest].find((a) => ts.isObjectLiteralExpression(a));
  const flags = options ? optionFlags(ts, options as TS.ObjectLiteralExpression) : { skipped: false, only: false };
  const fn = body && (ts.isArrowFunction(body) || ts.isFunctionExpression(body)) ? body : undefined;
  const name = literal ? first.text : ts.isFunctionExpression(first) && first.name ? first.name.text : first === body ? '<anonymous>' : first.getText();
  return {
    kind, name, literal, each,
    skipped: flags.skipped || conditional || /^x(it|test|describe)$/.test(callee.text) || modifiers.some((m) => SKIPPING.has(m)) || (fn !== undefined && kind === 'test' && skipsItself(ts, fn)),
    only: flags.only || /^f(it|test|describe)$/.test(callee.text) || modifiers.includes('only'),
    body: fn?.body,
  };
}

/** `{ skip: true }`, `{ todo: 'reason' }`, `{ only: true }`; a value that is not a literal may skip. */
function optionFlags(ts: Ts, options: TS.ObjectLiteralExpression): { skipped: boolean; only: boolean } {
  let skipped = false;
  let only = false;
  for (const property of options.properties) {
    const name = property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) ? property.name.text : '';
    const off = ts.isPropertyAssignment(property) && property.initializer.kind === ts.SyntaxKind.FalseKeyword;
    if (/^(skip|todo)$/.test(name) && !off) skipped = true;
    if (name === 'only' && !off) only = true;
  }
  return { skipped, only };
}

/** `t.skip()`, `ctx.todo()` as a first statement, or a bare `return` before anything else. */
function skipsItself(ts: Ts, fn: TS.ArrowFunction | TS.FunctionExpression): boolean {
  if (!ts.isBlock(fn.body)) return false;
  const first = fn.body.statements[0];
  if (!first) return false;
  if (ts.isReturnStatement(first) && !first.expression && fn.body.statements.length > 1) return true;
  const context = fn.parameters[0]?.name.getText();
  const call = ts.isExpressionStatement(first) ? first.expression : ts.isReturnStatement(first) ? first.expression : undefined;
  if (!call || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  return /^(skip|todo)$/.test(call.expression.name.text) && [context, 'this'].includes(call.expression.expression.getText());
}
