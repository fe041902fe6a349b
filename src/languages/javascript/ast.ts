import type TS from 'typescript6';

export type Ts = typeof TS;
let loaded: Promise<Ts> | undefined;

/** The TypeScript 6 compiler, loaded at its first use: it costs a few hundred milliseconds and 60 MB. */
export function compiler(): Promise<Ts> {
  loaded ??= import('typescript6').then((module) => module.default);
  return loaded;
}

export function scriptKind(ts: Ts, path: string): TS.ScriptKind {
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX;
  if (/\.[cm]?ts$/i.test(path)) return ts.ScriptKind.TS;
  // JSX is accepted in .js, as the tools that build such projects do.
  return ts.ScriptKind.JSX;
}

/** The syntax tree with parents set. Broken files give a tree too; `syntaxError` says so. */
export async function parseTree(path: string, source: string): Promise<{ ts: Ts; tree: TS.SourceFile }> {
  const ts = await compiler();
  return { ts, tree: ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true, scriptKind(ts, path)) };
}

/** The first syntax error, with a 1-based line; TypeScript syntax in a JavaScript file is one. */
export async function syntaxError(path: string, source: string): Promise<{ line: number; message: string } | undefined> {
  const ts = await compiler();
  const fileName = ts.ScriptKind.JSX === scriptKind(ts, path) ? path.replace(/\.[^.]+$/, '.jsx') : path;
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, experimentalDecorators: false },
  });
  const first = diagnostics
    .filter((d) => d.file !== undefined && d.start !== undefined && d.category === ts.DiagnosticCategory.Error)
    .toSorted((a, b) => a.start! - b.start!)[0];
  if (!first) return undefined;
  return {
    line: first.file!.getLineAndCharacterOfPosition(first.start!).line + 1,
    message: ts.flattenDiagnosticMessageText(first.messageText, '\n'),
  };
}

/** 1-based line of a position. */
export function lineAt(tree: TS.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}

/** Text of a node with formatting and comments removed: its tokens, quotes alike, without final commas and semicolons. */
export function normalised(ts: Ts, node: TS.Node, tree: TS.SourceFile): string {
  const tokens: string[] = [];
  const visit = (n: TS.Node): void => {
    const children = n.getChildren(tree);
    if (children.length) {
      for (const child of children) visit(child);
      return;
    }
    const text = ts.isStringLiteral(n) ? JSON.stringify(n.text) : n.getText(tree);
    if (/^[)\]}]$/.test(text)) while (tokens.at(-1) === ',') tokens.pop();
    if (text !== '' && text !== ';' && n.kind !== ts.SyntaxKind.JSDoc) tokens.push(text);
  };
  visit(node);
  return tokens.join(' ');
}
