import type TS from 'typescript6';
import { lineAt, parseTree, type Ts } from '../../../languages/javascript/ast.ts';
import type { Impurity } from '../purity.ts';

/** Modules of Node that compute. `crypto` is one but for what `CHANCE` names. */
const COMPUTING = new Set(['buffer', 'crypto', 'path', 'path/posix', 'querystring', 'string_decoder', 'url', 'util']);
const CHANCE = /^(?:random\w*|getRandomValues|generate\w+|webcrypto|subtle|createSecretKey|scrypt|pbkdf2)$/;
/** Globals that reach what is not an argument. Timers too: what a function gives later it does not give. */
const REACHING: Readonly<Record<string, string>> = {
  performance: 'reads the clock', process: 'reaches for the process', globalThis: 'reaches for all globals at once', global: 'reaches for all globals at once', fetch: 'uses the network',
  WebSocket: 'uses the network', XMLHttpRequest: 'uses the network', EventSource: 'uses the network', navigator: 'looks at the machine', setTimeout: 'waits for time', setInterval: 'waits for time',
  setImmediate: 'waits for time', queueMicrotask: 'goes on after its call', Worker: 'starts a thread', SharedArrayBuffer: 'shares memory', Atomics: 'shares memory', WebAssembly: 'runs code that nobody reads',
  WeakRef: 'hangs on when memory is freed', FinalizationRegistry: 'hangs on when memory is freed', require: 'loads modules by a call', __filename: 'looks at its own file', __dirname: 'looks at its own file', arguments: 'reaches for its caller',
  BroadcastChannel: 'shares messages', MessageChannel: 'goes on after its call', AbortSignal: 'waits for time', PerformanceObserver: 'reads the clock', localStorage: 'keeps state from call to call',
  sessionStorage: 'keeps state from call to call', getCallSites: 'looks at its callers', getCallSite: 'looks at its callers',
  Proxy: 'makes values that change as they are looked at', Reflect: 'changes how objects behave', eval: 'makes code from text', Function: 'makes code from text',
};
/** Classes whose instances are told the time as they are made, unless the tool has its own of that name. */
const STAMPED = new Set(['Event', 'CustomEvent', 'MessageEvent', 'File']);
/** Members that lead to the prototypes which all values share, or to the stack. */
const MEMBERS = new Map([
  ['__proto__', 'reaches for a prototype'], ['prototype', 'reaches for a prototype'], ['setPrototypeOf', 'reaches for a prototype'], ['getPrototypeOf', 'reaches for a prototype'],
  ['require', 'loads modules by a call'], ['allocUnsafe', 'gives what lay in memory'], ['allocUnsafeSlow', 'gives what lay in memory'], ['getCallSites', 'looks at its callers'], ['getCallSite', 'looks at its callers'],
  ['__defineGetter__', 'makes values that change as they are looked at'], ['__defineSetter__', 'makes values that change as they are looked at'],
  ['captureStackTrace', 'looks at its callers'], ['callee', 'looks at its callers'], ['timeOrigin', 'reads the clock'],
  ['resolvedOptions', 'looks at the settings of the machine'], ['getTimezoneOffset', 'looks at the settings of the machine'],
]);

