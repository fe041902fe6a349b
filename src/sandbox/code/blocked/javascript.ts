import type TS from 'typescript6';
import type { BlockedImport } from '../types.ts';
import { compiler } from './compiler.ts';
import type { Ts } from './compiler.ts';
import { blockedName, jsPath } from './names.ts';

/** What a name stands for: the path of a module or an attribute, or nothing that is known. */
type Path = string | undefined;

/**
 * The first blocked module or attribute that the text of a snippet shows: imports, `require` and `import()` of a constant, attributes of what
 * those gave, by whatever name. A name that is declared twice stands for nothing here; the run tells.
 *
 * @param file name with the extension, which says whether types may stand in it
 */
export async function blockedInText(file: string, code: string, blocked: readonly string[]): Promise<(BlockedImport & { line: number }) | undefined> {
  const { ts, tree } = await parse(file, code);
  const names = new Names(ts, tree);
  let first: { position: number; name: string } | undefined;
  const look = (path: Path, node: TS.Node): void => {
    const name = path === undefined ? undefined : blockedName(path, blocked);
    const position = node.getStart(tree);
    if (name !== undefined && (!first || position < first.position)) first = { position, name };
  };
  const visit = (node: TS.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) lookAtImport(ts, node, look);
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) look(modulePath(ts, node.moduleReference.expression), node);
    else if (ts.isExpression(node) && !ts.isIdentifier(node)) look(names.pathOf(node), node);
    else if (ts.isIdentifier(node) && ts.isCallExpression(node.parent)) look(names.pathOf(node), node);
    // `const { exec } = require('child_process')` names the attribute in a pattern.
    else if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) look(names.pathOf(node.name), node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return first && { name: first.name, line: tree.getLineAndCharacterOfPosition(first.position).line + 1 };
}

