import type TS from 'typescript6';
import { lineAt, parseTree, syntaxError, type Ts } from '../../languages/javascript/ast.ts';
import { readParameter } from '../../languages/javascript/function/signature.ts';
import { parseValue } from '../../languages/javascript/function/literals.ts';
import type { Parameter } from '../../languages/function/types.ts';
import type { ClassHead, Target } from '../types.ts';
import { callables, exportsOf, type Callable } from './callables.ts';
import { javascriptWriter } from './texts.ts';
import { shapeByUse } from './use.ts';

/** Texts longer than this are no example. */
const LONGEST = 400;

/** Functions, methods and classes of a file. Those that are not exported cannot be called from a test. */
export async function targetsOf(path: string, source: string): Promise<{ targets: Target[]; classes: ClassHead[]; problem?: string }> {
  const error = await syntaxError(path, source);
  if (error) return { targets: [], classes: [], problem: `it does not parse: line ${error.line}: ${error.message}` };
  const { ts, tree } = await parseTree(path, source);
  const { names } = exportsOf(ts, tree);
  const all = callables(ts, tree);
  const targets = all.flatMap((one): Target[] => {
    const top = one.name.split('.')[0]!;
    const exported = names.has(top);
    const closed = /(?:^|\.)_/.test(one.name);
    if (one.kind === 'constructor' && (!exported || isAbstract(ts, one.owner))) return [];
    return [{
      name: one.name, kind: one.kind,
      line: lineAt(tree, one.node.getStart(tree)), end: lineAt(tree, one.node.end),
      parameters: parametersOf(ts, tree, one.node),
      async: (ts.getModifiers(one.node as TS.FunctionDeclaration) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword),
      public: exported && !closed,
      constants: constantsOf(ts, tree, one),
      calls: documented(ts, tree, one),
      ...(!exported && { impure: 'it is not exported' }),
    }];
  });
  const classes = tree.statements.flatMap((statement): ClassHead[] => {
    if (ts.isEnumDeclaration(statement)) return names.has(statement.name.text) ? [{ name: statement.name.text, parameters: [], members: statement.members.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : [])) }] : [];
    if (!ts.isClassDeclaration(statement) || !statement.name || !names.has(statement.name.text) || isAbstract(ts, statement)) return [];
    const made = statement.members.find((member) => ts.isConstructorDeclaration(member) && member.body !== undefined) as TS.ConstructorDeclaration | undefined;
    return [{ name: statement.name.text, parameters: made ? parametersOf(ts, tree, made) : [] }];
  });
  if (targets.length > 0 && names.size === 0) return { targets, classes, problem: 'it exports nothing that a test could import' };
  return { targets, classes };
}

const isAbstract = (ts: Ts, owner: TS.ClassLikeDeclaration | undefined): boolean => owner !== undefined && (ts.getCombinedModifierFlags(owner as TS.ClassDeclaration) & ts.ModifierFlags.Abstract) !== 0;

function parametersOf(ts: Ts, tree: TS.SourceFile, node: TS.FunctionLikeDeclaration): Parameter[] {
  return node.parameters.filter(({ name }) => name.getText(tree) !== 'this').map((one, at) => {
    const read = readParameter(ts, tree, one, at);
    let { type } = read;
    if (ts.isObjectBindingPattern(one.name) && !one.type && type.kind === 'record' && node.body) {
      const { body, name } = { body: node.body, name: one.name };
      type = { kind: 'record', fields: name.elements.flatMap((element) => {
        const key = element.propertyName && ts.isIdentifier(element.propertyName) ? element.propertyName.text : ts.isIdentifier(element.name) ? element.name.text : undefined;
        return key === undefined ? [] : [{ name: key, optional: true, type: shapeByUse(ts, body, tree, element.name.getText(tree)) }];
      }) };
    }
    if ((vague(type) || (type.kind === 'other' && isForeign(type.text, tree.text))) && ts.isIdentifier(one.name) && node.body) {
      const used = shapeByUse(ts, node.body, tree, one.name.text);
      if (used.kind !== 'any') type = used;
    }
    const asked = ts.isIdentifier(one.name) && new RegExp(`\\btypeof ${one.name.text.replaceAll('$', '\\$')} !==? ['"](string|number)`).exec(node.body?.getText(tree) ?? '')?.[1];
    if (asked && type.kind === (asked === 'string' ? 'string' : 'float')) type = { kind: 'union', options: [type, asked === 'string' ? { kind: 'float' } : { kind: 'string' }, { kind: 'null' }] };
    // Callers give the items, not a list of them.
    if (read.rest === 'list' && type.kind === 'list') type = type.item;
    return { ...read, type: withWhole(type) };
  });
}

