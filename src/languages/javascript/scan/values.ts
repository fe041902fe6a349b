import type TS from 'typescript6';
import type { Resolved } from '../program.ts';

/** Characters of a constant text: module names and members are shorter, and sums of sums can grow without end. */
const LONGEST = 1_000;

/**
 * What an expression may denote, as far as one file tells: `eval`, `Function`, `module:child_process.exec`,
 * `global`, `require`. Names are followed through aliases, destructuring, imports, `require`, constants put together, and
 * `globalThis[…]`; a name that the file itself defines as something else denotes nothing.
 */
export class Values {
  readonly #r: Resolved;
  /** What each name of the file may denote: the least solution of all its declarations and assignments. */
  readonly #named = new Map<TS.Symbol, Set<string>>();
  readonly #assigned = new Set<TS.Symbol>();
  readonly #texts = new Map<TS.Symbol, string | undefined>();
  readonly #known = new Map<TS.Node, Set<string>>();
  #solved = false;

  constructor(resolved: Resolved) {
    this.#r = resolved;
    const equations = this.#equations(resolved.tree);
    // Aliases of aliases need a round each; more than this are not written by people.
    for (let round = 0, changed = true; changed && round < 12; round += 1) {
      changed = false;
      for (const { symbol, values } of equations) {
        const known = this.#named.get(symbol) ?? new Set();
        const before = known.size;
        for (const value of values()) known.add(value);
        this.#named.set(symbol, known);
        changed ||= known.size > before;
      }
    }
    this.#solved = true;
  }

