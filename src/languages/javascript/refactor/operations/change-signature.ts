import ts from 'typescript6';
import { refuse } from '../../../refactor/refuse.ts';
import type { ChangeSignature, Note } from '../../../refactor/types.ts';
import { lineOf, syntaxErrorIn } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { removal } from '../move/text.ts';
import { declared, functionOf, isName } from '../project/declarations.ts';
import { FileEdits } from '../project/edits.ts';
import { toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import type { Outcome } from './outcome.ts';
import { isPure, refuseHandedOut, type Use, usesOf } from './uses.ts';

/** A parameter after the change: one that was there, or a new one. */
type Slot = { old: number } | { fresh: NonNullable<ChangeSignature['add']>[number] };

/** Drops, adds and reorders parameters in every declaration of a function, and the arguments in every call. */
export function changeSignature(project: Project, operation: ChangeSignature): Outcome {
  const { path, symbol } = operation;
  const place = declared(project, symbol, path);
  const fn = functionOf(place.declaration);
  if (!fn) throw refuse('unsupported', `${symbol} in ${path} is no function with parameters of its own.`, { path, symbol }, 'Name a function, a method, or a class with a constructor.');
  if (syntaxErrorIn(project, path)) throw refuse('broken_file', `${path} does not parse.`, { path }, 'Mend the file first.');
  const position = ts.isConstructorDeclaration(fn) ? fn.getStart() : place.name.getStart();
  const uses = usesOf(project, path, position);
  refuseHandedOut(project, path, symbol, uses);
  const slots = slotsOf(project, operation, fn);
  const matters = slots.some((s, i) => !('old' in s) ? s.fresh.default === undefined : s.old !== i) || slots.filter((s) => 'old' in s).length < own(fn).length;
  const notes: Note[] = [];
  const edits = new FileEdits();
  const names = own(fn).map((p) => p.name.getText());
  let calls = 0;
  for (const use of uses) {
    const where = `${use.path}:${lineOf(use.node.getSourceFile(), use.node.getStart())}`;
    if (use.kind === 'declaration') declaration(use, names, slots, edits, where, symbol);
    else if (use.kind === 'call') {
      call(use, slots, edits, where, names.length);
      calls += 1;
    } else if (use.kind === 'value') {
      if (matters) throw refuse('dynamic_use', `${where} uses ${symbol} as a value: with what it is called there cannot be known.`, { path: use.path, symbol }, 'Wrap it in a function there first.');
      notes.push({ kind: 'dynamic', path: use.path, line: lineOf(use.node.getSourceFile(), use.node.getStart()), text: 'used as a value; the new parameter has its default there' });
    }
  }
  const paths = [...edits.byPath.keys()];
  const before = stateOf(project, paths);
  project.stage(edits.texts((p) => project.text(p)));
  verified(project, paths, before);
  return { notes, summary: `Changed the signature of ${symbol}: ${calls} ${calls === 1 ? 'call' : 'calls'} in ${paths.length} ${paths.length === 1 ? 'file' : 'files'}.` };
}

/** Without the `this` that only types have. */
function own(fn: ts.SignatureDeclaration): ts.ParameterDeclaration[] {
  return fn.parameters.filter((p, i) => !(i === 0 && ts.isIdentifier(p.name) && p.name.text === 'this')) as ts.ParameterDeclaration[];
}

function slotsOf(project: Project, { path, symbol, drop = [], add = [], order }: ChangeSignature, fn: ts.FunctionLikeDeclaration): Slot[] {
  const parameters = own(fn);
  const nameAt = (i: number): string => parameters[i]!.name.getText();
  let slots: Slot[] = parameters.map((_, old) => ({ old }));
  for (const name of drop) {
    const at = slots.findIndex((s) => 'old' in s && nameAt(s.old) === name);
    if (at < 0) throw refuse('not_found', `${symbol} has no parameter ${name}.`, { path, symbol, parameter: name });
    const parameter = parameters[(slots[at] as { old: number }).old]!;
    if (parameter.dotDotDotToken) throw refuse('unsupported', `${name} takes all further arguments.`, { path, symbol, parameter: name });
    const used = (project.service.findReferences(toVirtual(path), parameter.name.getStart()) ?? []).flatMap((r) => r.references).filter((r) => !r.isDefinition && fn.body && r.textSpan.start >= fn.parameters.pos && r.textSpan.start < fn.end && r.textSpan.start !== parameter.name.getStart());
    if (used.length) throw refuse('behaviour', `${symbol} still uses ${name} in line ${lineOf(fn.getSourceFile(), used[0]!.textSpan.start)}.`, { path, symbol, parameter: name }, 'Take it out of the body first.');
    slots = slots.filter((_, i) => i !== at);
  }
  for (const one of add) {
    if (!isName(one.name)) throw refuse('unsupported', `${one.name} is not a name in JavaScript.`, { name: one.name });
    if (one.default === undefined && one.value === undefined) throw refuse('unsupported', `What calls give for ${one.name} is not said.`, { parameter: one.name }, 'Give `value`, or a `default`.');
    let taken = false;
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === one.name && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) taken = true;
      ts.forEachChild(node, visit);
    };
    visit(fn);
    if (taken) throw refuse('name_clash', `${symbol} uses the name ${one.name} already.`, { path, symbol, parameter: one.name }, 'Choose another name.');
    slots.push({ fresh: one });
  }
  if (order) {
    const named = (s: Slot): string => ('old' in s ? nameAt(s.old) : s.fresh.name);
    const sorted = order.map((name) => slots.find((s) => named(s) === name));
    if (sorted.length !== slots.length || sorted.some((s) => s === undefined) || new Set(order).size !== order.length) throw refuse('not_found', `The order has to name ${slots.map(named).join(', ')}, each once.`, { path, symbol, order });
    slots = sorted as Slot[];
  }
  const rest = slots.findIndex((s) => 'old' in s && parameters[s.old]!.dotDotDotToken);
  if (rest >= 0 && rest !== slots.length - 1) throw refuse('unsupported', `${symbol} takes all further arguments in its last parameter; none can follow it.`, { path, symbol }, 'Give the `order` with it last.');
  if (rest >= 0 && slots.some((s, i) => !('old' in s) || s.old !== i)) {
    const complete = slots.every((s) => 'old' in s || s.fresh.value !== undefined);
    if (!complete) throw refuse('unsupported', `${symbol} takes all further arguments, so a new one before them needs a \`value\`.`, { path, symbol });
  }
  const uses = (node: ts.Node): boolean => (ts.isIdentifier(node) && node.text === 'arguments') || (!ts.isFunctionDeclaration(node) && !ts.isFunctionExpression(node) && (ts.forEachChild(node, uses) ?? false));
  if (fn.body && uses(fn.body)) throw refuse('dynamic_use', `${symbol} reads \`arguments\`.`, { path, symbol }, 'Name its parameters first.');
  return slots;
}

