// Small projects, and what an operation makes of them. (`.prop.ts` files stay out of the build.)
import { openSandbox } from '../../../sandbox/index.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Workbench } from '../../../workspace/types.ts';
import { refusalReason } from '../../refactor/refuse.ts';
import type { Operation, RefactorContext, Refactoring } from '../../refactor/types.ts';
import { projectOf } from '../projects.prop.ts';
import { goRefactor } from './engine.ts';

let sandbox: Promise<Sandbox> | undefined;

export async function contextOf(files: Record<string, string>): Promise<RefactorContext> {
  return { bench: await projectOf(files), sandbox: await (sandbox ??= openSandbox()) };
}

/** Writes what was computed. */
export async function applyTo(bench: Workbench, { edits }: Refactoring): Promise<void> {
  for (const edit of edits) {
    const content = edit.kind === 'delete' ? undefined : (edit.text ?? (edit.kind === 'moved' ? await bench.readBytes(edit.from) : undefined));
    if (content !== undefined) await bench.write([{ kind: 'write', path: edit.path, content }]);
  }
  for (const edit of edits) {
    if (edit.kind === 'delete') await bench.write([{ kind: 'delete', path: edit.path }]);
    if (edit.kind === 'moved') await bench.write([{ kind: 'delete', path: edit.from }]);
  }
}

export async function textsOf(bench: Workbench): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { path } of await bench.list()) if (path !== 'go.mod') texts[path] = (await bench.readText(path)).text;
  return texts;
}

export interface Result {
  /** The project afterwards. */
  files: Record<string, string>;
  refactoring: Refactoring;
}

/** Carries an operation out and gives the project as it then is. */
export async function refactored(files: Record<string, string>, operation: Operation): Promise<Result> {
  const context = await contextOf(files);
  const refactoring = await goRefactor.compute(operation, context);
  await applyTo(context.bench, refactoring);
  return { files: await textsOf(context.bench), refactoring };
}

/** `reason: what` of a refusal; what was computed where there was none. */
export async function refusal(files: Record<string, string>, operation: Operation): Promise<string> {
  try {
    return `done: ${JSON.stringify((await goRefactor.compute(operation, await contextOf(files))).edits, undefined, 1)}`;
  } catch (thrown) {
    const reason = refusalReason(thrown);
    if (reason === undefined) throw thrown;
    return `${reason}: ${(thrown as Error).message}`;
  }
}