/** JavaScript's numbers are whole ones too, and a type variable stands for anything. */
function withWhole(type: Parameter['type']): Parameter['type'] {
  switch (type.kind) {
    case 'float':
      return { kind: 'union', options: [{ kind: 'int' }, type] };
    case 'list':
    case 'set':
      return { kind: type.kind, item: withWhole(type.item) };
    case 'tuple':
      return { ...type, items: type.items.map(withWhole) };
    case 'map':
      return { ...type, key: withWhole(type.key), value: withWhole(type.value) };
    case 'record':
      return { kind: 'record', fields: type.fields.map((field) => ({ ...field, type: withWhole(field.type) })) };
    case 'union':
      return { kind: 'union', options: type.options.map(withWhole) };
    case 'other':
      return /^(?:[A-Z]\d?|T[A-Z]\w*)$/.test(type.text) ? { kind: 'any' } : type;
    default:
      return type;
  }
}

/** `any`, or a name that says nothing here: what the body does with it tells more. */
const vague = (type: Parameter['type']): boolean => type.kind === 'any' || (type.kind === 'other' && /^(?:object|Object|\w*Options|T|unknown)$/.test(type.text));

/** The name of a type that stands in another file. */
const isForeign = (text: string, source: string): boolean => /^[A-Z]\w*$/.test(text) && javascriptWriter.named(text).length === 0 && !new RegExp(`\\b(?:class|enum)\\s+${text}\\b`).test(source);

/** Literals of the body and of the constants at the top that it names. */
function constantsOf(ts: Ts, tree: TS.SourceFile, { node }: Callable): Target['constants'] {
  const found: Target['constants'] = [];
  const named = new Set<string>();
  const literals = (inside: TS.Node, line?: number): void => {
    const at = line ?? lineAt(tree, inside.getStart(tree));
    if (ts.isIdentifier(inside)) named.add(inside.text);
    if (ts.isNumericLiteral(inside) || ts.isStringLiteral(inside) || ts.isNoSubstitutionTemplateLiteral(inside)) found.push({ line: at, text: inside.getText(tree) });
    if (ts.isCaseClause(inside) || ts.isPropertyAssignment(inside)) named.add('');
    ts.forEachChild(inside, (child) => literals(child, line));
  };
  for (const parameter of node.parameters) if (parameter.initializer) literals(parameter.initializer);
  if (node.body) literals(node.body);
  const line = lineAt(tree, node.getStart(tree));
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) if (ts.isIdentifier(name) && named.has(name.text) && initializer && !ts.isFunctionLike(initializer)) literals(initializer, line);
  }
  const seen = new Set<string>();
  return found.filter(({ text }) => text.length <= 80 && !seen.has(text) && seen.add(text)).slice(0, 120);
}

/** Arguments of calls in the comments above. */
function documented(ts: Ts, tree: TS.SourceFile, one: Callable): Target['calls'] {
  const text = tree.text.slice(one.statement.getFullStart(), one.statement.getStart(tree)).replaceAll(/^[ \t]*(?:\/\*\*?|\*\/|\*|\/\/)?/gm, '');
  const short = one.name.split('.').pop()!;
  return callsIn(ts, text, [short]).map(({ arguments: args }) => args);
}

/** Arguments of calls of these names in a text, as far as they are literals. */
export function callsIn(ts: Ts, text: string, names: readonly string[]): { name: string; arguments: [string | null, string][] }[] {
  const found: { name: string; arguments: [string | null, string][] }[] = [];
  for (const name of names) {
    const escaped = name.replaceAll('$', '\\$');
    for (const { index } of text.matchAll(new RegExp(`(?<![\\w$])${escaped}\\s*\\(`, 'g'))) {
      if (/\bfunction\s+$/.test(text.slice(Math.max(0, index - 20), index))) continue;
      const part = text.slice(index, index + LONGEST);
      const tree = ts.createSourceFile('call.ts', part, ts.ScriptTarget.ESNext, true);
      const [statement] = tree.statements;
      let call = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
      while (call && !ts.isCallExpression(call)) call = ts.isPropertyAccessExpression(call) || ts.isBinaryExpression(call) ? ('left' in call ? call.left : call.expression) : undefined;
      while (call && ts.isCallExpression(call) && !ts.isIdentifier(call.expression)) call = ts.isPropertyAccessExpression(call.expression) ? (call.expression.expression as TS.CallExpression) : undefined;
      if (!call || !ts.isCallExpression(call)) continue;
      const args = call.arguments.map((argument) => argument.getText(tree));
      if (args.length > 0 && args.every((argument) => parseValue(argument) !== undefined)) found.push({ name, arguments: args.map((argument) => [null, argument]) });
    }
  }
  return found;
}
