import type TS from 'typescript6';
import type { RelativePath } from '../../../workspace/types.ts';
import type { Finding } from '../../types.ts';
import { newFindings, tidyFindings } from '../../shared/findings.ts';
import { lineAt } from '../ast.ts';
import { resolveFile, type Resolved } from '../program.ts';
import { isTestPath } from '../test-paths.ts';
import { CALLS, CHECKS, COMPUTED_CALL, COMPUTED_GLOBAL, DATA_IMPORT, DYNAMIC_LOAD, EVAL, EXIT_IN_TEST, FORGED_REPORT, MODULES, RECURSIVE_DELETE, REPLACES_BUILTIN, REPLACES_CHECK, type Rule, RUNNER_IMPORT, RUNNERS, TEST_DETECTION, TEST_MARKS, TIMER_TEXT, WORKER_EVAL } from './rules.ts';
import { plain, Values } from './values.ts';

/** Findings of `after` that `before` did not have; a moved line is not a new finding. */
export async function scan(path: RelativePath, before: string | undefined, after: string): Promise<Finding[]> {
  const found = await findings(path, after);
  return before === undefined || !found.length ? found : newFindings(await findings(path, before), found);
}

async function findings(path: RelativePath, source: string): Promise<Finding[]> {
  const resolved = await resolveFile(path, source);
  const { ts, tree } = resolved;
  const values = new Values(resolved);
  const lines = source.split(/\r?\n/);
  const test = isTestPath(path);
  const found: Finding[] = [];
  const report = (node: TS.Node, { rule, severity, message }: Rule): void => {
    const line = lineAt(tree, node.getStart(tree));
    // Tests of command-line programs start them: that is looked at by a person, not refused.
    const softened = test && rule === 'js/child-process' ? 'warn' : severity;
    found.push({ rule, severity: softened, path, line, message, excerpt: (lines[line - 1] ?? '').trim().slice(0, 200) });
  };
  const visit = (node: TS.Node): void => {
    for (const rule of rulesFor(node, resolved, values, test)) report(node, rule);
    // Types denote nothing at run time.
    if (!ts.isTypeNode(node)) ts.forEachChild(node, visit);
  };
  visit(tree);
  return tidyFindings(found);
}

function rulesFor(node: TS.Node, r: Resolved, values: Values, test: boolean): Rule[] {
  const { ts } = r;
  if (ts.isImportDeclaration(node)) return typeOnly(ts, node.importClause) ? [] : [...moduleRule(ts, node.moduleSpecifier), ...runnerRule(ts, node.moduleSpecifier, test)];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) {
    return ts.isPropertyAccessExpression(node.left) || ts.isElementAccessExpression(node.left) ? replacing(values.of(node.left), values.of(node.left.expression), test) : [];
  }
  if (!test && (ts.isIdentifier(node) || ts.isStringLiteral(node)) && TEST_MARKS.test(node.text)) return [TEST_DETECTION];
  if (ts.isExportDeclaration(node)) return node.moduleSpecifier && !node.isTypeOnly ? moduleRule(ts, node.moduleSpecifier) : [];
  if (ts.isImportEqualsDeclaration(node)) return !node.isTypeOnly && ts.isExternalModuleReference(node.moduleReference) ? moduleRule(ts, node.moduleReference.expression) : [];
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return callRules(node, r, values, test);
  if (ts.isTaggedTemplateExpression(node)) return [...values.of(node.tag)].flatMap((v) => (v === 'Bun.$' ? [CALLS['Bun.spawn']!] : CALLS[v] && v === 'Function' ? [CALLS[v]] : []));
  if ((ts.isIdentifier(node) && isReference(ts, node)) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isBindingElement(node)) {
    const denoted = ts.isBindingElement(node) ? (ts.isIdentifier(node.name) ? values.of(node.name) : new Set<string>()) : values.of(node);
    if (denoted.has('eval')) return [EVAL];
    if (denoted.has('a computed global')) return [COMPUTED_GLOBAL];
    if (ts.isPropertyAccessExpression(node) && node.name.text === '_compile' && ts.isCallExpression(node.parent) && node.parent.expression === node && node.parent.arguments.length >= 2) return [CALLS['module._compile']!];
  }
  return [];
}

function runnerRule(ts: Resolved['ts'], specifier: TS.Node, test: boolean): Rule[] {
  return !test && ts.isStringLiteralLike(specifier) && RUNNERS.test(specifier.text) ? [RUNNER_IMPORT] : [];
}

/** What an assignment to a member replaces: of an assertion module always a finding, of a builtin where the code is no test. */
function replacing(targets: Set<string>, owners: Set<string>, test: boolean): Rule[] {
  if ([...targets, ...owners].some((v) => CHECKS.test(v) || /^(expect|vi|jest)(\.|$)/.test(v))) return [REPLACES_CHECK];
  return !test && [...targets].some(isBuiltinFunction) ? [REPLACES_BUILTIN] : [];
}