function declaration({ path, node, declaration: fn }: Use, names: readonly string[], slots: readonly Slot[], edits: FileEdits, where: string, symbol: string): void {
  if (!fn) return;
  const tree = node.getSourceFile();
  const parameters = own(fn);
  const shorter = parameters.length < names.length;
  if (shorter || parameters.some((p, i) => p.name.getText() !== names[i] && slots.length !== names.length && !ts.isFunctionTypeNode(fn)) ) {
    throw refuse('unsupported', `${where} declares ${symbol} with other parameters (an overload, an interface or an overriding method).`, { path, symbol }, 'Give them the same parameters first.');
  }
  const typed = /\.[cm]?tsx?$/.test(path);
  const texts = slots.map((s) => {
    if ('old' in s) return parameters[s.old]!.getText(tree);
    const { name, type, default: value } = s.fresh;
    const body = 'body' in fn && fn.body !== undefined;
    const annotated = typed && type !== undefined ? `: ${type}` : '';
    // Signatures without a body have no defaults.
    if (value !== undefined && !body) return `${name}?${annotated}`;
    return `${name}${annotated}${value !== undefined ? ` = ${value}` : ''}`;
  });
  for (const s of parameters.filter((_, i) => !slots.some((x) => 'old' in x && x.old === i))) {
    for (const tag of ts.getJSDocParameterTags(s)) edits.add(path, ...tagLines(tree.text, tag));
  }
  const self = fn.parameters.length > parameters.length ? [fn.parameters[0]!.getText(tree)] : [];
  const all = [...self, ...texts];
  const first = fn.parameters[0];
  const last = fn.parameters.at(-1);
  if (!first || !last) {
    const open = tree.text.indexOf('(', ts.isConstructorDeclaration(fn) || !('name' in fn) || !fn.name ? fn.getStart(tree) : fn.name.end) + 1;
    edits.add(path, open, open, all.join(', '));
    return;
  }
  const start = first.getStart(tree);
  const line = tree.text.slice(tree.text.lastIndexOf('\n', start) + 1, start);
  const spread = /^\s*$/.test(line) && all.length > 1;
  const text = all.join(spread ? `,${tree.text.includes('\r\n') ? '\r\n' : '\n'}${line}` : ', ');
  const bare = ts.isArrowFunction(fn) && !fn.getChildren(tree).some((c) => c.kind === ts.SyntaxKind.OpenParenToken);
  const end = all.length || tree.text[last.end] !== ',' ? last.end : last.end + 1;
  edits.add(path, start, end, bare ? `(${text})` : text);
}

