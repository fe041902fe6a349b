import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import type { Problem } from '../../refactor/types.ts';
import { check, syntaxError } from '../ruff.ts';
import { styleOf } from '../style.ts';

/** Undefined names, undefined names in `__all__`, unused imports, names that are defined again without having been used. */
const RULES = ['F821', 'F822', 'F401', 'F811'];
/** Files whose imports are there for others. */
const FOR_OTHERS = /(^|\/)(__init__|conftest)\.pyi?$/;

/** What ruff finds in the files as they stand now; `E999` for one that does not parse. Nothing of the project is executed. */
export async function lint(paths: readonly RelativePath[], bench: Workbench): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const path of paths) {
    const source = (await bench.readText(path)).text.replace(/^\uFEFF/, '');
    const broken = await syntaxError(source);
    if (broken) {
      problems.push({ path, line: broken.line, code: 'E999', message: broken.message });
      continue;
    }
    const { options } = await styleOf(path, bench);
    for (const { code, message, start_location: start } of await check(source, { ...options, lint: { select: RULES } })) {
      if (code === null || (code === 'F401' && FOR_OTHERS.test(path))) continue;
      problems.push({ path, line: start.row, code, message: told(code, message) });
    }
  }
  return problems;
}

/** An unused import is told by the name it binds, so that it is the same one when its module has moved. */
function told(code: string, message: string): string {
  const full = code === 'F401' ? /^`([^`]+)`/.exec(message)?.[1] : undefined;
  return full ? `\`${full.split(/\s+as\s+|\./).at(-1)}\` imported but unused` : message.replace(/ from line \d+/, '');
}