/** Line of the only `import()` whose module does not stand there as text; undefined where there is none, or more than one. */
export async function dynamicImportLine(file: string, code: string): Promise<number | undefined> {
  const { ts, tree } = await parse(file, code);
  const lines: number[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && modulePath(ts, node.arguments[0]) === undefined) {
      lines.push(tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return lines.length === 1 ? lines[0] : undefined;
}

async function parse(file: string, code: string): Promise<{ ts: Ts; tree: TS.SourceFile }> {
  const ts = await compiler();
  return { ts, tree: ts.createSourceFile(file, code, ts.ScriptTarget.ESNext, true, file.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS) };
}

function modulePath(ts: Ts, node: TS.Node | undefined): Path {
  return node && ts.isStringLiteralLike(node) ? jsPath(node.text) : undefined;
}

function lookAtImport(ts: Ts, node: TS.ImportDeclaration | TS.ExportDeclaration, look: (path: Path, node: TS.Node) => void): void {
  const module = modulePath(ts, node.moduleSpecifier);
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  // Types are gone when it runs.
  if (module === undefined || clause?.isTypeOnly || (ts.isExportDeclaration(node) && node.isTypeOnly)) return;
  look(module, node);
  const elements = ts.isExportDeclaration(node) ? node.exportClause : clause?.namedBindings;
  if (!elements || (!ts.isNamedImports(elements) && !ts.isNamedExports(elements))) return;
  for (const element of elements.elements) if (!element.isTypeOnly) look(`${module}.${(element.propertyName ?? element.name).text}`, element);
}

/** The names of a file and what they stand for, without scopes: a name that is declared twice stands for nothing. */
class Names {
  readonly #declared = new Map<string, { times: number; path: Path; from?: { value: TS.Expression; key?: string } }>();

  constructor(
    private readonly ts: Ts,
    tree: TS.SourceFile,
  ) {
    const visit = (node: TS.Node): void => {
      this.#declare(node);
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }

  #add(name: string, path: Path, from?: { value: TS.Expression; key?: string }): void {
    this.#declared.set(name, { times: (this.#declared.get(name)?.times ?? 0) + 1, path, ...(from && { from }) });
  }

  #declare(node: TS.Node): void {
    const { ts } = this;
    if (ts.isImportDeclaration(node)) {
      const module = modulePath(ts, node.moduleSpecifier);
      const clause = node.importClause;
      if (clause?.name) this.#add(clause.name.text, module);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings)) this.#add(bindings.name.text, module);
      if (bindings && ts.isNamedImports(bindings)) {
        for (const { name, propertyName } of bindings.elements) this.#add(name.text, module && joined(module, (propertyName ?? name).text));
      }
    } else if (ts.isImportEqualsDeclaration(node)) {
      this.#add(node.name.text, ts.isExternalModuleReference(node.moduleReference) ? modulePath(ts, node.moduleReference.expression) : undefined);
    } else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      this.#add(node.name.text, undefined, node.initializer && { value: node.initializer });
    } else if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) {
      const holder = node.parent.parent;
      const key = node.propertyName ?? node.name;
      const plain = ts.isObjectBindingPattern(node.parent) && ts.isVariableDeclaration(holder) && holder.initializer && (ts.isIdentifier(key) || ts.isStringLiteral(key));
      this.#add(node.name.text, undefined, plain ? { value: holder.initializer as TS.Expression, key: key.text } : undefined);
    } else if ((ts.isParameter(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) && node.name && ts.isIdentifier(node.name)) {
      this.#add(node.name.text, undefined);
    }
  }

  /** The path that an expression stands for. */
  pathOf(node: TS.Expression, depth = 0): Path {
    const { ts } = this;
    if (depth > 50) return undefined;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node) || ts.isAwaitExpression(node)) return this.pathOf(node.expression, depth + 1);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) return this.pathOf(node.right, depth + 1);
    if (ts.isIdentifier(node)) return this.#nameOf(node.text, depth);
    if (ts.isPropertyAccessExpression(node)) return this.#attribute(node.expression, node.name.text, depth);
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) return this.#attribute(node.expression, node.argumentExpression.text, depth);
    if (ts.isCallExpression(node)) return this.#loads(node, depth) ? modulePath(ts, node.arguments[0]) : undefined;
    return undefined;
  }

  #nameOf(name: string, depth: number): Path {
    const declared = this.#declared.get(name);
    // What every file has without importing it.
    if (!declared) return ['process', 'console', 'globalThis'].includes(name) ? name : undefined;
    if (declared.times > 1) return undefined;
    if (!declared.from) return declared.path;
    const { value, key } = declared.from;
    return key === undefined ? this.pathOf(value, depth + 1) : this.#attribute(value, key, depth);
  }

  #attribute(holder: TS.Expression, key: string, depth: number): Path {
    const path = this.pathOf(holder, depth + 1);
    return path === undefined ? undefined : joined(path, key);
  }

  /** `require(…)`, `import(…)`, `process.getBuiltinModule(…)`, `module.require(…)` and what `createRequire(…)` gave. */
  #loads({ expression }: TS.CallExpression, depth: number): boolean {
    const { ts } = this;
    if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
    if (ts.isIdentifier(expression)) {
      const declared = this.#declared.get(expression.text);
      if (!declared) return expression.text === 'require';
      const made = declared.from?.value;
      return made !== undefined && ts.isCallExpression(made) && this.#isCreateRequire(made, depth);
    }
    if (ts.isCallExpression(expression)) return this.#isCreateRequire(expression, depth);
    if (!ts.isPropertyAccessExpression(expression)) return false;
    if (expression.getText() === 'module.require') return true;
    return this.pathOf(expression, depth + 1) === 'process.getBuiltinModule';
  }

  #isCreateRequire({ expression }: TS.CallExpression, depth: number): boolean {
    return this.pathOf(expression, depth + 1) === 'module.createRequire';
  }
}

/** The default export of a built-in module is the module. */
function joined(path: string, key: string): string {
  return key === 'default' ? path : `${path}.${key}`;
}
