#!/usr/bin/env -S npx tsx
// What checking a wave of Python candidates costs: every candidate on every input in one sandboxed process tree, against the same calls made
// plainly (one interpreter, no sandbox around each candidate, no limits, no report), also in the sandbox.
//
//   npx tsx bench/functions/check-python.mts [--candidates 20] [--inputs 30] [--rounds 7] [--out FILE]
//
// The aim is under 2 s for 20 candidates on 30 inputs on two cores, the start of the sandbox included.
import { parseArgs } from 'node:util';
import { figures, load, machine, report, round, table } from '../sandbox/measure.mts';
import { pythonFunctions } from '../../src/languages/python/function/language.ts';
import { CodeSandbox } from '../../src/sandbox/code/box.ts';
import { openSandbox } from '../../src/sandbox/open.ts';

const { values } = parseArgs({ options: { candidates: { type: 'string', default: '20' }, inputs: { type: 'string', default: '30' }, rounds: { type: 'string', default: '7' }, out: { type: 'string' } } });
const [candidates, inputs, rounds] = [Number(values.candidates), Number(values.inputs), Number(values.rounds)];

/** Ways to find the longest run without a repeated item, quick and slow, some with imports. */
const WAYS = [
  'def longest(xs):\n    best, seen, start = 0, {}, 0\n    for at, x in enumerate(xs):\n        start = max(start, seen.get(x, -1) + 1)\n        seen[x] = at\n        best = max(best, at - start + 1)\n    return best\n',
  'from typing import List\n\ndef longest(xs: List[int]) -> int:\n    return max((j - i for i in range(len(xs)) for j in range(i + 1, len(xs) + 1) if len(set(xs[i:j])) == j - i), default=0)\n',
  'from collections import deque\nimport itertools\n\ndef longest(xs):\n    window, best = deque(), 0\n    for x in xs:\n        while x in window:\n            window.popleft()\n        window.append(x)\n        best = max(best, len(window))\n    return best\n',
  'import re\nimport math\n\ndef longest(xs):\n    best = 0\n    for i in range(len(xs)):\n        seen = set()\n        for x in xs[i:]:\n            if x in seen:\n                break\n            seen.add(x)\n        best = max(best, len(seen))\n    return best\n',
];

const codes = Array.from({ length: candidates }, (_, index) => ({ id: `c${index}`, code: `${WAYS[index % WAYS.length]}\n# ${index}\n` }));
const cases = Array.from({ length: inputs }, (_, index) => ({ setup: '', expression: `longest([${Array.from({ length: index + 5 }, (_unused, at) => (at * at * 7 + index) % 23).join(', ')}])` }));
const plainly = `
codes, calls = ${JSON.stringify(codes.map(({ code }) => code))}, ${JSON.stringify(cases.map(({ expression }) => expression))}
for code in codes:
    names = {}
    exec(code, names)
    for call in calls:
        repr(eval(call, dict(names)))
`;

const sandbox = await openSandbox();
const signature = await pythonFunctions.parseSignature('longest(xs)', 'longest');
await using box = new CodeSandbox({ sandbox });
const timed = async (what: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await what();
  return performance.now() - began;
};
const check = async (): Promise<void> => {
  const reports = await pythonFunctions.check({ sandbox, signature, candidates: codes, cases, caseMs: 2000 });
  if (!reports.every(({ outcomes }) => outcomes.length === inputs && outcomes.every(({ kind }) => kind === 'value'))) throw new Error('a call gave no value');
};
const plain = async (): Promise<void> => {
  const ran = await box.run(plainly, { language: 'python' });
  if (!ran.ok) throw new Error(ran.stderr);
};
const spent: { check: number[]; plain: number[] } = { check: [], plain: [] };
for (let at = 0; at < rounds + 1; at += 1) {
  const [one, other] = [await timed(check), await timed(plain)];
  if (at === 0) continue; // the first finds the tools
  spent.check.push(one);
  spent.plain.push(other);
}
const rows = Object.entries({ check: figures(spent.check), 'the same calls plainly': figures(spent.plain) }).map(([way, { min, median, max }]) => [way, min, median, max]);
const ratio = round(figures(spent.check).median / figures(spent.plain).median);
report(
  [
    `${candidates} candidates, ${inputs} inputs, ${rounds} rounds, rung ${sandbox.guarantees.rung}, ${machine().cores} cores, load ${load()}`,
    table(['milliseconds', 'min', 'median', 'max'], rows),
    `ratio ${ratio}; the aim of under 2000 ms is ${figures(spent.check).median < 2000 ? 'met' : 'missed'}`,
  ].join('\n'),
  { machine: machine(), load: load(), candidates, inputs, spent },
  values.out,
);
