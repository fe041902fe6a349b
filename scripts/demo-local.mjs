#!/usr/bin/env node
// One function by a model of 135 million parameters in this process, on a task that is just within its reach: no server, no key.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { smallModelPath } from '../dist/models/local/small-models.js';

const args = [
  'fn', '--model', smallModelPath('smollm2'), '--fn', 'max_in_list', '--task', 'Return the largest number of a list.',
  '--doctests', '>>> max_in_list([3, 9, 2])\n9\n>>> max_in_list([-5, -2])\n-2\n', '--candidates', '13', '--max-new-tokens', '160',
];
console.error(`$ untilgreen ${args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `'${arg.trim()}'`)).join(' ')}\n`);
const { status, error } = spawnSync(process.execPath, [join(import.meta.dirname, '../bin/untilgreen.mjs'), ...args, ...process.argv.slice(2)], { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
