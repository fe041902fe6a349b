import type TS from 'typescript6';
import type { TypeShape } from '../../function/value.ts';
import type { Ts } from '../ast.ts';

const ANY: TypeShape = { kind: 'any' };
/** Names of nested types are followed this deep: a type may name itself. */
const DEEPEST = 6;

/**
 * What a type annotation, also one in JSDoc, says of values. Names are looked up among the file's own interfaces and aliases.
 *
 * `number` is `float`: whether a number must be whole is not said by it.
 */
export function shapeOf(ts: Ts, node: TS.TypeNode | undefined, tree: TS.SourceFile, depth = 0): TypeShape {
  if (!node) return ANY;
  const text = node.getText(tree);
  const inner = (n: TS.TypeNode | undefined): TypeShape => (depth > DEEPEST ? { kind: 'other', text } : shapeOf(ts, n, tree, depth + 1));
  const K = ts.SyntaxKind;
  switch (node.kind) {
    case K.NumberKeyword:
      return { kind: 'float' };
    case K.BigIntKeyword:
      return { kind: 'int' };
    case K.StringKeyword:
      return { kind: 'string' };
    case K.BooleanKeyword:
      return { kind: 'bool' };
    case K.VoidKeyword:
    case K.UndefinedKeyword:
      return { kind: 'null' };
    case K.AnyKeyword:
    case K.UnknownKeyword:
    case K.JSDocAllType:
    case K.JSDocUnknownType:
      return ANY;
    default:
  }
  if (ts.isParenthesizedTypeNode(node) || ts.isRestTypeNode(node) || ts.isOptionalTypeNode(node)) return inner(node.type);
  if (ts.isJSDocNonNullableType(node) || ts.isJSDocOptionalType(node) || ts.isJSDocVariadicType(node)) return inner(node.type);
  if (ts.isJSDocNullableType(node)) return { kind: 'union', options: [inner(node.type), { kind: 'null' }] };
  if (ts.isArrayTypeNode(node)) return { kind: 'list', item: inner(node.elementType) };
  if (ts.isTypeOperatorNode(node)) return node.operator === K.ReadonlyKeyword ? inner(node.type) : { kind: 'other', text };
  if (ts.isTupleTypeNode(node)) {
    const items = node.elements.map((element) => (ts.isNamedTupleMember(element) ? element.type : element));
    if (items.length === 1 && ts.isRestTypeNode(items[0]!)) return inner(items[0].type);
    return { kind: 'tuple', items: items.map((item) => inner(item)) };
  }
  if (ts.isUnionTypeNode(node)) return union(node.types.map((option) => inner(option)));
  if (ts.isLiteralTypeNode(node)) return literal(ts, node, text);
  if (ts.isTypeLiteralNode(node)) return record(ts, node.members, tree, inner) ?? { kind: 'other', text };
  if (ts.isTypeReferenceNode(node)) return reference(ts, node, tree, inner);
  return { kind: 'other', text };
}

function union(options: TypeShape[]): TypeShape {
  const distinct = options.filter((option, index) => options.findIndex((other) => JSON.stringify(other) === JSON.stringify(option)) === index);
  return distinct.length === 1 ? distinct[0]! : { kind: 'union', options: distinct };
}

function literal(ts: Ts, node: TS.LiteralTypeNode, text: string): TypeShape {
  const { kind } = node.literal;
  if (kind === ts.SyntaxKind.NullKeyword) return { kind: 'null' };
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return { kind: 'bool' };
  // One of a few texts is no text of any kind, so that none is made up.
  return { kind: 'other', text };
}

function record(ts: Ts, members: TS.NodeArray<TS.TypeElement>, tree: TS.SourceFile, inner: (n: TS.TypeNode | undefined) => TypeShape): TypeShape | undefined {
  const [only] = members;
  if (members.length === 1 && only && ts.isIndexSignatureDeclaration(only)) return { kind: 'map', key: inner(only.parameters[0]?.type), value: inner(only.type) };
  const fields: { name: string; type: TypeShape; optional?: boolean }[] = [];
  for (const member of members) {
    if (!ts.isPropertySignature(member) || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) return undefined;
    fields.push({ name: member.name.text, type: inner(member.type), ...(member.questionToken && { optional: true }) });
  }
  return { kind: 'record', fields };
}

function reference(ts: Ts, node: TS.TypeReferenceNode, tree: TS.SourceFile, inner: (n: TS.TypeNode | undefined) => TypeShape): TypeShape {
  const name = node.typeName.getText(tree).replace(/\.$/, '');
  const args = node.typeArguments ?? [];
  switch (name) {
    case 'Array':
    case 'ReadonlyArray':
    case 'Iterable':
      return { kind: 'list', item: inner(args[0]) };
    case 'Set':
    case 'ReadonlySet':
      return { kind: 'set', item: inner(args[0]) };
    case 'Map':
    case 'ReadonlyMap':
    case 'Record':
      return { kind: 'map', key: inner(args[0]), value: inner(args[1]) };
    case 'Object':
    case 'object':
      // JSDoc's `Object.<string, number>`.
      return args.length === 2 ? { kind: 'map', key: inner(args[0]), value: inner(args[1]) } : ANY;
    case 'Promise':
    case 'PromiseLike':
    case 'Readonly':
      return inner(args[0]);
    case 'Uint8Array':
    case 'Buffer':
      return { kind: 'bytes' };
    case 'Number':
      return { kind: 'float' };
    case 'String':
      return { kind: 'string' };
    case 'Boolean':
      return { kind: 'bool' };
    default:
  }
  for (const statement of tree.statements) {
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name && !statement.typeParameters) return inner(statement.type);
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name && !statement.heritageClauses && !statement.typeParameters) {
      return record(ts, statement.members, tree, inner) ?? { kind: 'other', text: name };
    }
  }
  return { kind: 'other', text: node.getText(tree) };
}