  of(node: TS.Node): Set<string> {
    const known = this.#known.get(node);
    if (known) return known;
    const found = this.#denoted(node);
    if (this.#solved) this.#known.set(node, found);
    return found;
  }

  #denoted(node: TS.Node): Set<string> {
    const { ts } = this.#r;
    const next = (n: TS.Node) => this.of(n);
    if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isTypeAssertionExpression(node) || ts.isAwaitExpression(node)) return next(node.expression);
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.CommaToken || kind === ts.SyntaxKind.EqualsToken) return next(node.right);
      if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.QuestionQuestionToken) return union(next(node.left), next(node.right));
      return new Set();
    }
    if (ts.isConditionalExpression(node)) return union(next(node.whenTrue), next(node.whenFalse));
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node)) return new Set(['a function']);
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isPropertyAccessExpression(node)) return this.#members(next(node.expression), node.name.text, node.expression);
    if (ts.isElementAccessExpression(node)) {
      const key = this.text(node.argumentExpression);
      return key === undefined ? new Set([...next(node.expression)].filter((v) => v === 'global').map(() => 'a computed global')) : this.#members(next(node.expression), key, node.expression);
    }
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isMetaProperty(node)) return new Set(['import.meta']);
    return new Set();
  }

  /** The text of a constant expression: literals, their sum, templates of constants, and names bound to them once. */
  text(node: TS.Node, depth = 0): string | undefined {
    const { ts, checker } = this.#r;
    if (depth > 200) return undefined; // deeper sums are not written by people, and the stack is not endless
    const next = (n: TS.Node) => this.text(n, depth + 1);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return next(node.expression);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      const [left, right] = [next(node.left), next(node.right)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    if (ts.isTemplateExpression(node)) {
      let out = node.head.text;
      for (const span of node.templateSpans) {
        const part = next(span.expression);
        if (part === undefined) return undefined;
        out += part + span.literal.text;
      }
      return out;
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'join' && ts.isArrayLiteralExpression(node.expression.expression)) {
      const parts = node.expression.expression.elements.map(next);
      const glue = node.arguments[0] ? next(node.arguments[0]) : ',';
      return glue === undefined || parts.includes(undefined) ? undefined : parts.join(glue);
    }
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      const declared = symbol?.declarations?.[0];
      if (!symbol || !declared || !ts.isVariableDeclaration(declared) || !declared.initializer || this.#assigned.has(symbol)) return undefined;
      if (!this.#texts.has(symbol)) {
        this.#texts.set(symbol, undefined); // a name that is made of itself has no constant text
        const text = next(declared.initializer);
        this.#texts.set(symbol, text !== undefined && text.length <= LONGEST ? text : undefined);
      }
      return this.#texts.get(symbol);
    }
    return undefined;
  }

  #identifier(node: TS.Identifier): Set<string> {
    const { ts, checker, tree } = this.#r;
    const name = node.text;
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol && ts.isShorthandPropertyAssignment(node.parent)) symbol = checker.getShorthandAssignmentValueSymbol(node.parent) ?? symbol;
    // TypeScript takes `Object.is = …` in a script for a declaration of `Object`: an assignment defines no name.
    const defines = (d: TS.Node) => d.getSourceFile() === tree && !ts.isSourceFile(d) && !ts.isPropertyAccessExpression(d) && !ts.isElementAccessExpression(d) && !ts.isBinaryExpression(d) && !(ts.isIdentifier(d) && d !== node.parent);
    const own = symbol?.declarations?.some(defines) ?? false;
    if (own && symbol) return this.#named.get(symbol) ?? new Set();
    return /^(globalThis|global|window|self)$/.test(name) ? new Set(['global']) : new Set([name]);
  }

  #declaration(node: TS.Node): Set<string> {
    const { ts } = this.#r;
    if (ts.isVariableDeclaration(node)) return node.initializer ? this.of(node.initializer) : new Set();
    if (ts.isParameter(node)) return node.initializer ? this.of(node.initializer) : new Set();
    if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return new Set(['a function']);
    if (ts.isBindingElement(node)) {
      const pattern = node.parent;
      const owner = pattern.parent;
      const base = ts.isBindingElement(owner) ? this.#declaration(owner) : ts.isVariableDeclaration(owner) && owner.initializer ? this.of(owner.initializer) : new Set<string>();
      if (!ts.isObjectBindingPattern(pattern)) return new Set();
      if (node.dotDotDotToken) return base;
      const key = node.propertyName ?? node.name;
      const name = ts.isComputedPropertyName(key) ? this.text(key.expression) : ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : undefined;
      return name === undefined ? new Set() : this.#members(base, name);
    }
    if (ts.isImportSpecifier(node)) {
      const name = (node.propertyName ?? node.name).text;
      return moduleValue(ts, node.parent.parent.parent.moduleSpecifier, name === 'default' ? undefined : name);
    }
    if (ts.isImportClause(node)) return moduleValue(ts, node.parent.moduleSpecifier);
    if (ts.isNamespaceImport(node)) return moduleValue(ts, node.parent.parent.moduleSpecifier);
    if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) return moduleValue(ts, node.moduleReference.expression);
    return new Set();
  }

  #members(bases: Set<string>, name: string, object?: TS.Node): Set<string> {
    const { ts } = this.#r;
    const found = new Set<string>();
    for (const base of bases) {
      if (base === 'global') found.add(/^(globalThis|global|window|self)$/.test(name) ? 'global' : name);
      else if (base === 'a function') {
        if (name === 'constructor') found.add('Function');
        else if (/^(call|apply|bind)$/.test(name)) found.add('a function');
      } else if (base === 'a prototype' && name === 'constructor') found.add('Function');
      else if (base === 'a constructor' && name === 'constructor') found.add('Function');
      else if (base === 'module' && name === 'require') found.add('require');
      else if (base === 'process.mainModule' && name === 'require') found.add('require');
      else if (base === 'require.main' && name === 'require') found.add('require');
      else if (base.startsWith('module:') && name === 'default') found.add(base);
      else if (/^(eval|Function)$/.test(base) && /^(call|apply|bind)$/.test(name)) found.add(base);
      else if (base === 'Function' && name === 'prototype') found.add('a function');
      else if (/^[\w$.:/@-]+$/.test(base)) found.add(`${base}.${name}`);
    }
    // `[].constructor` is Array; `[].constructor.constructor` is Function, whatever the object is.
    if (name === 'constructor' && !found.has('Function')) {
      const inner = object && ts.isPropertyAccessExpression(object) && object.name.text === 'constructor';
      const innerElement = object && ts.isElementAccessExpression(object) && this.text(object.argumentExpression) === 'constructor';
      found.add(inner || innerElement ? 'Function' : 'a constructor');
    }
    return found;
  }

  #call(node: TS.CallExpression): Set<string> {
    const { ts } = this.#r;
    const [argument] = node.arguments;
    const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const callees = loads ? new Set(['require']) : this.of(node.expression);
    const found = new Set<string>();
    for (const callee of callees) {
      if (callee === 'require' || callee === 'process.getBuiltinModule') {
        const name = argument && this.text(argument);
        if (name !== undefined) found.add(`module:${plain(name)}`);
      } else if (callee === 'module:module.createRequire' || callee === 'module:module.Module.createRequire') found.add('require');
      else if (/^(Object|Reflect)\.getPrototypeOf$/.test(callee) && argument && this.of(argument).has('a function')) found.add('a prototype');
      else if (callee === 'Reflect.get' && node.arguments[1]) {
        const key = this.text(node.arguments[1]);
        if (key !== undefined && argument) for (const v of this.#members(this.of(argument), key)) found.add(v);
      } else if (/^(eval|Function|require)$/.test(callee) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'bind') found.add(callee);
      else if (callee === 'module:util.promisify' && argument) for (const v of this.of(argument)) found.add(v);
    }
    return found;
  }

  /** Every declaration and assignment of the file that gives a name a value. */
  #equations(root: TS.Node): { symbol: TS.Symbol; values: () => Iterable<string> }[] {
    const { ts, checker } = this.#r;
    const found: { symbol: TS.Symbol; values: () => Iterable<string> }[] = [];
    const add = (name: TS.Node | undefined, values: () => Iterable<string>): void => {
      const symbol = name && ts.isIdentifier(name) ? checker.getSymbolAtLocation(name) : undefined;
      if (symbol) found.push({ symbol, values });
    };
    const visit = (node: TS.Node): void => {
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left)) {
        const symbol = checker.getSymbolAtLocation(node.left);
        if (symbol) this.#assigned.add(symbol);
        add(node.left, () => this.of(node.right));
      } else if (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isImportClause(node) || ts.isImportSpecifier(node) || ts.isNamespaceImport(node) || ts.isImportEqualsDeclaration(node)) {
        add(node.name, () => this.#declaration(node));
      }
      ts.forEachChild(node, visit);
    };
    visit(root);
    return found;
  }
}

/** `node:fs` and `fs` are one module; `fs/promises` is its own. */
export function plain(name: string): string {
  return name.replace(/^node:/, '');
}

function moduleValue(ts: Resolved['ts'], specifier: TS.Node, member?: string): Set<string> {
  if (!ts.isStringLiteralLike(specifier)) return new Set();
  const module = `module:${plain(specifier.text)}`;
  return new Set([member === undefined ? module : `${module}.${member}`]);
}

function union(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a, ...b]);
}
