import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { openSandbox } from '../../../sandbox/index.ts';
import { outcomes, projectOf, runBench } from '../projects.prop.ts';
import { pythonRefactor } from './index.ts';
import { carryOut, SAMPLE, textsOf } from './sample.prop.ts';

const S = 'src/geo/shapes.py';
const cases: [string, Operation, { gone?: RegExp; holds?: Record<string, RegExp>; lacks?: Record<string, RegExp> }][] = [
  ['a function moves to an existing module', { kind: 'move_symbols', from: S, symbols: ['area'], to: 'src/geo/units.py' }, { lacks: { 'src/geo/units.py': /import units|units\.ONE/ } }],
  ['a function moves to a new module with its private helpers', { kind: 'move_symbols', from: S, symbols: ['area'], to: 'src/geo/surface.py' }, {
    holds: {
      'src/geo/surface.py': /# The surface of a circle\.\n# Negative radii are refused\.\ndef area[\s\S]*from geo\.surface import area as surface/,
      'src/geo/report.py': /from geo import surface[\s\S]*sum\(surface\.area[\s\S]*from geo\.surface import area as a\n/,
      'tests/test_geo.py': /"geo\.surface\._scaled"/,
      'src/geo/__init__.py': /from \.surface import area/,
    },
    lacks: { [S]: /import math|_FACTOR|def _scaled/ },
  }],
  ['a class moves to a new package', { kind: 'move_symbols', from: S, symbols: ['Circle'], to: 'src/geo/round/circle.py' }, {
    holds: { 'src/geo/round/__init__.py': /^$/, 'src/geo/round/circle.py': /from \.\.shapes import area\nfrom \.\.units import[\s\S]*if TYPE_CHECKING:\n {4}from \.\.report import Report[\s\S]*from \.\.report import Report\n/ },
  }],
  ['a module is renamed', { kind: 'move_module', from: S, to: 'src/geo/figures.py' }, {
    gone: /geo\.shapes\b(?!`)/,
    holds: { 'pyproject.toml': /"geo\.figures:main"/, 'src/geo/report.py': /import geo\.figures as sh\nimport geo\.units\nfrom geo import figures\n[\s\S]*geo\.figures\.area\(0\) \+ figures\.area\(0\)/, 'tests/test_geo.py': /geo\.figures\.area\(1\)[\s\S]*"geo\.figures\._scaled"/ },
  }],
  ['a module moves into a new package', { kind: 'move_module', from: S, to: 'src/geo/core/shapes.py' }, {
    holds: { 'src/geo/core/shapes.py': /from \.\. import units\nfrom \.\.units import \(\n {4}meters, {2}# the base of all\n[\s\S]*from \.\.report import Report/, 'src/geo/report.py': /from geo\.core import shapes/ },
  }],
  ['a package is renamed', { kind: 'move_module', from: 'src/geo', to: 'src/plane' }, { gone: /\bgeo\b(?!["-])/ }],
  ['a module keeps a door in the old place', { kind: 'move_module', from: S, to: 'src/geo/figures.py', keepOld: true }, { holds: { [S]: /from geo\.figures import \*/ } }],
  ['two modules are merged', { kind: 'merge_modules', from: ['src/geo/units.py', S], into: S }, { holds: { [S]: /value \* _FACTOR \* ONE/, 'src/geo/report.py': /geo\.shapes\.ONE/ }, lacks: { [S]: /units/ } }],
  ['a module is split', { kind: 'split_module', path: S, parts: [{ to: 'src/geo/surface.py', symbols: ['area'] }, { to: 'src/geo/circle.py', symbols: ['Circle'] }] }, {
    holds: { 'src/geo/circle.py': /from \.surface import area/, 'src/geo/__init__.py': /from \.circle import Circle\nfrom \.surface import area/ },
  }],
];

describe('the sample, whose tests pass before and after', () => {
  it('passes before', async () => {
    expect(Object.values(outcomes((await runBench(await projectOf(SAMPLE))).tests))).toEqual(['passed', 'passed', 'passed', 'passed']);
  });

  it.each(cases)('%s', async (_, operation, { gone, holds = {}, lacks = {} }) => {
    const bench = await projectOf(SAMPLE);
    const refactoring = await carryOut(bench, operation);
    const texts = await textsOf(bench);
    for (const [path, pattern] of Object.entries(holds)) expect(texts[path]).toMatch(pattern);
    for (const [path, pattern] of Object.entries(lacks)) expect(texts[path]).not.toMatch(pattern);
    if (gone) for (const [path, text] of Object.entries(texts)) if (path.endsWith('.py')) expect(text).not.toMatch(gone);
    const run = await runBench(bench);
    expect({ errors: run.errors, outcomes: Object.values(outcomes(run.tests)) }).toEqual({ errors: [], outcomes: ['passed', 'passed', 'passed', 'passed'] });
    const sandbox = await openSandbox();
    const changed = refactoring.edits.flatMap((edit) => (edit.kind === 'delete' ? [] : [edit.path])).filter((path) => path.endsWith('.py'));
    expect(await pythonRefactor.lint(changed, { bench, sandbox })).toEqual([]);
    expect(await pythonRefactor.load(changed, { bench, sandbox })).toEqual([]);
  });
});
