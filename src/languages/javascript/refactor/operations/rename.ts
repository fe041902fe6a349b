import ts from 'typescript6';
import type { RelativePath } from '../../../../workspace/types.ts';
import { refuse } from '../../../refactor/refuse.ts';
import type { Note, Rename } from '../../../refactor/types.ts';
import { lineOf, syntaxErrorIn } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { declared, functionOf, isName, type Place } from '../project/declarations.ts';
import { type FileEdits, shifted } from '../project/edits.ts';
import { toRelative, toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import { everyPlace } from './common-places.ts';
import { mentionsOf } from './mentions.ts';
import type { Outcome } from './outcome.ts';
import { type NamePlace, renaming } from './places.ts';

/** Files in which a name that is no member is renamed and that are checked as a whole, types included. */
const CHECKED = 12;

/**
 * Renames a symbol or a parameter wherever it is meant. The places of the new name are looked up again in the result and have to be the same:
 * a name that is taken in any scope shows there.
 */
export function rename(project: Project, operation: Rename): Outcome {
  const { symbol, to } = operation;
  const place = operation.parameter === undefined ? declared(project, symbol, operation.path) : parameterOf(project, operation);
  const old = place.name.text.replace(/^#/, '');
  if (!isName(to.replace(/^#/, '')) && !ts.isStringLiteralLike(place.name)) throw refuse('unsupported', `${to} is not a name in JavaScript.`, { to }, 'Choose an identifier that is no reserved word.');
  if (old === to) throw refuse('name_clash', `${symbol} has that name already.`, { symbol }, 'Choose another name.');
  const places = everyPlace(project, place.path, place.name.getStart());
  if (!places?.length) throw refuse('unsupported', `The compiler does not rename ${symbol}: it is a name of a library, or a word of the language.`, { symbol, path: place.path });
  const paths = new Set(places.map((p) => p.path));
  for (const path of paths) {
    const broken = syntaxErrorIn(project, path);
    if (broken) throw refuse('broken_file', `${path} does not parse: ${ts.flattenDiagnosticMessageText(broken.messageText, ' ')}`, { path }, 'Mend the file first.');
  }
  const notes: Note[] = [...mentionsOf(project, old, places), ...dynamicUses(project, place)];
  const { edits, inner } = renaming(project, places, to);
  if (operation.keepOld) alias(project, place, old, to, edits);
  // Member names reach into types that are only alike: those show as new errors where the name is written.
  // Names of modules and scopes are held by their places alone, which are looked up again.
  const concerned = isMember(place) ? new Set([...paths, ...project.sources().filter((p) => word(old).test(project.files.text(p) ?? ''))]) : new Set([...paths].filter((p) => p === place.path || paths.size <= CHECKED));
  const before = stateOf(project, concerned, { renamed: [[old, to]] });
  const at = ({ path, start }: Pick<NamePlace, 'path' | 'start'>) => shifted(edits.byPath.get(path) ?? [], start) + (inner.get(`${path}:${start}`) ?? 0);
  const expected = new Set(places.map((p) => `${p.path}:${at(p)}`));
  const position = at({ path: place.path, start: places.find((p) => p.path === place.path && p.start <= place.name.end && place.name.getStart() <= p.start)?.start ?? place.name.getStart() });
  project.stage(edits.texts((path) => project.text(path)));
  sameMeaning(project, place.path, position, expected, operation);
  verified(project, concerned, before, { renamed: [[old, to]] });
  const files = new Set(places.map((p) => p.path)).size;
  return { notes, summary: `Renamed ${operation.parameter ?? symbol} to ${to}: ${places.length} ${places.length === 1 ? 'place' : 'places'} in ${files} ${files === 1 ? 'file' : 'files'}.` };
}

function parameterOf(project: Project, { symbol, parameter, path }: Rename): Place {
  const place = declared(project, symbol, path);
  const found = functionOf(place.declaration)?.parameters.find((p) => ts.isIdentifier(p.name) && p.name.text === parameter);
  if (found) return { path: place.path, name: found.name as ts.Identifier, declaration: found };
  throw refuse('not_found', `${symbol} has no parameter ${parameter}.`, { symbol, parameter, path: place.path }, 'Names inside a destructured parameter are properties of its type.');
}

function isMember({ declaration }: Place): boolean {
  return ts.isClassElement(declaration) || ts.isTypeElement(declaration) || ts.isObjectLiteralElement(declaration) || ts.isEnumMember(declaration) || ts.isParameterPropertyDeclaration(declaration, declaration.parent);
}

const word = (name: string): RegExp => new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);

function sameMeaning(project: Project, path: RelativePath, position: number, expected: ReadonlySet<string>, { symbol, to, keepOld }: Rename): void {
  const tree = project.tree(path);
  const after = everyPlace(project, path, position) ?? [];
  const found = new Set(after.map((p) => `${p.path}:${p.start}`));
  const lost = [...expected].find((key) => !found.has(key));
  const gained = [...found].find((key) => !expected.has(key));
  const odd = lost ?? (keepOld ? undefined : gained);
  if (odd === undefined) return;
  const [file = path, offset = '0'] = odd.split(/:(?=\d+$)/);
  const line = lineOf(file === path ? tree : project.tree(file), Number(offset));
  throw refuse('name_clash', `${to} is taken where ${symbol} would have to stand: ${file}:${line}.`, { path: file, line, symbol, to }, 'Choose a name that is not used there.');
}

/** `x[name]` on what has the renamed member: which member is meant cannot be known. */
function dynamicUses(project: Project, place: Place): Note[] {
  if (!isMember(place)) return [];
  const checker = project.checker();
  const symbol = checker.getSymbolAtLocation(place.name);
  const notes: Note[] = [];
  const refs = project.service.findReferences(toVirtual(place.path), place.declaration.parent && 'name' in place.declaration.parent && place.declaration.parent.name ? (place.declaration.parent.name as ts.Node).getStart() : place.name.getStart()) ?? [];
  const files = new Set(refs.flatMap((r) => r.references.flatMap((x) => toRelative(x.fileName) ?? [])));
  for (const path of files) {
    if (!project.files.has(path)) continue;
    const tree = project.tree(path);
    const visit = (node: ts.Node): void => {
      if (ts.isElementAccessExpression(node) && !ts.isStringLiteralLike(node.argumentExpression) && !ts.isNumericLiteral(node.argumentExpression)) {
        const property = checker.getTypeAtLocation(node.expression).getProperty(place.name.text);
        if (property && property === symbol) notes.push({ kind: 'dynamic', path, line: lineOf(tree, node.getStart(tree)), text: node.getText(tree).slice(0, 120) });
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return notes;
}

/** Leaves `export { area as oldArea }`, or its like in CommonJS, beside a declaration at the top of a module. */
function alias(project: Project, place: Place, old: string, to: string, edits: FileEdits): void {
  const tree = project.tree(place.path);
  const { declaration } = place;
  const top = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  if (top.parent !== tree) throw refuse('unsupported', 'The old name can be kept for what is declared at the top of a module only.', { path: place.path, symbol: old }, 'Ask without `keepOld`.');
  const text = project.text(place.path);
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const semi = /;\s*$/m.test(text) ? ';' : '';
  const type = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
  const exported = ts.canHaveModifiers(top) && ts.getModifiers(top)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
  const commonJs = (tree as { commonJsModuleIndicator?: unknown }).commonJsModuleIndicator !== undefined && (tree as { externalModuleIndicator?: unknown }).externalModuleIndicator === undefined;
  const line = commonJs ? `exports.${old} = ${to}${semi}` : exported || isExportedByList(tree, old) ? `export ${type ? 'type ' : ''}{ ${to} as ${old} }${semi}` : type ? `type ${old} = ${to}${semi}` : `const ${old} = ${to}${semi}`;
  edits.add(place.path, text.length, text.length, `${text.endsWith('\n') ? '' : end}${end}/** @deprecated Use {@link ${to}}. */${end}${line}${end}`);
}

function isExportedByList(tree: ts.SourceFile, name: string): boolean {
  return tree.statements.some((s) => ts.isExportDeclaration(s) && s.exportClause && ts.isNamedExports(s.exportClause) && s.exportClause.elements.some((e) => (e.propertyName ?? e.name).text === name));
}
