// rope, in a process of its own for each operation.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { operationOf } from '../copy.mts';
import { packages } from '../packages.mts';
import type { Done, Task, Tool } from '../types.mts';
import { locate } from './locate.mts';

export function rope(work: string): Tool {
  return {
    name: 'rope',
    tongues: ['python'],
    async apply(task: Task, directory: string): Promise<Done> {
      const operation = operationOf(task, directory);
      const offset = operation.kind === 'rename' && operation.path !== undefined ? locate(directory, operation.path, operation.symbol, operation.parameter).offset : 0;
      const input = JSON.stringify({ operation, directory, roots: packages[task.package].roots, offset });
      const began = performance.now();
      const { stdout, stderr, status } = spawnSync(join(work, 'tools', 'python', 'bin', 'python'), [join(import.meta.dirname, 'rope_driver.py')], { input, encoding: 'utf8', timeout: 300_000, maxBuffer: 2 ** 26 });
      const ms = performance.now() - began;
      if (status !== 0) return { kind: 'crashed', message: stderr.slice(-500), ms };
      const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { kind: 'done' | 'refused' | 'unsupported'; reason?: string; message?: string };
      if (answer.kind === 'done') return { kind: 'done', notes: [], ms };
      if (answer.kind === 'unsupported') return { kind: 'unsupported', message: answer.message ?? '' };
      return { kind: 'refused', reason: answer.reason ?? '', message: answer.message ?? '', ms };
    },
    async close() {},
  };
}
