import ts from 'typescript6';
import { applied, type TextEdit } from '../project/edits.ts';
import { removal, withElements } from './text.ts';

/** A text in which imports of one module stand in one statement, and nothing is handed on twice. Only specifiers written alike are joined. */
export function joined(path: string, text: string): string {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const edits: TextEdit[] = [];
  const first = new Map<string, { elements: readonly ts.ImportSpecifier[]; added: string[] }>();
  const stars = new Set<string>();
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && !statement.exportClause) {
      const key = statement.getText(tree).replace(/["';]/g, '');
      if (stars.has(key)) edits.push(removal(text, statement.getStart(tree), statement.end));
      stars.add(key);
    }
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const clause = statement.importClause;
    if (!clause || clause.name || !clause.namedBindings || !ts.isNamedImports(clause.namedBindings)) continue;
    const key = `${statement.moduleSpecifier.text}|${clause.phaseModifier ?? ''}`;
    const known = first.get(key);
    const { elements } = clause.namedBindings;
    if (!known) {
      if (elements.length) first.set(key, { elements, added: [] });
      continue;
    }
    const have = new Set([...known.elements.map((e) => e.getText(tree)), ...known.added]);
    known.added.push(...elements.map((e) => e.getText(tree)).filter((e) => !have.has(e)));
    edits.push(removal(text, statement.getStart(tree), statement.end));
  }
  for (const { elements, added } of first.values()) if (added.length) edits.push(withElements(tree, elements, added));
  return applied(text, edits);
}