/** `Object.is`, `Array.prototype.map`, `Date.now`: functions that every program finds there. */
function isBuiltinFunction(name: string): boolean {
  let value: unknown = globalThis;
  for (const part of name.split('.')) {
    const descriptor = value !== null && (typeof value === 'object' || typeof value === 'function') ? Object.getOwnPropertyDescriptor(value, part) : undefined;
    if (!descriptor) return false;
    value = descriptor.value;
  }
  return typeof value === 'function';
}

function typeOnly(ts: Resolved['ts'], clause: TS.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return !clause.name && bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.length > 0 && bindings.elements.every((e) => e.isTypeOnly);
}

function moduleRule(ts: Resolved['ts'], specifier: TS.Node): Rule[] {
  return ts.isStringLiteralLike(specifier) ? moduleNamed(specifier.text) : [];
}

function moduleNamed(name: string): Rule[] {
  if (/^data:/i.test(name)) return [DATA_IMPORT];
  const rule = Object.hasOwn(MODULES, plain(name)) ? MODULES[plain(name)] : undefined;
  return rule ? [rule] : [];
}

function callRules(node: TS.CallExpression | TS.NewExpression, r: Resolved, values: Values, test: boolean): Rule[] {
  const { ts } = r;
  const [first, second] = node.arguments ?? [];
  const found: Rule[] = values.of(node).has('eval') ? [EVAL] : [];
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return first ? loadRules(first, values, test) : [];
  for (const callee of values.of(node.expression)) {
    if (callee === 'require' || callee === 'process.getBuiltinModule') found.push(...(first ? loadRules(first, values, test) : []));
    else if (/^(Object|Reflect)\.(assign|define\w+|set|setPrototypeOf)$/.test(callee) && first) {
      const owners = values.of(first);
      const key = second && values.text(second);
      found.push(...replacing(new Set(key === undefined ? [] : [...owners].map((o) => (o === 'global' ? key : `${o}.${key}`))), owners, test));
    } else if (callee === 'module:worker_threads.Worker' && second && optionTrue(ts, second, 'eval')) found.push(WORKER_EVAL);
    else if ((callee === 'module:worker_threads.Worker' || callee === 'Worker') && first && (values.text(first) ?? first.getText()).match(/^new URL\(\s*['"`]data:|^data:/)) found.push(WORKER_EVAL);
    else if (/^(setTimeout|setInterval|setImmediate|execScript)$/.test(callee) && first && isText(ts, first, values)) found.push(TIMER_TEXT);
    else if (/^module:(fs(\/promises)?|fs\.promises|fs-extra)(\.promises)?\.(rm|rmSync|rmdir|rmdirSync)$/.test(callee) && second && optionTrue(ts, second, 'recursive')) found.push(RECURSIVE_DELETE);
    else if (/^module:(rimraf|del|fs-extra\.(remove|removeSync|emptyDir|emptyDirSync)|rimraf\.\w+)$/.test(callee)) found.push(RECURSIVE_DELETE);
    else if (test && /^module:v8\.(Serializer|DefaultSerializer|serialize)$/.test(callee)) found.push(FORGED_REPORT);
    else if (test && /^process\.(exit|reallyExit|abort)$/.test(callee)) found.push(EXIT_IN_TEST);
    else if (/^Reflect\.(construct|apply)$/.test(callee) && first && values.of(first).has('Function')) found.push(CALLS['Function']!);
    else if (callee === 'a computed global') found.push(COMPUTED_CALL);
    else if (Object.hasOwn(CALLS, callee)) found.push(CALLS[callee]!);
  }
  return found;
}

function loadRules(argument: TS.Expression, values: Values, test: boolean): Rule[] {
  const name = values.text(argument);
  return name === undefined ? [DYNAMIC_LOAD] : [...moduleNamed(name), ...(!test && RUNNERS.test(name) ? [RUNNER_IMPORT] : [])];
}

function isText(ts: Resolved['ts'], node: TS.Expression, values: Values): boolean {
  if (values.text(node) !== undefined || ts.isTemplateExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken && (isText(ts, node.left, values) || isText(ts, node.right, values));
}

function optionTrue(ts: Resolved['ts'], node: TS.Node, name: string): boolean {
  if (!ts.isObjectLiteralExpression(node)) return false;
  return node.properties.some((p) => ts.isPropertyAssignment(p) && (ts.isIdentifier(p.name) || ts.isStringLiteral(p.name)) && p.name.text === name && p.initializer.kind !== ts.SyntaxKind.FalseKeyword);
}

/** Names of members, labels, keys and declarations are no references. */
function isReference(ts: Resolved['ts'], node: TS.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return false;
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isAccessor(parent) || ts.isFunctionLike(parent) || ts.isClassLike(parent)) {
    return 'initializer' in parent && parent.initializer === node;
  }
  return !ts.isLabeledStatement(parent) && !ts.isJsxAttribute(parent) && !ts.isBreakOrContinueStatement(parent);
}