/** The lines of a tag in a comment. */
function tagLines(text: string, tag: ts.JSDocTag): [number, number, string] {
  const start = text.lastIndexOf('\n', tag.getStart()) + 1;
  const next = text.indexOf('\n', tag.getStart());
  const { start: from, end } = removal(text, start, next < 0 ? tag.end : next + 1);
  return /^\s*\*\s*@param/.test(text.slice(start, next < 0 ? undefined : next)) ? [start, next + 1, ''] : [from, Math.min(end, tag.end), text.slice(from, Math.min(end, tag.end))];
}

function call({ path, call: node }: Use, slots: readonly Slot[], edits: FileEdits, where: string, count: number): void {
  if (!node) return;
  const tree = node.getSourceFile();
  const given = [...(node.arguments ?? [])];
  const spread = given.findIndex(ts.isSpreadElement);
  const restOld = slots.some((s) => 'old' in s && s.old === count - 1) && given.length > count ? given.slice(count) : [];
  const touched = slots.findIndex((s, i) => !('old' in s) || s.old !== i);
  const from = touched < 0 ? slots.length : touched;
  if (spread >= 0 && (from < given.length || slots.length < count)) throw refuse('dynamic_use', `${where} spreads its arguments: which is which cannot be known.`, { path }, 'Write them out there first.');
  const kept = new Set<ts.Expression>(restOld);
  const texts: (string | undefined)[] = slots.map((s) => {
    if (!('old' in s)) return s.fresh.value;
    const argument = given[s.old];
    if (argument) kept.add(argument);
    return argument?.getText(tree);
  });
  const lost = given.find((a) => !kept.has(a));
  if (lost && !isPure(lost)) throw refuse('behaviour', `${where} computes the argument ${lost.getText(tree).slice(0, 60)}, which would no longer happen.`, { path }, 'Compute it before the call first.');
  const order = slots.flatMap((s) => ('old' in s && given[s.old] ? [s.old] : []));
  const impure = order.filter((i) => !isPure(given[i]!));
  if (impure.length > 1 && impure.some((v, i) => i > 0 && v < impure[i - 1]!)) throw refuse('behaviour', `${where} computes its arguments in an order that would change.`, { path }, 'Compute them before the call first.');
  while (texts.length && texts.at(-1) === undefined) texts.pop();
  const final = [...texts.map((t) => t ?? 'undefined'), ...restOld.map((a) => a.getText(tree))];
  const before = given.map((a) => a.getText(tree));
  if (final.length === before.length && final.every((t, i) => t === before[i])) return;
  const [first] = given;
  const last = given.at(-1);
  if (first && last) {
    const lineStart = tree.text.lastIndexOf('\n', first.getStart(tree)) + 1;
    const indent = tree.text.slice(lineStart, first.getStart(tree));
    const lines = /^\s*$/.test(indent) && final.length > 1;
    const end = final.length ? last.end : node.arguments!.end;
    edits.add(path, first.getStart(tree), end, final.join(lines ? `,${tree.text.includes('\r\n') ? '\r\n' : '\n'}${indent}` : ', '));
  } else if (node.arguments) edits.add(path, node.arguments.pos, node.arguments.pos, final.join(', '));
  else edits.add(path, node.end, node.end, `(${final.join(', ')})`);
}
