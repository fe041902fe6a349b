// This product, as one of the tools of the table: the operation is carried out in a private copy and held against the gates, as `untilgreen refactor` does it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { UntilgreenError } from '../../src/core/errors.ts';
import { refusalReason } from '../../src/languages/refactor/refuse.ts';
import { carryOut, GATES } from '../../src/refactor/index.ts';
import type { OpenedSandbox } from '../../src/sandbox/types.ts';
import { openWorkbench } from '../../src/workspace/open.ts';
import { operationOf } from './copy.mts';
import { packages } from './packages.mts';
import type { Done, Task, Tool } from './types.mts';

/**
 * @param gates without them a result shows what the engine alone computes
 */
export function ownTool(sandbox: OpenedSandbox, work: string, gates: boolean): Tool {
  const path = process.env.PATH ?? '';
  return {
    name: 'untilgreen',
    tongues: ['python', 'javascript', 'go'],
    async apply(task: Task, directory: string): Promise<Done> {
      const { pip } = packages[task.package];
      // As in a shell in which the package's environment is active.
      process.env.PATH = [...(pip ? [join(work, 'python', pip.environment, 'bin')] : []), path].join(delimiter);
      const bench = await openWorkbench({ source: directory, root: join(work, 'benches', task.package), blobs: join(work, 'blobs') });
      const began = performance.now();
      try {
        const { notes } = await carryOut(operationOf(task, directory), { bench, sandbox, gates: gates ? GATES : [], signal: AbortSignal.timeout(300_000) });
        const ms = performance.now() - began;
        for (const { path, kind } of await bench.deltas()) {
          const target = join(directory, path);
          if (kind === 'deleted') {
            rmSync(target);
            continue;
          }
          mkdirSync(dirname(target), { recursive: true });
          writeFileSync(target, await bench.readBytes(path));
        }
        return { kind: 'done', notes, ms };
      } catch (thrown) {
        const ms = performance.now() - began;
        if (!(thrown instanceof Error)) throw thrown;
        const reason = refusalReason(thrown);
        if (reason === 'unsupported' || reason === 'missing_tool') return { kind: 'unsupported', message: `${reason}: ${thrown.message}` };
        if (reason !== undefined) return { kind: 'refused', reason, message: thrown.message, ms };
        if (thrown instanceof UntilgreenError) return { kind: 'crashed', message: `${thrown.code}: ${thrown.message} ${JSON.stringify(thrown.data)}`, ms };
        return { kind: 'crashed', message: thrown.stack ?? thrown.message, ms };
      } finally {
        await bench.dispose();
      }
    },
    async close() {},
  };
}
