import ts from 'typescript6';
import { refuse } from '../../../refactor/refuse.ts';
import type { ExtractFunction } from '../../../refactor/types.ts';
import { syntaxErrorIn } from '../check/diagnostics.ts';
import { stateOf, verified } from '../check/verify.ts';
import { isName } from '../project/declarations.ts';
import { applied } from '../project/edits.ts';
import { toVirtual } from '../project/files.ts';
import type { Project } from '../project/project.ts';
import { mannerOf } from '../move/text.ts';
import type { Outcome } from './outcome.ts';
import { placesOf, renaming } from './places.ts';

/** Makes a function at the top of the module of whole statements or of one expression, by the compiler's own refactoring, under the name that is wanted. */
export function extractFunction(project: Project, operation: ExtractFunction): Outcome {
  const { path, fromLine, toLine, name } = operation;
  const tree = project.tree(path);
  if (syntaxErrorIn(project, path)) throw refuse('broken_file', `${path} does not parse.`, { path }, 'Mend the file first.');
  if (!isName(name)) throw refuse('unsupported', `${name} is not a name in JavaScript.`, { name }, 'Choose an identifier that is no reserved word.');
  const lines = tree.getLineStarts();
  if (fromLine < 1 || toLine < fromLine || toLine > lines.length) throw refuse('not_found', `${path} has no lines ${fromLine} to ${toLine}.`, { path, fromLine, toLine, lines: lines.length }, 'Lines count from 1.');
  let start = operation.fromColumn === undefined ? lines[fromLine - 1]! : lines[fromLine - 1]! + operation.fromColumn - 1;
  let end = operation.toColumn === undefined ? (lines[toLine] ?? tree.text.length) : lines[toLine - 1]! + operation.toColumn - 1;
  while (start < end && /\s/.test(tree.text[start]!)) start += 1;
  while (end > start && /\s/.test(tree.text[end - 1]!)) end -= 1;
  if (start === end) throw refuse('not_found', `There is no code in ${path} from line ${fromLine} to ${toLine}.`, { path, fromLine, toLine });

  const preferences: ts.UserPreferences = { includeCompletionsForModuleExports: false };
  const offers = project.service.getApplicableRefactors(toVirtual(path), { pos: start, end }, preferences, 'invoked', 'refactor.extract.function', false).flatMap((r) => r.actions.map((action) => ({ refactor: r.name, action })));
  const functions = offers.filter(({ action }) => action.name.startsWith('function_scope_'));
  // The scopes are numbered from the inside; the outermost is the module.
  const chosen = functions.toSorted((a, b) => Number(b.action.name.slice(15)) - Number(a.action.name.slice(15)))[0];
  if (!chosen) {
    const why = offers.find((o) => o.action.notApplicableReason)?.action.notApplicableReason ?? project.service.getApplicableRefactors(toVirtual(path), { pos: start, end }, { ...preferences, provideRefactorNotApplicableReason: true }, 'invoked', 'refactor.extract.function').flatMap((r) => r.actions).find((a) => a.notApplicableReason)?.notApplicableReason;
    throw refuse('unsupported', `Lines ${fromLine} to ${toLine} of ${path} cannot be made a function${why ? `: ${why}` : ': they are no whole statements and no expression'}`, { path, fromLine, toLine }, 'Choose whole statements, or one expression with its columns.');
  }
  const manner = mannerOf(tree.text);
  const indent = /\n(\t| +)\S/.exec(tree.text)?.[1] ?? '  ';
  const format: ts.FormatCodeSettings = {
    ...ts.getDefaultFormatCodeSettings(manner.eol), indentSize: indent === '\t' ? 4 : indent.length, tabSize: indent === '\t' ? 4 : indent.length, convertTabsToSpaces: indent !== '\t',
    semicolons: manner.semi === '' ? ts.SemicolonPreference.Remove : ts.SemicolonPreference.Insert,
  };
  const result = project.service.getEditsForRefactor(toVirtual(path), format, { pos: start, end }, chosen.refactor, chosen.action.name, preferences);
  const change = result?.edits.find((e) => e.fileName === toVirtual(path));
  if (!result || !change || result.edits.length !== 1 || result.renameLocation === undefined) throw refuse('unsupported', `Lines ${fromLine} to ${toLine} of ${path} cannot be made a function.`, { path, fromLine, toLine });

  const before = stateOf(project, [path]);
  project.stage(new Map([[path, applied(tree.text, change.textChanges.map((c) => ({ start: c.span.start, end: c.span.start + c.span.length, text: c.newText })))]]));
  const places = placesOf(project, path, result.renameLocation) ?? [];
  if (places.length < 2) throw refuse('unsupported', `The new function in ${path} could not be named.`, { path });
  const taken = nameTaken(project, path, name, places[0]!.node);
  if (taken) throw refuse('name_clash', `${path} uses the name ${name} already.`, { path, name }, 'Choose another name.');
  project.stage(renaming(project, places, name).edits.texts((p) => project.text(p)));
  verified(project, [path], before);
  return { notes: [], summary: `Extracted ${name} from lines ${fromLine} to ${toLine} of ${path}.` };
}

/** A name that stands anywhere in the file as a name of its own, or that the file could mean as a global. */
function nameTaken(project: Project, path: string, name: string, at: ts.Node): boolean {
  if (project.checker().resolveName(name, at, ts.SymbolFlags.Value, true)) return true;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) found = true;
    ts.forEachChild(node, visit);
  };
  visit(project.tree(path));
  return found;
}
