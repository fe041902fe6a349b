// Tells which functions of the project each test of node:test enters. Loaded before the project's code, in the processes of test files only.
import { appendFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { afterEach, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const file = process.env.UNTILGREEN_SPECTRUM_FILE;
const root = `${process.env.UNTILGREEN_SPECTRUM_ROOT}/`;
const session = new Session();
session.connect();
// Within one thread the answer is there when `post` returns.
const post = (method, parameters) => {
  let answer;
  session.post(method, parameters, (error, result) => {
    if (error) throw new Error(error.message);
    answer = result;
  });
  return answer;
};
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
// Taking what was counted sets the counters back: what stands there after a test is what it entered.
beforeEach(() => void post('Profiler.takePreciseCoverage'));
afterEach((test) => {
  const offsets = {};
  for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
    if (!url.startsWith('file://')) continue;
    const path = fileURLToPath(url);
    if (!path.startsWith(root) || path.includes('/node_modules/')) continue;
    const entered = functions.filter(({ functionName, ranges }) => ranges[0].count > 0 && (functionName !== '' || ranges[0].startOffset > 0)).map(({ ranges }) => ranges[0].startOffset);
    if (entered.length > 0) offsets[path.slice(root.length)] = entered;
  }
  appendFileSync(file, `${JSON.stringify({ test: test.fullName ?? test.name, outcome: test.error ? 'failed' : 'passed', offsets })}\n`);
});
