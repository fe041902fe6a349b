#!/usr/bin/env -S npx tsx
// The table: every operation on a fresh copy of its package, by this product and by other tools, judged in the same way.
//
//   npx tsx bench/refactor/run.mts [--work DIR] [--tools untilgreen,rope,…] [--only REGEX] [--out FILE.jsonl] [--again] [--no-gates] [--report]
//
// Results are lines of JSON; what stands in the file is not run again, unless `--again` is given. `--report` only prints the tables.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSandbox } from '../../src/sandbox/open.ts';
import { freshCopy, textsOf } from './copy.mts';
import { Examiner } from './health.mts';
import { goTasks } from './operations/go.mts';
import { javascriptTasks } from './operations/javascript.mts';
import { pythonTasks } from './operations/python.mts';
import { packages } from './packages.mts';
import { ownTool } from './own.mts';
import { sourceOf, workOf } from './prepare.mts';
import { rivals } from './rivals/registry.mts';
import { tables } from './tables.mts';
import type { Health, Row, Tool } from './types.mts';
import { judge } from './verdict.mts';

const { values } = parseArgs({
  options: {
    work: { type: 'string' }, tools: { type: 'string', default: 'untilgreen' }, only: { type: 'string', default: '' }, out: { type: 'string' },
    again: { type: 'boolean', default: false }, 'no-gates': { type: 'boolean', default: false }, report: { type: 'boolean', default: false },
  },
});
const work = workOf(values.work);
const out = values.out ?? join(work, 'results.jsonl');
mkdirSync(dirname(out), { recursive: true });
const rows: Row[] = existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row) : [];
const tasks = [...pythonTasks, ...javascriptTasks, ...goTasks];
if (new Set(tasks.map(({ id }) => id)).size !== tasks.length) throw new Error('Two operations have the same name.');

if (!values.report) {
  const sandbox = await openSandbox();
  const examiner = new Examiner(sandbox, work);
  const wanted = values.tools.split(',');
  const tools: Tool[] = [ownTool(sandbox, work, !values['no-gates']), ...rivals(work)].filter(({ name }) => wanted.includes(name));
  const only = new RegExp(values.only);
  for (const task of tasks.filter(({ id }) => only.test(id))) {
    const pack = packages[task.package];
    for (const tool of tools.filter(({ tongues }) => tongues.includes(pack.tongue))) {
      if (!values.again && rows.some((row) => row.task === task.id && row.tool === tool.name)) continue;
      const before = await healthBefore(task.package, examiner);
      const copy = freshCopy(work, pack, task);
      const original = textsOf(copy);
      const done = await tool.apply(task, copy);
      const began = performance.now();
      const verdict = await judge(task, pack, copy, done, before, original, sourceOf(work, pack), examiner);
      const row: Row = {
        task: task.id, package: task.package, kind: task.operation.kind, tool: tool.name, ...verdict, before,
        ms: Math.round('ms' in done ? done.ms : 0), ...('cpuMs' in done && done.cpuMs !== undefined ? { cpuMs: done.cpuMs } : {}), checkMs: Math.round(performance.now() - began),
      };
      rows.push(row);
      appendFileSync(out, `${JSON.stringify(row)}\n`);
      console.log(`${tool.name.padEnd(13)} ${row.verdict.padEnd(11)} ${String(row.ms).padStart(6)} ms  ${task.id}${row.reason === undefined ? '' : `  (${row.reason.slice(0, 400)})`}`);
    }
  }
  for (const tool of tools) await tool.close();
}

/** Of the sources as they were released: taken once, and kept with the work. */
async function healthBefore(name: Row['package'], examiner: Examiner): Promise<Health> {
  const kept = join(work, `before-${name}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Health;
  const pack = packages[name];
  const health = await examiner.examine(pack, freshCopy(work, pack, undefined));
  if (health.broken !== undefined) throw new Error(`The tests of ${name} do not run: ${health.broken}`);
  writeFileSync(kept, JSON.stringify(health));
  console.log(`${name} as released: ${health.passed} tests pass, ${health.failed} fail, ${health.types} type errors`);
  return health;
}

// The last result of a tool for an operation counts.
const counted = new Map(rows.map((row) => [`${row.task}\0${row.tool}`, row]));
console.log(tables(tasks, [...counted.values()]));
process.exit(0);