/** See `impurityOf`. */
export async function impureJavascript(path: string, code: string): Promise<Impurity | undefined> {
  const { ts, tree } = await parseTree(path, code);
  let found: Impurity | undefined;
  const visit = (node: TS.Node): void => {
    if (found || ts.isTypeNode(node)) return;
    const says = saidOf(ts, node, tree);
    if (says !== undefined) found = { line: lineAt(tree, node.getStart(tree)), message: `It ${says} (${node.getText(tree).slice(0, 60)}).` };
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function saidOf(ts: Ts, node: TS.Node, tree: TS.SourceFile): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return moduleSaid(ts, node);
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return 'looks at its own file';
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return 'loads modules by a call';
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    // A name may be written with escapes.
    const owner = ts.isIdentifier(node.expression) ? node.expression.text : node.expression.getText(tree);
    const member = ts.isPropertyAccessExpression(node) ? node.name.text : ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
    if (owner === 'Math' && (member === 'random' || member === undefined)) return 'uses chance';
    if (owner === 'Date' && (member === 'now' || member === undefined)) return 'reads the clock';
    if (/^(?:crypto|webcrypto)$/.test(owner) && (member === undefined || CHANCE.test(member))) return 'uses chance';
    if (member === 'constructor' && leadsOn(ts, node)) return 'reaches for a constructor';
    // An object of the tool's own may have a stack.
    if (member === 'stack' && /^(?:e|err|error|ex|exception)$|Error\(/.test(owner)) return 'looks at its callers';
    return member === undefined ? undefined : MEMBERS.get(member);
  }
  if (ts.isBindingElement(node)) return memberTaken(ts, node.propertyName ?? node.name);
  // `({ constructor: Other } = value)` takes it apart as a declaration does.
  if (ts.isPropertyAssignment(node)) return memberTaken(ts, node.name);
  if (ts.isCallExpression(node) && (isNow(ts, node) || isNowFormatted(ts, node, tree))) return 'reads the clock';
  if (!ts.isIdentifier(node) || !isUse(ts, node)) return undefined;
  if (STAMPED.has(node.text) && ts.isNewExpression(node.parent) && !new RegExp(`\\b(?:class|function|const|let|var)\\s+${node.text}\\b`).test(tree.text)) return 'reads the clock';
  // Where code runs as a script there is such an object, and it loads what it is asked for.
  if (node.text === 'module' && !/\b(?:const|let|var|function|class)\s+module\b|[(,[{]\s*module\s*[,)=:}\]]|\bmodule\s*=>/.test(tree.text)) return 'reaches for its module';
  if (node.text === 'crypto' && !isOwner(ts, node)) return 'takes chance under another name';
  // The class under another name would read the clock where nobody sees it.
  if (node.text === 'Date') return dateSaid(ts, node);
  if (node.text === 'Math') return isOwner(ts, node) ? undefined : 'takes chance under another name';
  return Object.hasOwn(REACHING, node.text) ? REACHING[node.text] : undefined;
}

const isOwner = (ts: Ts, node: TS.Identifier): boolean => (ts.isPropertyAccessExpression(node.parent) || ts.isElementAccessExpression(node.parent)) && node.parent.expression === node;

/** The name of a member that is taken out of a value, where it leads on. */
function memberTaken(ts: Ts, name: TS.Node): string | undefined {
  const text = ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined;
  return text === 'constructor' ? 'reaches for a constructor' : text === undefined ? undefined : MEMBERS.get(text);
}

/** `now()` of whatever it is: the class of dates has many ways to it. */
const isNow = (ts: Ts, { expression, arguments: given }: TS.CallExpression): boolean => ts.isPropertyAccessExpression(expression) && expression.name.text === 'now' && given.length === 0;

/** A date format that is given no date says the present one. */
function isNowFormatted(ts: Ts, { expression, arguments: given }: TS.CallExpression, tree: TS.SourceFile): boolean {
  if (!ts.isPropertyAccessExpression(expression) || !/^format(?:ToParts)?$/.test(expression.name.text) || !tree.text.includes('DateTimeFormat')) return false;
  return given.length === 0 || ts.isSpreadElement(given[0]!);
}

/** `x.constructor === Object` and `x.constructor.name` ask what something is; called, or taken further, it makes code from text. */
function leadsOn(ts: Ts, { parent }: TS.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== 'name';
  return !ts.isBinaryExpression(parent);
}

function moduleSaid(ts: Ts, node: TS.ImportDeclaration | TS.ExportDeclaration): string | undefined {
  if (ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly : node.isTypeOnly) return undefined;
  const module = node.moduleSpecifier;
  if (!module || !ts.isStringLiteralLike(module)) return undefined;
  const name = module.text.replace(/^node:/, '');
  if (!COMPUTING.has(name)) return 'imports what is not among the modules that only compute';
  if (name !== 'crypto' || !ts.isImportDeclaration(node)) return undefined;
  const bindings = node.importClause?.namedBindings;
  // Under another name nobody sees what is taken of it.
  const whole = [node.importClause?.name, bindings && ts.isNamespaceImport(bindings) ? bindings.name : undefined].find(Boolean);
  if (whole) return whole.text === 'crypto' ? undefined : 'takes chance under another name';
  if (bindings && ts.isNamedImports(bindings)) return bindings.elements.some((one) => (one.propertyName ?? one.name).text === 'default' || CHANCE.test((one.propertyName ?? one.name).text)) ? 'uses chance' : undefined;
  return undefined;
}

/** `new Date(…)` with something in it, `Date.parse`, `Date.UTC`, `instanceof Date` are told by what they are given. */
function dateSaid(ts: Ts, node: TS.Identifier): string | undefined {
  const { parent } = node;
  if (ts.isNewExpression(parent) && parent.expression === node) return parent.arguments?.[0] && !ts.isSpreadElement(parent.arguments[0]) ? undefined : 'reads the clock';
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) return undefined;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) return undefined;
  return 'reads the clock';
}

/** Does an identifier stand for a value here: not as the name of a member, of a property, or of what is declared. */
function isUse(ts: Ts, node: TS.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  // An arrow function may give it without braces.
  if (ts.isArrowFunction(parent)) return parent.body === node;
  if (ts.isParameter(parent) || ts.isBindingElement(parent)) return parent.initializer === node;
  return !(ts.isFunctionLike(parent) || ts.isClassLike(parent) || ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent) || ts.isLabeledStatement(parent) || ts.isPropertySignature(parent));
}
