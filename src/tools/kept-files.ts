import { join } from 'node:path';
import { fateOf, IgnoreRules } from '../workspace/ignore-rules.ts';
import type { OpenWorkbench, RelativePath } from '../workspace/types.ts';

/** Would the project's own ignore rules leave this file out? Caches and secrets are left out too. */
async function isLeftOut(source: string, path: RelativePath): Promise<boolean> {
  const parts = path.split('/');
  let at = source;
  let rules = await (await IgnoreRules.at(source, [])).inside(source);
  for (const [i, part] of parts.entries()) {
    const kind = i < parts.length - 1 ? 'directory' : 'file';
    at = join(at, part);
    const { ignored, rules: below } = rules.test(at, kind === 'directory');
    if (fateOf(part, kind, ignored, rules.inGit, false) !== 'project') return true;
    rules = kind === 'directory' ? await below.inside(at) : below;
  }
  return false;
}

/** Takes new files that a command made into the project's own. Ignored ones, caches and secrets stay what they are: leftovers. */
export async function keepNewFiles(bench: OpenWorkbench): Promise<RelativePath[]> {
  const kept: RelativePath[] = [];
  for (const path of await bench.leftovers()) if (!(await isLeftOut(bench.source, path))) kept.push(path);
  const contents = await Promise.all(kept.map((path) => bench.readBytes(path)));
  await bench.write(kept.map((path, i) => ({ kind: 'write', path, content: contents[i] ?? new Uint8Array() })));
  return kept;
}
