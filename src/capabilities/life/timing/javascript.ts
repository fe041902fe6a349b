import { UntilgreenError } from '../../../core/errors.ts';
import { asPlain } from '../../../languages/javascript/function/check.ts';
import { runnable } from '../../../languages/javascript/function/module.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import { callsOf } from './calls.ts';
import type { Setup, Trial } from './types.ts';

const COLLECT = 'untilgreenCollect';
const DRIVER = `const { readFileSync, writeSync } = require('node:fs');
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};
const [path, name, mark, least, most] = process.argv.slice(2);
const calls = JSON.parse(readFileSync('calls.json', 'utf8')).slice(Number(least), Number(most)).map((call) => new Function('${COLLECT}', 'return ' + call)((...given) => given));
const module_ = { exports: {} };
const found = new Function('require', 'module', 'exports', readFileSync(path, 'utf8') + '\\n;return typeof ' + name + " === 'function' ? " + name + ' : module.exports[' + JSON.stringify(name) + '];')(require, module_, module_.exports);
(async () => {
  for (const [at, given] of calls.entries()) {
    let took = -1;
    const begun = clock();
    try {
      const result = found(...given);
      if (result && typeof result.then === 'function') await result;
      took = clock() - begun;
    } catch {}
    writeSync(1, '\\n' + mark + ' ' + (Number(least) + at) + ' ' + took + '\\n');
  }
})();
`;

/** JavaScript and TypeScript: types are taken off before. Each process compiles anew, as each use of a tool does. */
export async function timedJavascript(trial: Trial, mark: string): Promise<Setup> {
  const tools = await toolPaths(['node']);
  const node = tools.programs['node'];
  if (node === undefined) throw new UntilgreenError('file_missing', 'node was not found for timing tools.', { program: 'node' }, 'Install Node 20.19 or newer.');
  const calls = await Promise.all((await callsOf(trial, COLLECT)).map(async (expression) => (await asPlain({ setup: '', expression })).expression));
  const codes = await Promise.all(trial.codes.map(async (code, at) => [`code${at}.cjs`, (await runnable(code)).code]));
  return {
    files: { 'drive.cjs': DRIVER, 'calls.json': JSON.stringify(calls), ...Object.fromEntries(codes) },
    command: (code, from, to) => `"${node}" --no-warnings drive.cjs code${code}.cjs ${trial.contract.name} ${mark} ${from} ${to}`,
    env: { PATH: tools.path },
    mounts: tools.mounts,
  };
}
