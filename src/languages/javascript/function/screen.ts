import type TS from 'typescript6';
import type { Problem, Signature } from '../../function/types.ts';
import { compiler, lineAt, syntaxError, type Ts } from '../ast.ts';
import { type Dialect, treeOf } from './dialect.ts';
import { findFunction } from './find.ts';
import { sideEffect } from './side-effects.ts';

/** What a text says against the code before it runs: syntax, another or no function, other parameters, what no pure function needs. */
export async function screen(dialect: Dialect, code: string, signature: Signature): Promise<Problem | undefined> {
  const ts = await compiler();
  const error = await syntaxError(`solution${dialect.extension}`, code);
  if (error) return { class: 'syntax', message: `SyntaxError: ${error.message}`.slice(0, 200), line: error.line };
  const tree = treeOf(ts, code);
  const found = findFunction(ts, tree, signature.name);
  if (found?.fn.body === undefined) return { class: 'no_function', message: isClass(ts, tree, signature.name) ? `'${signature.name}' is a class, and a function is wanted.` : `It defines no function '${signature.name}'.` };
  return parameters(ts, tree, found.fn, signature) ?? sideEffect(ts, tree);
}

const isClass = (ts: Ts, tree: TS.SourceFile, name: string): boolean => tree.statements.some((s) => ts.isClassDeclaration(s) && s.name?.text === name);

/** It must take what it will be given; names may differ, and more may be optional. */
function parameters(ts: Ts, tree: TS.SourceFile, fn: TS.SignatureDeclaration, { name, parameters: wanted }: Signature): Problem | undefined {
  const own = fn.parameters.filter((p) => p.name.getText(tree) !== 'this');
  const rest = own.some((p) => p.dotDotDotToken !== undefined);
  const required = own.filter((p) => p.dotDotDotToken === undefined && p.questionToken === undefined && p.initializer === undefined).length;
  const most = wanted.some((p) => p.rest) ? Number.POSITIVE_INFINITY : wanted.length;
  const usesArguments = /\barguments\b/.test(fn.getText(tree));
  const takes = rest || usesArguments ? Number.POSITIVE_INFINITY : own.length;
  if (required <= most && takes >= wanted.length) return undefined;
  const list = (names: readonly string[]): string => `(${names.join(', ')})`;
  return {
    class: 'signature',
    message: `${name} takes ${list(own.map((p) => p.name.getText(tree)))}, wanted is ${list(wanted.map((p) => p.name))}.`.slice(0, 200),
    line: lineAt(tree, fn.getStart(tree)),
  };
}
